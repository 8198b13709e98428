/** sv does as the original: all scenarios of scenarios/sv/. */
import { compare } from "./runner.ts";
import { SV } from "./scenarios/all.ts";

compare("sv does as the original", SV);
