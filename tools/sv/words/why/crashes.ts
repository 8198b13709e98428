/**
 * Whether a service that runs keeps dying, or has run long enough since.
 *
 * Pure: values in, values out.
 */
import { type PastRun, RUNS_MAX } from "../../../../protocol/past-runs.ts";

/** A service that has died so often within {@link LOOP_S} keeps dying. */
const LOOP_DEATHS = 3;
const LOOP_S = 60;
const SIGTERM = 15;
/** A run that has lasted so long, and so many times as long as those that crashed, has settled. */
const SETTLED_S = 5;
const SETTLED_TIMES = 2;

export interface Crashes {
  readonly count: number;
  /** There were more runs than a supervisor keeps, so that the count may be too low. */
  readonly isLeast: boolean;
  /** The present run has lasted much longer than those: they are the past. */
  readonly areOver: boolean;
}

/**
 * The crashes of the last minute, if there are several.
 *
 * @param runs the newest first
 * @param sinceS when the present run began, Unix time
 */
export function recentCrashes(
  runs: readonly PastRun[],
  nowS: number,
  sinceS: number,
): Crashes | undefined {
  const recent = runs.filter(({ endedS }) => nowS - endedS <= LOOP_S);
  const crashes = recent.filter(isCrash);
  if (crashes.length < LOOP_DEATHS) return undefined;
  const longestS = Math.max(...crashes.map(({ ranMs }) => ranMs / 1_000));
  return {
    count: crashes.length,
    isLeast: recent.length >= RUNS_MAX,
    areOver: nowS - sinceS >= Math.max(SETTLED_S, SETTLED_TIMES * longestS),
  };
}

/** TERM is how services are restarted. */
function isCrash({ status }: PastRun): boolean {
  return status !== SIGTERM;
}
