/** runsvdir does as the original: all scenarios of scenarios/runsvdir/. */
import { compare } from "./runner.ts";
import { RUNSVDIR } from "./scenarios/all.ts";

compare("runsvdir does as the original", RUNSVDIR);
