import { compare } from "./runner.ts";
import { RUNSVDIR } from "./scenarios.ts";

compare("runsvdir does as the original", RUNSVDIR);
