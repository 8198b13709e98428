/**
 * Decides which refused requests the audit log records: anybody can send them, so that otherwise
 * anybody could fill a disk. Commands and logins need a token, and are all recorded.
 *
 * Pure: times come in.
 */

/** So many are recorded in {@link PERIOD_MS}, from all addresses together. */
const REFUSED_MAX = 60;
export const PERIOD_MS = 60_000;

export class RefusalLimit {
  #sinceMs = Number.NEGATIVE_INFINITY;
  #count = 0;

  /** Whether one more is recorded. */
  admits(nowMs: number): boolean {
    if (nowMs - this.#sinceMs >= PERIOD_MS) {
      this.#sinceMs = nowMs;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= REFUSED_MAX;
  }
}
