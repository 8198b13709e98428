/** What every call takes, and how a call ends early. */

export interface CallOptions {
  /** Ends the call, which rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How long the call may take; it then rejects with the code `TIMEOUT`. A `TypeError` if it is
   * negative, or not a number.
   */
  readonly timeoutMs?: number | undefined;
}

/** The longest delay of setTimeout. */
const TIMEOUT_MAX_MS = 0x7fff_ffff;

interface Call<T> {
  /** Begins; `done` and `fail` may be called at any time from then on, the first call counts. */
  readonly begin: (done: (value: T) => void, fail: (reason: unknown) => void) => void;
  /** Called once, however the call ends: closes what it has opened. */
  readonly end: () => void;
  /** Called when the time is over, and has to call `done` or `fail` in the end. */
  readonly onTimeout: () => void;
}

/** Runs a call until it is done, has failed, is aborted, or its time is over. */
export function calling<T>(
  signals: readonly (AbortSignal | undefined)[],
  timeoutMs: number | undefined,
  { begin, end, onTimeout }: Call<T>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (timeoutMs !== undefined && !(typeof timeoutMs === "number" && timeoutMs >= 0)) {
      throw new TypeError(`timeoutMs is not a number of milliseconds: ${timeoutMs}`);
    }
    let isOver = false;
    let timer: NodeJS.Timeout | undefined;
    const abort = ({ target }: Event): void => fail((target as AbortSignal).reason);
    const finish = (): boolean => {
      if (isOver) return false;
      isOver = true;
      clearTimeout(timer);
      for (const signal of signals) signal?.removeEventListener("abort", abort);
      end();
      return true;
    };
    const done = (value: T): void => {
      if (finish()) resolve(value);
    };
    const fail = (reason: unknown): void => {
      if (finish()) reject(reason);
    };
    const aborted = signals.find((signal) => signal?.aborted === true);
    if (aborted !== undefined) return fail(aborted.reason);
    for (const signal of signals) signal?.addEventListener("abort", abort);
    if (timeoutMs !== undefined && timeoutMs <= TIMEOUT_MAX_MS) {
      timer = setTimeout(onTimeout, timeoutMs);
    }
    try {
      begin(done, fail);
    } catch (error) {
      fail(error);
    }
  });
}
