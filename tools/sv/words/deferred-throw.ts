/**
 * The reactor prints what a callback throws, and goes on. A command whose output has failed must
 * end instead.
 *
 * Pure: functions in.
 */

export class DeferredThrow {
  readonly #stop: () => void;
  #thrown: { readonly error: unknown } | undefined;

  /** @param stop ends the wait, after which {@link rethrow} is due */
  constructor(stop: () => void) {
    this.#stop = stop;
  }

  /** Calls `body`; keeps the first exception, and stops. */
  attempt(body: () => void): void {
    try {
      body();
    } catch (error) {
      this.#thrown ??= { error };
      this.#stop();
    }
  }

  rethrow(): void {
    if (this.#thrown !== undefined) throw this.#thrown.error;
  }
}
