/**
 * The events after which sv looks at one service: until it has a supervisor, changes in the
 * directories in which one may be starting; then changes of the status.
 */
import type { Timer } from "../../base/reactor.ts";
import type { EventSource } from "./event-source.ts";
import type { NamedService } from "./service.ts";

/**
 * Delays between looks at a service without a supervisor: short after an event, then longer and
 * longer.
 */
const LOOK_AGAIN_MS = { first: 1, last: 420 } as const;

export class ServiceWatch {
  readonly #service: NamedService;
  readonly #events: EventSource;
  readonly #look: () => void;
  #awaitsSupervisor = false;
  #isSuperviseWatched = false;
  #lookAgain: Timer | undefined;

  /** @param look calls {@link foundSupervisor} if it finds one */
  constructor(service: NamedService, events: EventSource, look: () => void) {
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

  /** @param noticesEnd the end of the supervisor is an event elsewhere */
  watchStatus(noticesEnd: boolean): void {
    const watches = this.#events.watch(this.#service.file("supervise"), "status", this.#look);
    if (!watches || !noticesEnd) this.#events.poll(this.#look);
  }

  end(): void {
    this.foundSupervisor();
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
