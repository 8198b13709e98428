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
import { isWaitingItself, type Sight, SUPERVISOR_WAIT_MS } from "./sight.ts";

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
  /** The first service that keeps the own one from starting, as far as is known. */
  #inTheWay: Neighbour | undefined;
  #waitsSinceMs: number | undefined;
  #patience: Timer | undefined;
  #own: Dependant | undefined;

  constructor(owner: DependencyOwner, events: NeededEvents) {
    this.#owner = owner;
    this.#events = events;
    this.#circles = new CircleTimer(owner, "start", {
      mayBeOnCircle: () => this.#inTheWay === undefined || isWaitingItself(this.#inTheWay.seen),
      onFound: ({ voidAfter }) => {
        const names = [...this.#services].filter(([, { path }]) => voidAfter.has(idOf(path) ?? ""));
        if (names.length > 0) events.onCircle(names.map(([name]) => name));
      },
    });
  }

  /**
   * Finds the services that these entries name.
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
    return true;
  }

  end(): void {
    this.endWait();
    this.#inTheWay = undefined;
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

  /**
   * What is seen of all services.
   *
   * @param isFresh as they are now; otherwise, as they were when they announced the last change
   */
  sights(isFresh: boolean): Sights {
    return new Map(
      [...this.#services].map(([name, each]) => {
        each.watch(this.#events.onChange);
        return [name, isFresh ? each.current : each.seen];
      }),
    );
  }

  /**
   * What is seen of the services up to the first that is in the way. Only these are watched: the
   * next ones do not matter until it has changed.
   */
  sightsUntil(isInTheWay: (name: string, seen: Sight) => boolean): Sights {
    const sights = new Map<string, Sight>();
    this.#inTheWay = undefined;
    for (const [name, each] of this.#services) {
      const isNew = each.watch(this.#events.onChange);
      sights.set(name, each.seen);
      if (!isInTheWay(name, each.seen)) continue;
      this.#inTheWay = each;
      if (isNew) this.#warnIfRefused(name, each);
      break;
    }
    return sights;
  }

  /** Warns of those of the services that could not be held. */
  warnOfUnheld(names: readonly string[]): void {
    for (const name of names) {
      if (this.#services.get(name)?.isHeld !== false) continue;
      const text = `unable to hold ${printable(name)}: it may be stopped before this service`;
      this.#owner.warnOnce(text);
    }
  }

  /** Begins the limits of a wait for the start. */
  wait(): void {
    this.#waitsSinceMs ??= monotonicMs();
    this.#circles.begin();
    this.#patience ??= this.#owner.context.reactor.after(SUPERVISOR_WAIT_MS, this.#events.onChange);
  }

  /** Warns of a service that this process may not look at: a start waits for it for ever. */
  #warnIfRefused(name: string, { path, seen }: Neighbour): void {
    const error = seen.isSupervised && seen.isUnreadable !== true ? undefined : refusalOf(path);
    if (error === undefined) return;
    const whose = printable(name);
    const remedy = `run as root, or let your group: sv grant :GROUP ${whose}`;
    this.#owner.warnOnce(`unable to read the status of ${whose}: ${reason(error)} (${remedy})`);
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
