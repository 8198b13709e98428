/**
 * The bounds that a service directory may set to what hangs or loops: how long a process may take to end,
 * how often a service may die, how long it rests before its next start. Without them all is as in runit.
 *
 * Deaths count here that nobody asked for, in a row: a start or an end that somebody asks for begins a new one.
 *
 * Pure: what the files say and how long a service lived in, what is to be done about it out.
 * Source: s6, the files of a service directory; the rest that grows is ours.
 */

/** A service that dies by itself this soon after its start is not started again at once. */
export const MIN_UPTIME_MS = 1_000;
/** How long it rests then, so that a service that cannot run does not take the machine. */
export const RESTART_DELAY_MS = 1_000;
/** Within which time deaths are counted, where `death-tally-period` says nothing else. */
export const TALLY_PERIOD_MS = 60_000;
/** More deaths than this are not kept in mind. Source: s6. */
export const TALLY_MAX = 4_096;

/** What bounds the next start; `undefined` for what is not bounded. */
export interface RestartPolicy {
  /** `max-death-tally`: the death that is this many within the period is the last. */
  readonly maxDeaths: number | undefined;
  /** `death-tally-period`. */
  readonly periodMs: number;
  /** `restart-delay-max`: the rest grows with each death, up to this. */
  readonly maxRestMs: number | undefined;
}

export const RUNIT_POLICY: RestartPolicy = {
  maxDeaths: undefined,
  periodMs: TALLY_PERIOD_MS,
  maxRestMs: undefined,
};

/** What is kept in mind of the deaths in a row. */
export interface CrashHistory {
  /** When, on the monotonic clock, the oldest first; only where they are counted. */
  readonly atMs: readonly number[];
  /** The rest after the last of them. */
  readonly restMs: number;
}

export const NO_CRASHES: CrashHistory = { atMs: [], restMs: 0 };

export interface RestartDecision {
  readonly deaths: CrashHistory;
  /** It died too often, and is not to be started again by itself. */
  readonly failed: boolean;
}

/** Adds a death, and judges: `deaths.restMs` is how long to rest now, 0 for not at all. */
export function decideRestart(
  before: CrashHistory,
  { maxDeaths, periodMs, maxRestMs }: RestartPolicy,
  livedMs: number,
  nowMs: number,
): RestartDecision {
  // No more than maxDeaths: where the oldest of so many is within the period, all are.
  const atMs = maxDeaths === undefined ? [] : [...before.atMs, nowMs].slice(-maxDeaths);
  const isFull = maxDeaths !== undefined && atMs.length === maxDeaths;
  if (isFull && nowMs - (atMs[0] ?? nowMs) <= periodMs) {
    return { deaths: { atMs, restMs: 0 }, failed: true };
  }
  const restMs =
    maxRestMs === undefined
      ? fixedDelayMs(livedMs)
      : growingDelayMs(before.restMs, maxRestMs, livedMs);
  return { deaths: { atMs, restMs }, failed: false };
}

function fixedDelayMs(livedMs: number): number {
  return livedMs < MIN_UPTIME_MS ? RESTART_DELAY_MS : 0;
}

/** A service that lived for as long as it may have to rest is healthy: it begins anew, as one that never died. */
function growingDelayMs(previousMs: number, maxRestMs: number, livedMs: number): number {
  if (livedMs >= Math.max(maxRestMs, MIN_UPTIME_MS)) return 0;
  return Math.min(previousMs === 0 ? RESTART_DELAY_MS : previousMs * 2, maxRestMs);
}

/**
 * The number that a file has: decimal digits, and perhaps white space behind them.
 *
 * @returns `undefined` for any other text
 */
export function parseNumber(text: string): number | undefined {
  const digits = text.trimEnd();
  const isNumber = digits !== "" && [...digits].every((digit) => digit >= "0" && digit <= "9");
  return isNumber ? Number(digits) : undefined;
}

/** The name of a signal in capitals and without `SIG`, as a file may have it: `SIGINT`, `int`. */
export function parseSignalName(text: string): string {
  const name = text.trimEnd().toUpperCase();
  return name.startsWith("SIG") ? name.slice(3) : name;
}
