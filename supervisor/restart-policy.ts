/**
 * The restart policy: whether a service that crashed starts again (restart-rule.ts, and a limit
 * on crashes), and after which restart delay. Files in the service directory set it; without them
 * it is runit's.
 *
 * Counts consecutive crashes; a requested start or stop resets the count.
 *
 * Pure: the limits and the uptime in, a decision out.
 * Source: s6, the files of a service directory; the restart delay that grows is an extension of
 * runits.
 */
import { ALWAYS, type RestartRule } from "./restart-rule.ts";

/** A service that crashes before this uptime starts again after a restart delay. */
export const MIN_UPTIME_MS = 1_000;
/** That delay; it keeps a service that cannot run from occupying the machine. Source: runit. */
export const RESTART_DELAY_MS = 1_000;
/** The period in which crashes are counted, unless `death-tally-period` sets another. */
export const TALLY_PERIOD_MS = 60_000;
/** The largest `max-death-tally`. Source: s6. */
export const TALLY_MAX = 4_096;

/** The rule and the limits for the next start; `undefined` means no limit. */
export interface RestartPolicy {
  /** `restart-policy`: the exits after which the service starts again at all. */
  readonly rule: RestartRule;
  /** `max-death-tally`: after this many crashes within the period the service has failed. */
  readonly maxCrashes: number | undefined;
  /** `death-tally-period`. */
  readonly periodMs: number;
  /** `restart-delay-max`: the restart delay doubles with each crash, up to this. */
  readonly maxRestartDelayMs: number | undefined;
}

export const RUNIT_POLICY: RestartPolicy = {
  rule: ALWAYS,
  maxCrashes: undefined,
  periodMs: TALLY_PERIOD_MS,
  maxRestartDelayMs: undefined,
};

/** Consecutive crashes. */
export interface CrashHistory {
  /** Their times on the monotonic clock, oldest first; empty without `max-death-tally`. */
  readonly atMs: readonly number[];
  /** The restart delay after the last of them. */
  readonly restartDelayMs: number;
}

export const NO_CRASHES: CrashHistory = { atMs: [], restartDelayMs: 0 };

interface RestartDecision {
  readonly crashes: CrashHistory;
  /** It crashed too often: only a command starts it again. */
  readonly failed: boolean;
}

/**
 * Adds a crash and decides: `crashes.restartDelayMs` is the restart delay, 0 for an immediate
 * start.
 *
 * @param times the time from the start of ./run to its exit, and the monotonic clock
 */
export function decideRestart(
  before: CrashHistory,
  { maxCrashes, periodMs, maxRestartDelayMs }: Omit<RestartPolicy, "rule">,
  times: { readonly uptimeMs: number; readonly nowMs: number },
): RestartDecision {
  const { uptimeMs, nowMs } = times;
  // At most maxCrashes: if the oldest of them is within the period, all are.
  const atMs = maxCrashes === undefined ? [] : [...before.atMs, nowMs].slice(-maxCrashes);
  const isFull = maxCrashes !== undefined && atMs.length === maxCrashes;
  if (isFull && nowMs - (atMs[0] ?? nowMs) <= periodMs) {
    return { crashes: { atMs, restartDelayMs: 0 }, failed: true };
  }
  const restartDelayMs =
    maxRestartDelayMs === undefined
      ? fixedDelayMs(uptimeMs)
      : growingDelayMs(before.restartDelayMs, maxRestartDelayMs, uptimeMs);
  return { crashes: { atMs, restartDelayMs }, failed: false };
}

function fixedDelayMs(uptimeMs: number): number {
  return uptimeMs < MIN_UPTIME_MS ? RESTART_DELAY_MS : 0;
}

/** An uptime of the longest delay shows that the service is healthy: the delay starts over. */
function growingDelayMs(previousMs: number, maxRestartDelayMs: number, uptimeMs: number): number {
  if (uptimeMs >= Math.max(maxRestartDelayMs, MIN_UPTIME_MS)) return 0;
  return Math.min(previousMs === 0 ? RESTART_DELAY_MS : previousMs * 2, maxRestartDelayMs);
}
