/**
 * Looks for circles of dependencies while a service waits, at longer and longer intervals: another
 * service may come to wait only later. Reports a circle once.
 */

import { ignoringErrors } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import type { Timer } from "../base/reactor.ts";
import { searchCircles } from "./circle-search.ts";
import type { Circles } from "./circles.ts";
import type { DependencyOwner } from "./dependency-owner.ts";

/**
 * The first interval, after which a wait is no ordinary one, and the longest. A search follows one
 * service for each second of the interval in any case: if a tree takes longer to start, all of its
 * services search at once.
 */
const INTERVAL_MS = { first: 1_000, last: 32_000 } as const;

interface CircleEvents {
  /** Called before each search, which is done without if the answer is `false`. */
  readonly mayBeOnCircle?: () => boolean;
  readonly onFound: (circles: Circles) => void;
}

export class CircleTimer {
  readonly #owner: DependencyOwner;
  readonly #waitsFor: "start" | "stop";
  readonly #events: CircleEvents;
  #timer: Timer | undefined;

  constructor(owner: DependencyOwner, waitsFor: "start" | "stop", events: CircleEvents) {
    this.#owner = owner;
    this.#waitsFor = waitsFor;
    this.#events = events;
  }

  /** Has no effect while the timer runs. */
  begin(): void {
    if (this.#timer === undefined) this.#searchAfter(INTERVAL_MS.first);
  }

  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #searchAfter(delayMs: number): void {
    this.#timer = this.#owner.context.reactor.after(delayMs, () => {
      this.#searchAfter(Math.min(delayMs * 2, INTERVAL_MS.last));
      if (this.#events.mayBeOnCircle?.() !== false) this.#search(delayMs / 1_000);
    });
  }

  #search(fewServices: number): void {
    const { home, place } = this.#owner;
    if (place === undefined) return;
    const own = { home, scanned: place.scanned };
    const circles = ignoringErrors(() => searchCircles(own, this.#waitsFor, fewServices));
    if (circles?.names === undefined) return;
    const names = [place.name, ...circles.names].map((name) => printable(name));
    this.#owner.warnOnce(`${names.join(" -> ")}: circular`);
    this.#events.onFound(circles);
  }
}
