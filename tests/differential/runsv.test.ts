/** runsv does as the original: all scenarios of scenarios/runsv/. */
import { compare } from "./runner.ts";
import { RUNSV } from "./scenarios/all.ts";

compare("runsv does as the original", RUNSV);
