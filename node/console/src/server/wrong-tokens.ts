/**
 * Slows down whoever tries out tokens: after ten wrong ones within a minute, the console refuses
 * all tokens from that address for the rest of the minute, but those that it has accepted from
 * there before. So another user of the machine, who has the same address, locks nobody out.
 *
 * Pure: times come in.
 */

/** So many wrong tokens may come from an address in {@link PERIOD_MS}. */
const WRONG_MAX = 10;
const PERIOD_MS = 60_000;
/** Of more addresses, those that are longest ago are forgotten. */
const ADDRESSES_MAX = 10_000;

interface Attempts {
  readonly sinceMs: number;
  count: number;
}

export class WrongTokens {
  readonly #attempts = new Map<string, Attempts>();
  readonly #accepted = new Map<string, Set<string>>();

  isBlocked(address: string, nowMs: number): boolean {
    const attempts = this.#attempts.get(address);
    if (attempts === undefined) return false;
    if (nowMs - attempts.sinceMs >= PERIOD_MS) this.#attempts.delete(address);
    return this.#attempts.has(address) && attempts.count >= WRONG_MAX;
  }

  countWrong(address: string, nowMs: number): void {
    this.isBlocked(address, nowMs);
    const attempts = this.#attempts.get(address) ?? { sinceMs: nowMs, count: 0 };
    attempts.count += 1;
    this.#attempts.set(address, attempts);
    if (this.#attempts.size > ADDRESSES_MAX) deleteFirst(this.#attempts);
  }

  accept(address: string, name: string): void {
    const names = this.#accepted.get(address) ?? new Set();
    names.add(name);
    this.#accepted.set(address, names);
    if (this.#accepted.size > ADDRESSES_MAX) deleteFirst(this.#accepted);
  }

  /** Whether this user has come from this address before. */
  hasAccepted(address: string, name: string): boolean {
    return this.#accepted.get(address)?.has(name) === true;
  }
}

function deleteFirst(map: Map<string, unknown>): void {
  const [first] = map.keys();
  if (first !== undefined) map.delete(first);
}
