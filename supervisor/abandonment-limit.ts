/**
 * How long a stop waits for the next supervisors of its dependants, whose supervisors were killed.
 *
 * Pure: the clock is handed in.
 */

/** How long to wait for the next supervisor of a dependant, which runs ./finish. */
export const ABANDONED_MS = 30_000;

export class AbandonmentLimit {
  /** Since when each dependant is known to have no supervisor, by the name of its link. */
  readonly #sinceMs = new Map<string, number>();

  /** Whether the next supervisor of an abandoned dependant may still come. */
  mayReturn(name: string, nowMs: number): boolean {
    const sinceMs = this.#sinceMs.get(name) ?? nowMs;
    this.#sinceMs.set(name, sinceMs);
    return nowMs - sinceMs < ABANDONED_MS;
  }

  /** The dependant is not abandoned: if it is again, its time begins anew. */
  reset(name: string): void {
    this.#sinceMs.delete(name);
  }

  /** As {@link reset}, for all dependants. */
  resetAll(): void {
    this.#sinceMs.clear();
  }
}
