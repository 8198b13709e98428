/** Contents of limit files, and scripts for services that have them. */
import { runTool } from "./run.ts";
import { ours } from "./suite.ts";
import type { Supervised } from "./supervise.ts";

export const CRASH = "echo start >>trace; exit 3";

/** Longer than any test takes. */
export const NEVER_MS = "3600000\n";

/** Soon; a shell needs its time to begin to ignore a signal, for which tests wait. */
export const SOON_MS = "50\n";

export const sv = (service: Supervised, ...words: readonly string[]) =>
  runTool(service.box, ours, "sv", [...words, service.dir]);

/** Keeps its arguments, which say how ./run ended. */
export const FINISH = 'echo "$@" >>ends';
