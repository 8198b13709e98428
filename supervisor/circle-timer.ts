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

/** The first interval, after which a wait is no ordinary one, and the longest. */
const INTERVAL_MS = { first: 1_000, last: 32_000 } as const;
/**
 * How many services the first searches follow in any case; a later search follows one for each
 * second of the pause before it.
 */
const SERVICES_FIRST = 4;

export class CircleTimer {
  readonly #owner: DependencyOwner;
  readonly #waitsFor: "start" | "stop";
  readonly #found: (circles: Circles) => void;
  #timer: Timer | undefined;

  constructor(
    owner: DependencyOwner,
    waitsFor: "start" | "stop",
    found: (circles: Circles) => void,
  ) {
    this.#owner = owner;
    this.#waitsFor = waitsFor;
    this.#found = found;
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
      this.#search(Math.max(SERVICES_FIRST, delayMs / 1_000));
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
    this.#found(circles);
  }
}
