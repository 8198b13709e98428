import { compare } from "./runner.ts";
import { RUNSV } from "./scenarios.ts";

compare("runsv does as the original", RUNSV);
