/**
 * The words that soak scenarios share: what one is asked to do, what it tells on its way, and what
 * came of it.
 */
import { NeverHappened } from "../support/wait.ts";
import type { Moment, Reading } from "./reading.ts";

/** How much of each a run does. */
export interface Sizes {
  /** Services that are restarted, all at once. */
  readonly breadth: number;
  readonly restarts: number;
  /** Restarts of each before the first reading. */
  readonly warmUpRestarts: number;
  /** To one service. */
  readonly commands: number;
  readonly warmUpCommands: number;
  /** Services that are added and removed. */
  readonly services: number;
  readonly warmUpServices: number;
  /** Through one svlogd. */
  readonly bytes: number;
  readonly warmUpBytes: number;
}

export interface Watcher {
  onReading(moment: Moment, reading: Reading): void;
  /** So much is done; called often. */
  onProgress(done: number): void;
}

/** The work of a scenario, by its own count. */
export interface Account {
  readonly did: string;
  /** Losses and faults on the way. */
  readonly faults: readonly string[];
}

export interface Scenario {
  readonly name: string;
  /** How much it has to do in all. */
  readonly size: (sizes: Sizes) => number;
  readonly play: (sizes: Sizes, watcher: Watcher) => Promise<Account>;
}

/** Once nothing has moved for so long, nothing will. */
const STALLED_MS = 60_000;

/** Sees whether a count goes on growing. */
export class Stall {
  #count = -1;
  #sinceMs = 0;

  /** @throws {NeverHappened} it has been the same for too long; the text of `tell` says more */
  check(what: string, count: number, tell: () => string): void {
    const nowMs = performance.now();
    if (count !== this.#count) this.#sinceMs = nowMs;
    this.#count = count;
    if (nowMs - this.#sinceMs < STALLED_MS) return;
    throw new NeverHappened(`no more ${what} than ${count} within ${STALLED_MS} ms: ${tell()}`);
  }
}

export const figure = (count: number): string => count.toLocaleString("en");
