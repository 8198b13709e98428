/**
 * The dependencies of a supervisor's main service: carries out the effects of
 * dependency-machine.ts, and stands between the events of the supervisor and its service. A service
 * that depends on no other has no such object until it is stopped.
 */
import { onPosixError } from "../base/errors.ts";
import type { Timer } from "../base/reactor.ts";
import type { Dependency } from "../protocol/dependency.ts";
import type { StopReason } from "../protocol/stopping.ts";
import { hasRun } from "./command-queue.ts";
import { readEntries } from "./dependency-entries.ts";
import {
  type DependencyEffect,
  type DependencyEvent,
  type DependencyState,
  isPermittedBy,
  NO_DEPENDENCIES,
  type Sights,
  stepDependencies,
} from "./dependency-machine.ts";
import type { DependencyOwner } from "./dependency-owner.ts";
import { HeldStop } from "./held-stop.ts";
import { NeededServices } from "./needed-services.ts";
import type { Service, ServiceEvent } from "./state.ts";

/** How long a start waits if its entries cannot be read. */
const RETRY_MS = 5_000;
/** The kill timeout after a `k` that has ended a wait, without a file timeout-kill. */
const URGENT_KILL_MS = 5_000;

export class Dependencies {
  readonly #owner: DependencyOwner;
  readonly #stop: HeldStop;
  readonly #needed: NeededServices;
  #state: DependencyState = NO_DEPENDENCIES;
  /** Events that came while another one is being handled. */
  #events: DependencyEvent[] | undefined;
  /** The stop that a predecessor has recorded. */
  #inherited: StopReason | undefined;
  #isAsked = false;
  #isUrgent = false;
  #retry: Timer | undefined;

  constructor(owner: DependencyOwner) {
    this.#owner = owner;
    this.#stop = new HeldStop(owner, {
      onChange: () => this.#askHolders(),
      onTimeout: () => this.#take({ on: "waitEnded" }),
    });
    this.#needed = new NeededServices(owner, {
      onChange: () => this.#onChange(),
      onCircle: (voidAfter) => this.#take({ on: "circle", voidAfter }),
    });
  }

  /** Whether ./run may start now; otherwise `startPermitted` will follow `startHeld`. */
  mayStart(): boolean {
    if (this.#state.stage === "running") return true;
    const entries = this.#readEntries();
    if (entries !== undefined) {
      this.#isAsked = true;
      this.#needed.begin(entries);
      this.#feed({ on: "start", entries });
      this.#isAsked = false;
    }
    // Typed anew: the events have changed it.
    if ((this.#state as DependencyState).stage === "running") return true;
    this.#owner.enqueue("main", { on: "startHeld" });
    return false;
  }

  /** Takes the holds of a process that was taken over; call this before `ok` has a reader. */
  takeOver(main: Service): void {
    const { want, termSent } = main;
    const recorded = this.#stop.resume();
    const commanded = { by: want === "exit" ? "x" : "d" } as const;
    const reason = want === "up" ? recorded : commanded;
    if (!hasProcess(main)) {
      this.#stop.end();
      return;
    }
    this.#inherited = recorded;
    const { report, home } = this.#owner;
    const read = report.must("read needs or after", () => readEntries(home));
    // A service that cannot be found must not count as one that does not exist.
    const entries = this.#needed.begin(read) ? read : [];
    this.#feed({ on: "tookOver", entries, stop: termSent ? reason : undefined });
  }

  /** Goes on with the stop that a predecessor has recorded. */
  begin(): void {
    const { want, termSent } = this.#owner.state.main;
    const recorded = this.#inherited;
    if (recorded === undefined || termSent) return;
    if ("by" in recorded && want !== "up") {
      this.#owner.enqueue("main", { on: "control", byte: recorded.by });
    } else if (this.#state.stop === undefined) {
      this.#stop.end();
    }
  }

  /** Looks at what has changed before this supervisor began. */
  look(): void {
    this.#look(true);
    this.#owner.drain();
  }

  /**
   * Changes an event for the service, or answers it.
   *
   * @returns `undefined` if the service must not see it
   */
  admit(event: ServiceEvent): ServiceEvent | undefined {
    const { main, isFinal } = this.#owner.state;
    if (!hasRun(main)) {
      const isStart = event.on === "control" && (event.byte === "u" || event.byte === "o");
      if (isStart && main.starting === "held") this.#permitStart(); // with the entries of now
      return event;
    }
    if (event.on === "initialized") {
      const isLost = main.want === "exit" && !main.termSent && main.runningScript === undefined;
      if (!isLost) return event;
      this.#feed({ on: "stopCommand", by: "x" });
      return undefined;
    }
    if (event.on !== "control") return event;
    switch (event.byte) {
      case "d":
      case "x":
        if (isFinal && main.want === "exit" && event.byte === "x") return event; // it is ignored
        this.#feed({ on: "stopCommand", by: main.want === "exit" ? "x" : event.byte });
        return { ...event, isHeld: true };
      case "u":
      case "o":
        if (!isFinal) this.#feed({ on: "startCommand" });
        return event;
      case "k":
        if (!this.#state.isAwaiting) return event;
        this.#isUrgent = true;
        this.#feed({ on: "waitEnded" });
        return undefined;
      default:
        return event;
    }
  }

  /** Follows the service: call this after each of its events, before its effects. */
  settle(before: Service, now: Service): void {
    const hasEnded = hasProcess(before) && !hasProcess(now);
    const wasStarting = before.starting !== "idle" && now.starting === "idle";
    if (hasEnded || (wasStarting && !hasProcess(now))) this.#end();
    else if (before.pid !== now.pid && now.phase === "run") this.#look(false);
    const { stop, isAwaiting } = this.#state;
    const isCommanded = stop !== undefined && "by" in stop && !isAwaiting;
    if (isCommanded && before.runningScript === "t" && now.runningScript !== "t") {
      this.#stop.forget();
    }
  }

  /** The kill timeout of a stop that must not take for ever; `undefined`: that of the service. */
  get urgentKillMs(): number | undefined {
    return this.#isUrgent ? URGENT_KILL_MS : undefined;
  }

  /** Releases the descriptors; a process that lives on still counts as a holder, by its links. */
  close(): void {
    this.#retry?.cancel();
    this.#needed.leave();
    this.#stop.close();
  }

  #end(): void {
    if (this.#state.stop !== undefined) this.#publish();
    this.#retry?.cancel();
    this.#feed({ on: "ended" });
    this.#needed.end();
    this.#isUrgent = false;
  }

  /** Whoever sees that the stop is over has to see that the process has ended, too. */
  #publish(): void {
    this.#owner.republish();
    this.#owner.flushStatus();
  }

  /** @returns `undefined` if they cannot be read now; the start is tried again */
  #readEntries(): readonly Dependency[] | undefined {
    const { home, context } = this.#owner;
    return onPosixError<readonly Dependency[] | undefined>(
      () => readEntries(home),
      (error) => {
        this.#owner.warnOnce("unable to read needs or after", error);
        this.#retry?.cancel();
        this.#retry = context.reactor.after(RETRY_MS, () => {
          this.#permitStart();
          this.#owner.drain();
        });
        return undefined;
      },
    );
  }

  #take(event: DependencyEvent): void {
    this.#feed(event);
    this.#owner.drain();
  }

  #feed(event: DependencyEvent): void {
    if (this.#events !== undefined) {
      this.#events.push(event);
      return;
    }
    const events = [event];
    this.#events = events;
    try {
      for (let next = events.shift(); next !== undefined; next = events.shift()) {
        const [state, effects] = stepDependencies(this.#state, next);
        this.#state = state;
        for (const effect of effects) this.#carryOut(effect);
      }
    } finally {
      this.#events = undefined;
    }
  }

  #carryOut(effect: DependencyEffect): void {
    switch (effect.do) {
      case "hold":
        this.#needed.hold(effect.name);
        return;
      case "letGo":
        this.#needed.letGo(effect.name);
        return;
      case "look":
        this.#look(true);
        return;
      case "permitStart":
        this.#needed.endWait();
        this.#needed.warnOfUnheld(this.#state.held);
        if (!this.#isAsked) this.#permitStart();
        return;
      case "waitToStart":
        this.#needed.wait();
        return;
      case "close":
        this.#stop.begin();
        return;
      case "open":
        this.#stop.end();
        return;
      case "askHolders":
        this.#feed({ on: "holders", areGone: this.#stop.areHoldersGone() });
        return;
      case "waitToStop":
        this.#stop.wait(effect.reason);
        return;
      case "stop":
        this.#stop.endWait(effect.reason);
        this.#owner.enqueue("main", { on: "stop" });
        return;
      case "restart":
        this.#owner.enqueue("main", { on: "control", byte: "t" });
        return;
      default:
        effect satisfies never;
    }
  }

  #permitStart(): void {
    this.#owner.enqueue("main", { on: "startPermitted" });
  }

  #askHolders(): void {
    if (this.#state.isAwaiting) {
      this.#take({ on: "holders", areGone: this.#stop.areHoldersGone() });
    }
  }

  #onChange(): void {
    if (this.#events !== undefined) return; // its own effects look
    if (this.#isLeaving()) this.#lookAfterCommands();
    else this.#lookAndGoOn();
  }

  /** A service that this one comes after is being stopped. */
  #isLeaving(): boolean {
    const { entries, held, stop } = this.#state;
    const left = entries.filter(({ kind, name }) => kind === "after" && held.includes(name));
    if (left.length === 0 || stop !== undefined) return false;
    const sights = this.#needed.sights(false);
    return left.some(({ name }) => sights.get(name)?.isStopping === true);
  }

  /** A service that is to stop, too, keeps its hold: whoever stops both has commanded it first. */
  #lookAfterCommands(): void {
    const { context } = this.#owner;
    // Signals are commands, too; the reactor takes them first in its next turn.
    context.reactor.after(0, () => this.#owner.afterCommands(() => this.#lookAndGoOn()));
  }

  #lookAndGoOn(): void {
    this.#look(false);
    this.#owner.drain();
  }

  #look(isFresh: boolean): void {
    const { main } = this.#owner.state;
    const isCalm = main.want === "up" && main.commandQueue.length === 0 && !main.exitRequested;
    this.#feed({
      on: "looked",
      sights: this.#sights(isFresh),
      waitedMs: this.#needed.waitedMs,
      hasProcess: hasRun(main),
      since: isCalm && main.runningScript === undefined ? main.since : undefined,
    });
  }

  #sights(isFresh: boolean): Sights {
    const state = this.#state;
    const isHeld = state.stage === "asking" || state.stage === "running";
    if (isHeld) return this.#needed.sights(isFresh);
    const { waitedMs } = this.#needed;
    return this.#needed.sightsUntil((name, seen) => {
      const entry = state.entries.find((each) => each.name === name);
      return entry !== undefined && !isPermittedBy(state, entry, seen, waitedMs);
    });
  }
}

function hasProcess({ pid, phase }: Service): boolean {
  return pid !== 0 || phase === "finish";
}
