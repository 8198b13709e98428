/**
 * A stream of states: of each service only the newest that nobody has taken, so a slow consumer
 * delays nobody and fills no memory.
 */
import type { CallOptions } from "./call.ts";

export interface Source<T> {
  /** Begins to call back; not before the first `next()`. */
  readonly begin: (put: (key: string, value: T) => void, fail: (reason: unknown) => void) => void;
  /** Closes what it has opened. Called once, if it has begun. */
  readonly end: () => void;
  /** The error after `timeoutMs`. */
  readonly onTimeout: () => Error;
}

type Waiter<T> = (result: Promise<IteratorResult<T, undefined>>) => void;

export class Changes<T> implements AsyncIterableIterator<T, undefined> {
  readonly #source: Source<T>;
  readonly #signals: readonly (AbortSignal | undefined)[];
  readonly #timeoutMs: number | undefined;
  readonly #pending = new Map<string, T>();
  readonly #waiters: Waiter<T>[] = [];
  #timer: NodeJS.Timeout | undefined;
  #state: "new" | "begun" | "ended" = "new";
  /** Why it has ended, for the next `next()`. */
  #failure: { readonly reason: unknown } | undefined;

  /** @param ended its abortion is the end of the stream, and no failure */
  constructor(source: Source<T>, { signal, timeoutMs }: CallOptions, ended: AbortSignal) {
    this.#source = source;
    this.#signals = [signal, ended];
    this.#timeoutMs = timeoutMs;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#state === "new") this.#begin();
    const [first] = this.#pending;
    if (first !== undefined) {
      this.#pending.delete(first[0]);
      return Promise.resolve({ done: false, value: first[1] });
    }
    if (this.#hasEnded) return this.#last();
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
    });
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#end();
    this.#pending.clear();
    this.#failure = undefined;
    return { done: true, value: undefined };
  }

  get #hasEnded(): boolean {
    return this.#state === "ended";
  }

  #begin(): void {
    this.#state = "begun";
    const [signal, ended] = this.#signals;
    if (ended?.aborted === true) this.#end();
    else if (signal?.aborted === true) this.#fail(signal.reason);
    if (this.#hasEnded) return;
    signal?.addEventListener("abort", this.#onAbort);
    ended?.addEventListener("abort", this.#end);
    if (this.#timeoutMs !== undefined && Number.isFinite(this.#timeoutMs)) {
      this.#timer = setTimeout(() => this.#fail(this.#source.onTimeout()), this.#timeoutMs);
    }
    try {
      this.#source.begin(
        (key, value) => this.#put(key, value),
        (reason) => this.#fail(reason),
      );
    } catch (error) {
      this.#fail(error);
    }
  }

  #put(key: string, value: T): void {
    if (this.#hasEnded) return;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) waiter(Promise.resolve({ done: false, value }));
    else this.#pending.set(key, value);
  }

  readonly #onAbort = (): void => this.#fail(this.#signals[0]?.reason);

  #fail(reason: unknown): void {
    if (this.#hasEnded) return;
    this.#failure = { reason };
    this.#pending.clear();
    this.#end();
  }

  readonly #end = (): void => {
    if (this.#hasEnded) return;
    const hasBegun = this.#state === "begun";
    this.#state = "ended";
    clearTimeout(this.#timer);
    const [signal, ended] = this.#signals;
    signal?.removeEventListener("abort", this.#onAbort);
    ended?.removeEventListener("abort", this.#end);
    if (hasBegun) this.#source.end();
    for (const waiter of this.#waiters.splice(0)) waiter(this.#last());
  };

  #last(): Promise<IteratorResult<T, undefined>> {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) return Promise.reject(failure.reason);
    return Promise.resolve({ done: true, value: undefined });
  }
}
