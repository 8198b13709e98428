/** The other side of dependencies: the services that a supervisor's own one depends on. */
import { reason } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { monotonicMs, type Timer } from "../base/reactor.ts";
import type { Dependency } from "../protocol/dependency.ts";
import { idOf } from "./circle-search.ts";
import { CircleTimer } from "./circle-timer.ts";
import type { Dependant } from "./dependants.ts";
import type { Sights } from "./dependency-machine.ts";
import type { DependencyOwner } from "./dependency-owner.ts";
import { refusalOf } from "./look.ts";
import { Neighbour } from "./neighbour.ts";
import { pathOfOpen, siblingPath } from "./place.ts";
import { SUPERVISOR_WAIT_MS } from "./sight.ts";

interface NeededEvents {
  /** One of them has changed. */
  readonly onChange: () => void;
  /** These `after` entries are on a circle. */
  readonly onCircle: (voidAfter: readonly string[]) => void;
}

export class NeededServices {
  readonly #owner: DependencyOwner;
  readonly #events: NeededEvents;
  readonly #circles: CircleTimer;
  #services: ReadonlyMap<string, Neighbour> = new Map();
  #waitsSinceMs: number | undefined;
  #patience: Timer | undefined;
  #own: Dependant | undefined;

  constructor(owner: DependencyOwner, events: NeededEvents) {
    this.#owner = owner;
    this.#events = events;
    this.#circles = new CircleTimer(owner, "start", ({ voidAfter }) => {
      const names = [...this.#services].filter(([, { path }]) => voidAfter.has(idOf(path) ?? ""));
      if (names.length > 0) events.onCircle(names.map(([name]) => name));
    });
  }

  /**
   * Watches the services that these entries name.
   *
   * @returns whether it is known where they are
   */
  begin(entries: readonly Dependency[]): boolean {
    this.end();
    if (entries.length === 0) return true;
    const { place, context, home } = this.#owner;
    if (place === undefined) {
      this.#owner.warnOnce("unable to find the services beside this one, no needs can be met");
      return false;
    }
    const { scanned, name } = place;
    this.#own = {
      name,
      path: pathOfOpen(home.fd) ?? siblingPath(scanned, { name, dir: undefined }),
    };
    context.neighbours ??= new Map();
    const all = context.neighbours;
    this.#services = new Map(
      entries.map((entry) => {
        const path = siblingPath(scanned, entry);
        return [entry.name, Neighbour.at(path, all, context.reactor)];
      }),
    );
    for (const service of this.#services.values()) service.watch(this.#events.onChange);
    return true;
  }

  end(): void {
    this.endWait();
    for (const service of this.#services.values()) service.unwatch(this.#events.onChange);
    this.#services = new Map();
  }

  hold(name: string): void {
    if (this.#own !== undefined) this.#services.get(name)?.hold(this.#own);
  }

  letGo(name: string): void {
    if (this.#own !== undefined) this.#services.get(name)?.letGo(this.#own);
  }

  /** Closes the holds, and leaves the links: the process lives on. */
  leave(): void {
    const own = this.#own;
    if (own !== undefined) for (const service of this.#services.values()) service.leave(own);
    this.end();
  }

  /** @param isFresh looks now, and not only if a service has announced a change */
  look(isFresh: boolean): Sights {
    return new Map(
      [...this.#services].map(([name, each]) => [name, isFresh ? each.look() : each.seen]),
    );
  }

  /** Warns of the services that the own one does without holding. */
  warnOfUnheld(): void {
    for (const [name, { isHeld }] of this.#services) {
      if (isHeld) continue;
      const text = `unable to hold ${printable(name)}: it may be stopped before this service`;
      this.#owner.warnOnce(text);
    }
  }

  /** Begins the limits of a wait for the start. */
  wait(): void {
    if (this.#waitsSinceMs === undefined) {
      this.#waitsSinceMs = monotonicMs();
      this.#warnOfRefused();
    }
    this.#circles.begin();
    this.#patience ??= this.#owner.context.reactor.after(SUPERVISOR_WAIT_MS, this.#events.onChange);
  }

  /** Warns of the services that this process may not look at: a start waits for them for ever. */
  #warnOfRefused(): void {
    for (const [name, { path }] of this.#services) {
      const error = refusalOf(path);
      if (error === undefined) continue;
      const whose = printable(name);
      const remedy = `run as root, or let your group: sv grant :GROUP ${whose}`;
      this.#owner.warnOnce(`unable to read the status of ${whose}: ${reason(error)} (${remedy})`);
    }
  }

  get waitedMs(): number {
    return this.#waitsSinceMs === undefined ? 0 : Math.ceil(monotonicMs() - this.#waitsSinceMs);
  }

  endWait(): void {
    this.#circles.end();
    this.#patience?.cancel();
    this.#patience = undefined;
    this.#waitsSinceMs = undefined;
  }
}
