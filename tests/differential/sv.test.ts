import { compare } from "./runner.ts";
import { SV } from "./scenarios.ts";

compare("sv does as the original", SV);
