/**
 * Looks for circles of dependencies while a service waits, at longer and longer intervals: another
 * service may come to wait only later. Reports a circle once.
 *
 * A search follows few services, as a circle is rarely large, and few searches follow more. If each
 * followed all, the services of a long chain, which all wait, would keep the machine busier than
 * their starts do.
 */

import { ignoringErrors } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import type { Timer } from "../base/reactor.ts";
import { searchCircles } from "./circle-search.ts";
import type { Circles } from "./circles.ts";
import type { DependencyOwner } from "./dependency-owner.ts";

/** The first interval, after which a wait is no ordinary one, and the longest. */
const INTERVAL_MS = { first: 1_000, last: 32_000 } as const;
/** How many services the first searches follow; later ones, one for each second of the pause. */
const SERVICES_FIRST = 4;
/** The first search that follows more, after two minutes; then twice as many pass each time. */
const LONG_FIRST = 8;

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
    if (this.#timer === undefined) this.#searchAfter(INTERVAL_MS.first, 1);
  }

  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #searchAfter(delayMs: number, count: number): void {
    this.#timer = this.#owner.context.reactor.after(delayMs, () => {
      this.#searchAfter(Math.min(delayMs * 2, INTERVAL_MS.last), count + 1);
      this.#search(servicesMax(delayMs, count));
    });
  }

  #search(servicesMax: number): void {
    const { home, place } = this.#owner;
    if (place === undefined) return;
    const own = { home, scanned: place.scanned };
    const circles = ignoringErrors(() => searchCircles(own, this.#waitsFor, servicesMax));
    if (circles?.names === undefined) return;
    const names = [place.name, ...circles.names].map((name) => printable(name));
    this.#owner.warnOnce(`${names.join(" -> ")}: circular`);
    this.#found(circles);
  }
}

/** How many services the `count`th search follows. */
function servicesMax(delayMs: number, count: number): number {
  const isLong = count >= LONG_FIRST && Number.isInteger(Math.log2(count));
  return isLong ? 4 * count ** 2 : Math.max(SERVICES_FIRST, delayMs / 1_000);
}
