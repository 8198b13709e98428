/**
 * One service that sv waits for: it is told what to do, as soon as somebody supervises it, and looked at
 * whenever something happened, until it has done it, failed, or the time is over. What a status means is
 * decided in conditions.ts.
 *
 * Source: runit 2.1.2, sv(8), the commands that wait.
 */
import * as posix from "posix";
import type { Timer } from "../../base/reactor.ts";
import type { StatusRecord } from "../../protocol/status.ts";
import { Check, type CheckContext } from "./check.ts";
import { type Order, wantsRunning } from "./commands.ts";
import {
  asksForProcess,
  evaluate,
  hasFailed,
  hasRested,
  isFoundResting,
  isReplaced,
  isSame,
  isSameStart,
  mustLast,
} from "./conditions.ts";
import { isGivenUp, readHistoryFile } from "./history-file.ts";
import type { LiveStatus } from "./live-status.ts";
import { stateOf } from "./look.ts";
import type { Output } from "./output.ts";
import { statusText } from "./render.ts";
import { send } from "./send.ts";
import type { Service } from "./service.ts";
import { type Failure, GONE } from "./service-report.ts";
import { startFailure } from "./start-failure.ts";
import { isInOurNamespace, processOf, statusVersion } from "./truth.ts";

/** While nobody supervises the service: after an event it is looked at soon, then less and less often. */
const LOOK_AGAIN_MS = { first: 1, last: 420 } as const;
/** A service that was failing has come up once it lives as long as runsv asks of a start. */
const LASTING_MS = 1_000;
/** How long sv stays after `k` for the process to be gone. */
const KILL_MS = 1_000;
/** Descriptors that are left for everything but the FIFOs of the services waited for. */
const SPARE_DESCRIPTORS = 16;

/** What all services of one command line share. */
export interface Wait extends CheckContext {
  readonly order: Order;
  readonly output: Output;
  /** Says nothing unless something is wrong. */
  readonly isQuiet: boolean;
  /** The service is supervised, and was sent. */
  readonly onSent: (service: Service) => void;
  /** One service less to wait for. */
  readonly onOver: () => void;
}

/**
 * Sends the order's bytes. The status may be older than other commands that were sent, or could not be written, so it
 * is no reason to send none.
 */
export function sendOrder(service: Service, order: Order): Failure | undefined {
  return order.bytes === "" ? undefined : send(service, order.bytes);
}

/** Whether an order starts a service, which `check` does not: it asks about the last start that there was. */
function wantsStart(order: Order): boolean {
  return order.bytes !== "" && wantsRunning(order);
}

/** A service that was sent. */
interface SentOrder {
  /** The status from before. */
  readonly before: StatusRecord;
  /** The status seen last. */
  now: StatusRecord;
  /** The version of a status that may be untrue: it counts once the supervisor has written another one. */
  doubted: string | undefined;
  /** It died although it was to run: its next start has to last. */
  failing: boolean;
  /** What supervise/history had before; of no account, and not read, if no start was asked for. */
  readonly history: string | undefined;
  /** supervise/ok, to hear of the supervisor's end; `undefined` where there is none to spare. */
  readonly ok: number | undefined;
}

export class PendingService {
  readonly #wait: Wait;
  readonly #service: Service;
  /** Why it could not be told yet. */
  #failure: Failure = GONE;
  #sent: SentOrder | undefined;
  /** What it was when KILL was sent. */
  #killed: StatusRecord | undefined;
  #over = false;
  #watchesSupervisor = false;
  #isWatching = false;
  #isSuperviseWatched = false;
  #lookAgain: Timer | undefined;
  #lasting: { readonly start: StatusRecord; isOver: boolean } | undefined;
  /** The status, not of a run, at which the history was looked at last. */
  #unstarted: StatusRecord | undefined;
  readonly #check: Check;

  /** @param seen what was found of the service; it is told at once where it can be */
  constructor(wait: Wait, service: Service, seen: LiveStatus | Failure) {
    this.#wait = wait;
    this.#service = service;
    this.#check = new Check(service, wait, this.#look);
    this.#take(seen);
  }

  /** Looks whether the service has done it. */
  look(): void {
    if (this.#over) return;
    if (this.#take(this.#service.look())) this.#evaluate();
  }

  /** From now on hears of the supervisor's end. */
  watchSupervisor(): void {
    this.#watchesSupervisor = true;
    const ok = this.#sent?.ok;
    if (ok !== undefined && !this.#over) {
      this.#wait.events.onHangUp(ok, () => this.#fail(GONE));
    }
  }

  /** From now on looks by itself, whenever something happened. */
  startWatching(): void {
    if (this.#over) return;
    this.#isWatching = true;
    if (this.#sent === undefined) this.#watchForSupervisor();
    else this.#watchStatus(this.#sent);
    this.look(); // at what happened before it was watched
  }

  /** The time in which a supervisor had to come is over. */
  mustBeSent(): void {
    this.look();
    if (!this.#over && this.#sent === undefined) this.#fail(this.#failure);
  }

  /** Looks for the last time, and tells what came of it. */
  timeIsOver(): void {
    this.mustBeSent();
    const sent = this.#sent;
    if (this.#over || sent === undefined) return;
    if (this.#wait.order.kills) this.#kill(sent.now);
    else {
      this.#report("timeout", sent.now);
      this.#end();
    }
  }

  /** Sends KILL, and stays for a moment until it has come about; that the time was over is told already. */
  #kill(now: StatusRecord): void {
    this.#report("kill", now);
    const failure = send(this.#service, "k");
    if (failure !== undefined) this.#fail(failure);
    else if (now.pid === 0) this.#end();
    else {
      this.#killed = now;
      this.#check.end();
      this.#wait.events.after(KILL_MS, () => this.#end());
    }
  }

  /** @returns whether there is a status to evaluate by */
  #take(seen: LiveStatus | Failure): boolean {
    if (seen.is === "failure") {
      this.#onUnreachable(seen);
      return false;
    }
    const sent = this.#sent;
    if (sent !== undefined) {
      posix.close(seen.ok);
      this.#learn(sent, seen.record);
      return true;
    }
    posix.close(seen.ok);
    // Between the two looks of the first sighting, one supervisor may have come after another.
    const version = statusVersion(this.#service);
    const again = this.#service.look();
    if (again.is === "failure") {
      this.#onUnreachable(again);
      return false;
    }
    return this.#sendOrder(again, version);
  }

  /**
   * @param version of the status, from before it was read
   * @returns whether the service was told
   */
  #sendOrder({ record, ok }: LiveStatus, version: string): boolean {
    const { order } = this.#wait;
    const doubted = this.#isDoubtful(record) ? version : undefined;
    const history = wantsStart(order) ? readHistoryFile(this.#service) : undefined;
    const failing = isFoundResting(record, posix.clockReal()) || isGivenUp(this.#service, record);
    const failure = sendOrder(this.#service, order);
    if (failure !== undefined) {
      posix.close(ok);
      this.#onUnreachable(failure);
      return false;
    }
    this.#sent = { before: record, now: record, doubted, failing, history, ok: spare(ok) };
    this.#lookAgain?.cancel();
    if (this.#watchesSupervisor) this.watchSupervisor();
    if (this.#isWatching) this.#watchStatus(this.#sent);
    this.#wait.onSent(this.#service);
    return true;
  }

  /**
   * Whether the record may be untrue. Each byte that is about the process makes the supervisor write the status, so a
   * doubt costs little. Nothing is sent for `check`: there only what is certain counts.
   */
  #isDoubtful(record: StatusRecord): boolean {
    const { rules, bytes } = this.#wait.order;
    if (record.phase !== "run" || !asksForProcess(rules)) return false;
    const process = processOf(record);
    if (bytes !== "") return process !== "there";
    return process === "gone" && isInOurNamespace(this.#service);
  }

  /** The service cannot be looked at or sent; one that is to run may be given time to be supervised. */
  #onUnreachable(failure: Failure): void {
    const isEarly = this.#sent === undefined && wantsRunning(this.#wait.order);
    if (isEarly && (failure.kind === "unsupervised" || failure.kind === "gone")) {
      this.#failure = failure;
    } else {
      this.#fail(failure);
    }
  }

  #learn(sent: SentOrder, now: StatusRecord): void {
    const { rules } = this.#wait.order;
    const previous = sent.now;
    sent.now = now;
    const hasDied = hasFailed(rules, now, previous, sent.before);
    if (hasDied || hasRested(now, sent.before)) sent.failing = true;
    if (rules[0] === "x" && isReplaced(now, previous)) this.#fail(GONE);
  }

  #evaluate(): void {
    const sent = this.#sent;
    if (this.#over || sent === undefined) return;
    const { rules } = this.#wait.order;
    const { now, failing } = sent;
    if (this.#killed !== undefined) {
      if (!isSameStart(now, this.#killed)) this.#end();
      return;
    }
    if (sent.doubted !== undefined) {
      if (sent.doubted === statusVersion(this.#service)) return;
      sent.doubted = undefined;
      this.look(); // at what was written
      return;
    }
    const failure = this.#startFailure(sent);
    if (failure !== undefined) {
      this.#fail(failure);
      return;
    }
    const progress = evaluate(rules, now, sent);
    if (progress === "wait") return;
    if (failing && mustLast(rules, now) && !this.#hasLasted(now)) return;
    if (progress === "done" || this.#check.isReady(now)) this.#done(now);
  }

  /** The history is written before the status, so one look at it for each status is enough. */
  #startFailure({ now, history }: SentOrder): Failure | undefined {
    if (now.phase === "run" || !wantsRunning(this.#wait.order)) return undefined;
    if (this.#unstarted !== undefined && isSame(this.#unstarted, now)) return undefined;
    this.#unstarted = now;
    return startFailure(this.#service, history);
  }

  #hasLasted(start: StatusRecord): boolean {
    if (this.#lasting !== undefined && isSameStart(this.#lasting.start, start)) {
      return this.#lasting.isOver;
    }
    const lasting = { start, isOver: false };
    this.#lasting = lasting;
    this.#wait.events.after(LASTING_MS, () => {
      lasting.isOver = true;
      this.look();
    });
    return false;
  }

  #watchStatus({ ok }: SentOrder): void {
    const { events } = this.#wait;
    const watches = events.watch(this.#service.file("supervise"), "status", this.#look);
    if (!watches || ok === undefined) events.poll(this.#look);
  }

  #watchForSupervisor(): void {
    const { events } = this.#wait;
    const watches = events.watch(this.#service.path, "supervise", this.#onStir);
    if (!watches) events.poll(this.#look);
    this.#lookSoon(LOOK_AGAIN_MS.first);
  }

  readonly #look = (): void => this.look();

  /** Something happened where a supervisor may be starting. */
  readonly #onStir = (): void => {
    this.look();
    if (this.#sent === undefined && !this.#over) this.#lookSoon(LOOK_AGAIN_MS.first);
  };

  /**
   * Nothing tells that somebody has opened supervise/ok for reading. It is the last thing that a supervisor
   * does when it starts, and it makes files before, so the look shortly after an event finds it.
   */
  #lookSoon(delayMs: number): void {
    const { events } = this.#wait;
    if (!this.#isSuperviseWatched) {
      const supervise = this.#service.file("supervise");
      this.#isSuperviseWatched = events.watch(supervise, undefined, this.#onStir);
    }
    this.#lookAgain?.cancel();
    this.#lookAgain = events.after(delayMs, () => {
      this.look();
      if (this.#sent !== undefined || this.#over) return;
      this.#lookSoon(Math.min(delayMs * 2, LOOK_AGAIN_MS.last));
    });
  }

  #done(now: StatusRecord): void {
    if (!this.#wait.isQuiet) this.#report("ok", now);
    this.#end();
  }

  /** Says what came of the order, with the status of the service. */
  #report(outcome: "ok" | "timeout" | "kill", now: StatusRecord): void {
    const { output } = this.#wait;
    if (outcome !== "ok") output.countFailure();
    const service = this.#service;
    output.print(`${outcome}: ${statusText(service.name, stateOf(service, now))}`);
  }

  #fail(failure: Failure): void {
    if (this.#killed === undefined)
      this.#wait.output.fail(this.#service, failure, this.#wait.order.rules);
    this.#end();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#check.end();
    const { events, onOver } = this.#wait;
    events.endPoll(this.#look);
    events.endPoll(this.#onStir);
    this.#lookAgain?.cancel();
    if (this.#sent?.ok !== undefined) events.close(this.#sent.ok);
    onOver();
  }
}

/** `fd`, or `undefined` where it is one of the last that the process may have; then it is closed. */
function spare(fd: number): number | undefined {
  if (fd < SPARE_DESCRIPTORS || fd + SPARE_DESCRIPTORS < posix.getrlimit("nofile").soft) return fd;
  posix.close(fd);
  return undefined;
}
