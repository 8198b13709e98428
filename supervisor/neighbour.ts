/**
 * A service that services of this process depend on: takes its hold, watches it, and looks at it.
 * All supervisors of a process share one object, and so its two descriptors.
 */
import * as posix from "posix";
import { closeIgnoringErrors } from "../base/descriptors.ts";
import {
  ignoringErrors,
  isResourceExhaustion,
  onPosixError,
  unlessExhausted,
} from "../base/errors.ts";
import { EventReader } from "../base/event-reader.ts";
import type { Reactor, Timer } from "../base/reactor.ts";
import { type Dependant, link, unlink } from "./dependants.ts";
import { type HeldFifo, isClosed, openHold } from "./hold.ts";
import { lookAt, openDirectory } from "./look.ts";
import { isSame, NOTHING, type Sight } from "./sight.ts";

/** The time before a look or a hold that failed for lack of a resource is tried again. */
const RETRY_MS = 1_000;
/** How often to look at a service whose supervisor announces nothing: runit's has no event FIFO. */
const UNANNOUNCED_MS = 5_000;

/** A service that could not be looked at. */
const UNKNOWN: Sight = { ...NOTHING, exists: true, isWanted: true };

/** The services that those of this process depend on, by their paths. */
export type Neighbours = Map<string, Neighbour>;

export class Neighbour {
  readonly path: string;
  readonly #all: Neighbours;
  readonly #reactor: Reactor;
  readonly #watchers = new Set<() => void>();
  /** The names of the links, by the paths of the dependants that hold it. */
  readonly #links = new Map<string, string | undefined>();
  #held: HeldFifo | undefined;
  #reader: EventReader | undefined;
  #seen: Sight | undefined;
  /** The next look that no change leads to. */
  #timer: Timer | undefined;
  /** A resource had run out when the hold was to be taken. */
  #isShort = false;

  private constructor(path: string, all: Neighbours, reactor: Reactor) {
    this.path = path;
    this.#all = all;
    this.#reactor = reactor;
  }

  static at(path: string, all: Neighbours, reactor: Reactor): Neighbour {
    const known = all.get(path);
    if (known !== undefined) return known;
    const neighbour = new Neighbour(path, all, reactor);
    all.set(path, neighbour);
    return neighbour;
  }

  /**
   * Calls `run` after each change, also one that a look elsewhere has seen.
   *
   * @returns `false` if it does already
   */
  watch(run: () => void): boolean {
    if (this.#watchers.has(run)) return false;
    this.#watchers.add(run);
    if (this.#reader !== undefined) return true;
    const place = {
      dir: posix.AT_FDCWD,
      path: `${this.path}/supervise/event`,
      absentMs: UNANNOUNCED_MS,
    };
    const reader = new EventReader(place, this.#reactor, () => this.#lookAgain(reader.isAnnounced));
    this.#reader = reader;
    reader.begin();
    return true;
  }

  unwatch(run: () => void): void {
    this.#watchers.delete(run);
    this.#forgetUnused();
  }

  /** What the last look has seen. */
  get seen(): Sight {
    return this.#seen ?? this.#look(false);
  }

  /** What a look sees now; looks only if something may have changed. */
  get current(): Sight {
    const before = this.#seen;
    if (before !== undefined && this.#isUnchanged(before)) return before;
    const seen = this.#look(false);
    const isNews = before !== undefined && !isSame(before, seen);
    // Its other watchers must not miss the change.
    if (isNews && this.#watchers.size > 1) this.#lookAfter(0);
    return seen;
  }

  #isUnchanged({ isStopping }: Sight): boolean {
    if (this.#isShort || this.#reader?.isCurrent !== true) return false;
    return this.#held === undefined || !(isStopping || isClosed(this.#held));
  }

  /** @param isSupervised its event FIFO has just said so */
  #look(isSupervised: boolean): Sight {
    const seen = onPosixError<Sight>(
      () => this.#lookNow(isSupervised),
      () => {
        this.#isShort = true;
        return this.#seen ?? UNKNOWN;
      },
    );
    this.#seen = seen;
    this.#timer?.cancel();
    const againMs = this.#isShort ? RETRY_MS : seen.readyInMs;
    if (againMs !== undefined) this.#lookAfter(againMs);
    return seen;
  }

  #lookAfter(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#reactor.after(delayMs, () => this.#lookAgain(false));
  }

  #lookNow(isSupervised: boolean): Sight {
    this.#isShort = false;
    this.#renewHold();
    const isStopping = this.#held && isClosed(this.#held);
    const seen = lookAt(this.path, isStopping, isSupervised);
    return this.#isShort ? { ...seen, isReady: false } : seen;
  }

  /** Makes the link of a dependant, then takes the hold. */
  hold(dependant: Dependant): void {
    this.#links.set(dependant.path, undefined);
    onPosixError(
      () => this.#hold(dependant),
      (error) => {
        this.#isShort ||= isResourceExhaustion(error);
      },
    );
  }

  #hold(dependant: Dependant): void {
    const supervise = openDirectory(`${this.path}/supervise`);
    if (supervise === undefined) return;
    try {
      // runit's supervisors make none, and would not look at the link either.
      if (posix.stat(supervise.fd, "hold", posix.AT_SYMLINK_NOFOLLOW) === undefined) return;
      if (!mayUse(this.path, supervise.fd)) return;
      this.#links.set(dependant.path, link(supervise.fd, dependant));
      this.#held ??= openHold(supervise.fd);
    } finally {
      supervise.close();
    }
  }

  /** Whether its supervisor can know that it is held. */
  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  letGo({ path }: Dependant): void {
    const name = this.#links.get(path);
    this.#links.delete(path);
    if (name !== undefined) this.#unlink(name);
    this.#forgetUnused();
  }

  /** Lets go without removing the link: the process lives on, and the link counts as a hold. */
  leave({ path }: Dependant): void {
    this.#links.delete(path);
    this.#forgetUnused();
  }

  #unlink(name: string): void {
    ignoringErrors(() => {
      const supervise = openDirectory(`${this.path}/supervise`);
      if (supervise === undefined) return;
      unlink(supervise.fd, name);
      supervise.close();
    });
  }

  #lookAgain(isSupervised: boolean): boolean {
    const before = this.#seen;
    const seen = this.#look(isSupervised);
    for (const run of [...this.#watchers]) run();
    return before === undefined || !isSame(before, seen);
  }

  /** Takes the hold again if its FIFO is another one by now, or could not be opened before. */
  #renewHold(): void {
    if (this.#links.size === 0) return;
    const path = `${this.path}/supervise/hold`;
    const flags = posix.AT_SYMLINK_NOFOLLOW;
    const named = unlessExhausted(() => posix.stat(posix.AT_FDCWD, path, flags));
    if (named === undefined || named.id === this.#held?.id) return;
    this.#closeHold();
    for (const [dependant, name] of [...this.#links]) {
      this.hold({ path: dependant, name: name ?? baseName(dependant) });
    }
  }

  #forgetUnused(): void {
    if (this.#links.size === 0) this.#closeHold();
    if (this.#watchers.size > 0) return;
    this.#reader?.close();
    this.#reader = undefined;
    this.#timer?.cancel();
    if (this.#links.size === 0) this.#all.delete(this.path);
  }

  #closeHold(): void {
    if (this.#held !== undefined) closeIgnoringErrors(this.#held.fd);
    this.#held = undefined;
  }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/**
 * Whether files of a supervise directory may be used: the owner of another one could put a link to
 * it there.
 */
function mayUse(path: string, supervise: number): boolean {
  const { uid } = posix.fstat(supervise);
  return uid === posix.geteuid() || uid === posix.stat(posix.AT_FDCWD, path, 0)?.uid;
}
