/**
 * The events after which sv looks at one service: until it has a supervisor, changes in the
 * directories in which one may be starting; then the changes that the supervisor announces at its
 * event FIFO, or, for the original's runsv and for a log service, changes of the status file.
 */
import * as posix from "posix";
import { EventReader } from "../../base/event-reader.ts";
import type { Timer } from "../../base/reactor.ts";
import type { ServiceEvents } from "./event-source.ts";
import type { NamedService } from "./service.ts";
import { statusVersion } from "./truth.ts";

/**
 * Delays between looks at a service without a supervisor: short after an event, then longer and
 * longer.
 */
const LOOK_AGAIN_MS = { first: 1, last: 420 } as const;
/** The longest delay between looks at a service whose supervisor has stopped announcing changes. */
const UNANNOUNCED_MS = 50;

export class ServiceWatch {
  readonly #service: NamedService;
  readonly #events: ServiceEvents;
  readonly #look: () => void;
  #awaitsSupervisor = false;
  #isSuperviseWatched = false;
  #lookAgain: Timer | undefined;
  #announced: EventReader | undefined;

  /** @param look calls {@link foundSupervisor} if it finds one */
  constructor(service: NamedService, events: ServiceEvents, look: () => void) {
    this.#service = service;
    this.#events = events;
    this.#look = look;
  }

  awaitSupervisor(): void {
    this.#awaitsSupervisor = true;
    const watches = this.#events.watch(this.#service.path, "supervise", this.#onChange);
    if (!watches) this.#events.poll(this.#look);
    this.#lookSoon(LOOK_AGAIN_MS.first);
  }

  foundSupervisor(): void {
    this.#awaitsSupervisor = false;
    this.#lookAgain?.cancel();
  }

  /**
   * Looks now, and after each change that the supervisor announces; its end is one.
   *
   * @returns whether it announces any, so that no other watch is needed
   */
  awaitEvents(): boolean {
    const path = this.#service.file("supervise/event");
    const place = { dir: posix.AT_FDCWD, path, absentMs: UNANNOUNCED_MS };
    let seen = "";
    this.#announced = new EventReader(place, this.#events, () => {
      const version = statusVersion(this.#service);
      const isNew = version !== seen;
      seen = version;
      this.#look();
      return isNew;
    });
    this.#announced.begin();
    if (this.#announced.isAnnounced) return true;
    this.#announced.close();
    this.#announced = undefined;
    return false;
  }

  /** Whether {@link awaitEvents} has found a supervisor that announces changes. */
  get isAnnounced(): boolean {
    return this.#announced !== undefined;
  }

  /** @param noticesEnd the end of the supervisor is an event elsewhere */
  watchStatus(noticesEnd: boolean): void {
    const watches = this.#events.watch(this.#service.file("supervise"), "status", this.#look);
    if (!watches || !noticesEnd) this.#events.poll(this.#look);
  }

  end(): void {
    this.foundSupervisor();
    this.#announced?.close();
    this.#events.endPoll(this.#look);
    this.#events.endPoll(this.#onChange);
  }

  /** A file appeared or changed in a directory in which a supervisor may be starting. */
  readonly #onChange = (): void => {
    this.#look();
    if (this.#awaitsSupervisor) this.#lookSoon(LOOK_AGAIN_MS.first);
  };

  /**
   * There is no event when a supervisor opens supervise/ok for reading. It does so last when it
   * starts, shortly after it has made other files, so a look shortly after an event finds it.
   */
  #lookSoon(delayMs: number): void {
    if (!this.#isSuperviseWatched) {
      const supervise = this.#service.file("supervise");
      this.#isSuperviseWatched = this.#events.watch(supervise, undefined, this.#onChange);
    }
    this.#lookAgain?.cancel();
    this.#lookAgain = this.#events.after(delayMs, () => {
      this.#look();
      if (this.#awaitsSupervisor) this.#lookSoon(Math.min(delayMs * 2, LOOK_AGAIN_MS.last));
    });
  }
}
