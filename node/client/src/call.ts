/** What every call takes. */

export interface CallOptions {
  /** Ends the call, which rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How long the call may take; it then rejects with the code `TIMEOUT`. */
  readonly timeoutMs?: number | undefined;
}
