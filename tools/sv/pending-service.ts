/**
 * One service that sv waits for. As soon as the service has a supervisor, sv sends the order; then
 * it looks at the service after each event until the order is done, has failed, or the time is
 * over. conditions.ts decides which status means that the order is done.
 *
 * Source: runit 2.1.2, sv(8), the commands that wait.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import type { StatusRecord } from "../../protocol/status.ts";
import type { CheckAnswers } from "./check-answers.ts";
import { type Order, wantsRunning, wantsStart } from "./commands.ts";
import {
  evaluate,
  hasFailed,
  hasRested,
  isFoundResting,
  isFoundYoung,
  isReplaced,
  isSame,
  isSameStart,
  mustLast,
} from "./conditions.ts";
import type { ServiceEvents } from "./event-source.ts";
import { hasCrashed, isGivenUp, readHistoryFile } from "./history-file.ts";
import type { LiveStatus } from "./live-status.ts";
import { readinessOf } from "./ready-file.ts";
import { send, sendOrder } from "./send.ts";
import type { SentOrder } from "./sent-order.ts";
import type { NamedService } from "./service.ts";
import { GONE, type ServiceFailure } from "./service-report.ts";
import { ServiceWatch } from "./service-watch.ts";
import { closeUnlessSpare } from "./spare-descriptors.ts";
import { startOutcome, timeoutReason } from "./start-outcome.ts";
import { Survival } from "./survival.ts";
import { isDoubtful, statusVersion } from "./truth.ts";

/**
 * A service that was failing counts as up after this time: the shortest that runsv takes for a good
 * start.
 */
const LASTING_MS = 1_000;
/** How long sv waits for the process to end after `k`. */
const KILL_MS = 1_000;

/**
 * How an order comes out for a service: with its last status, or why it cannot be carried out.
 * After `kill`, which is reported when KILL is sent, nothing else is but the end. `why` follows the
 * status.
 */
export type OrderOutcome =
  | { readonly is: "ok" | "timeout" | "kill"; readonly now: StatusRecord; readonly why?: string }
  | ServiceFailure;

type Checking = Pick<CheckAnswers, "isReady" | "end">;

/** The same for all services of one command line. */
export interface Wait {
  readonly order: Order;
  /** How long a start must last before it counts; 0: at once, unless the service was failing. */
  readonly stayMs: number;
  /** Whether the reason of a time-out follows the status. */
  readonly explains: boolean;
  readonly events: ServiceEvents;
  /** Runs ./check of a service. @param onChange called when it is worth asking it again */
  readonly check: (service: NamedService, onChange: () => void) => Checking;
  /** Why the service will not start, if that is because of one that it needs. */
  readonly failedNeed: (service: NamedService) => ServiceFailure | undefined;
  readonly onOutcome: (service: NamedService, outcome: OrderOutcome) => void;
  /** Called when the service has a supervisor, and the order was sent. */
  readonly onSent: (service: NamedService) => void;
  /** Called when there is one service less to wait for. */
  readonly onEnd: () => void;
}

export class PendingService {
  readonly #wait: Wait;
  readonly #service: NamedService;
  readonly #watch: ServiceWatch;
  /** Why the order could not be sent yet. */
  #failure: ServiceFailure = GONE;
  #sent: SentOrder | undefined;
  /** The status when KILL was sent. */
  #killed: StatusRecord | undefined;
  #isOver = false;
  #watchesSupervisor = false;
  #isWatching = false;
  readonly #survival: Survival;
  /** The status at which the history was read last; never that of a run. */
  #historyReadAt: StatusRecord | undefined;
  #check: Checking | undefined;
  readonly #look = (): void => this.look();

  /** @param seen the first look; if there is a supervisor, sends the order at once */
  constructor(wait: Wait, service: NamedService, seen: LiveStatus | ServiceFailure) {
    this.#wait = wait;
    this.#service = service;
    this.#watch = new ServiceWatch(service, wait.events, this.#look);
    this.#survival = new Survival(wait.events, this.#look);
    this.#take(seen);
  }

  /** Looks whether the order is done. */
  look(): void {
    if (this.#isOver) return;
    if (this.#take(this.#service.look())) this.#evaluate();
  }

  /**
   * From now on notices the supervisor's end, and the changes that it announces, if it announces
   * any.
   */
  watchSupervisor(): void {
    this.#watchesSupervisor = true;
    const sent = this.#sent;
    const ok = sent?.ok;
    if (sent === undefined || ok === undefined || this.#isOver) return;
    const isAnnounced = this.#watch.awaitEvents();
    if (this.#isOver) return; // by the look at its begin, and ok is closed
    if (isAnnounced) {
      sent.ok = undefined;
      posix.close(ok);
    } else {
      this.#wait.events.onHangUp(ok, () => this.#fail(GONE));
    }
  }

  /** Whether it notices no change until {@link startWatching}. */
  get isUnwatched(): boolean {
    return !this.#isOver && !this.#watch.isAnnounced;
  }

  /** From now on looks after each event. */
  startWatching(): void {
    if (this.#isOver) return;
    this.#isWatching = true;
    if (this.#sent === undefined) this.#watch.awaitSupervisor();
    else this.#watchStatus(this.#sent);
    this.look(); // at changes from before the watch
  }

  /** The time for a supervisor to come is over. */
  onSupervisorTimeout(): void {
    this.look();
    if (!this.#isOver && this.#sent === undefined) this.#fail(this.#failure);
  }

  /** Looks for the last time, and reports the outcome. */
  onTimeout(): void {
    this.onSupervisorTimeout();
    const sent = this.#sent;
    if (this.#isOver || sent === undefined) return;
    if (this.#wait.order.kills) this.#kill(sent.now);
    else {
      const { explains, order } = this.#wait;
      const isCheckAsked = this.#check !== undefined;
      const why = explains ? timeoutReason(this.#service, sent, order, isCheckAsked) : "";
      this.#wait.onOutcome(this.#service, { is: "timeout", now: sent.now, why });
      this.end();
    }
  }

  /** Sends KILL, and waits a moment for the process to end. */
  #kill(now: StatusRecord): void {
    this.#wait.onOutcome(this.#service, { is: "kill", now });
    const failure = send(this.#service, "k");
    if (failure !== undefined) this.#fail(failure);
    else if (now.pid === 0) this.end();
    else {
      this.#killed = now;
      this.#check?.end();
      this.#wait.events.after(KILL_MS, () => this.end());
    }
  }

  /** @returns whether there is a status to evaluate */
  #take(seen: LiveStatus | ServiceFailure): boolean {
    if (seen.is === "failure") {
      this.#onFailure(seen);
      return false;
    }
    const sent = this.#sent;
    if (sent !== undefined) {
      posix.close(seen.ok);
      this.#update(sent, seen.record);
      return true;
    }
    posix.close(seen.ok);
    // lookAt reads the status before it opens ok: another supervisor may have come in between.
    const version = statusVersion(this.#service);
    const again = this.#service.look();
    if (again.is === "failure") {
      this.#onFailure(again);
      return false;
    }
    return this.#sendOrder(again, version);
  }

  /**
   * @param version of the status, taken before reading it
   * @returns whether the order was sent
   */
  #sendOrder({ record, ok }: LiveStatus, version: string): boolean {
    const { order } = this.#wait;
    const doubted = isDoubtful(this.#service, record, order) ? version : undefined;
    const history = wantsStart(order) ? readHistoryFile(this.#service) : undefined;
    const failing = this.#isFoundFailing(record);
    const failure = sendOrder(this.#service, order);
    if (failure !== undefined) {
      posix.close(ok);
      this.#onFailure(failure);
      return false;
    }
    this.#sent = {
      before: record,
      now: record,
      doubted,
      failing,
      history,
      ok: closeUnlessSpare(ok),
    };
    this.#watch.foundSupervisor();
    if (this.#watchesSupervisor) this.watchSupervisor();
    if (this.#isWatching && !this.#isOver) this.#watchStatus(this.#sent);
    this.#wait.onSent(this.#service);
    return true;
  }

  /** Whether the first status seen is that of a service whose next start has to last. */
  #isFoundFailing(found: StatusRecord): boolean {
    const now = posix.clockReal();
    if (isFoundResting(found, now) || isGivenUp(this.#service, found)) return true;
    return isFoundYoung(found, now, LASTING_MS) && hasCrashed(this.#service, LASTING_MS);
  }

  #watchStatus({ ok }: SentOrder): void {
    if (!this.#watch.isAnnounced) this.#watch.watchStatus(ok !== undefined);
  }

  /** Fails, unless the service is to run and may get a supervisor yet. */
  #onFailure(failure: ServiceFailure): void {
    const isEarly = this.#sent === undefined && wantsRunning(this.#wait.order);
    if (isEarly && (failure.kind === "unsupervised" || failure.kind === "gone")) {
      this.#failure = failure;
    } else {
      this.#fail(failure);
    }
  }

  #update(sent: SentOrder, now: StatusRecord): void {
    const { rules } = this.#wait.order;
    const previous = sent.now;
    sent.now = now;
    const hasDied = hasFailed(rules, now, previous, sent.before);
    if (hasDied || hasRested(now, sent.before)) sent.failing = true;
    if (rules[0] === "x" && isReplaced(now, previous)) this.#fail(GONE);
  }

  #evaluate(): void {
    const sent = this.#sent;
    if (this.#isOver || sent === undefined) return;
    const { rules } = this.#wait.order;
    const { now, failing } = sent;
    if (this.#killed !== undefined) {
      if (!isSameStart(now, this.#killed)) this.end();
      return;
    }
    if (sent.doubted !== undefined) {
      if (sent.doubted === statusVersion(this.#service)) return;
      sent.doubted = undefined;
      this.look(); // at the new status
      return;
    }
    const outcome = this.#findStartOutcome(sent);
    if (outcome !== undefined) {
      if (outcome === "ended") this.#done(now);
      else this.#fail(outcome);
      return;
    }
    const progress = evaluate(rules, now, sent);
    if (progress === "wait") {
      const failure = now.phase === "down" ? this.#wait.failedNeed(this.#service) : undefined;
      if (failure !== undefined) this.#fail(failure);
      return;
    }
    const lastingMs = Math.max(this.#wait.stayMs, failing ? LASTING_MS : 0);
    if (lastingMs > 0 && mustLast(rules, now) && !this.#survival.hasLasted(now, lastingMs)) {
      return;
    }
    if (progress === "done" || this.#isReady(now, progress === "runCheck")) this.#done(now);
  }

  /**
   * Whether the service is ready: it reports so, or does not report, and ./check says so, or there
   * is none. With `check-period` its supervisor runs ./check.
   */
  #isReady(now: StatusRecord, runsCheck: boolean): boolean {
    const readiness = readinessOf(this.#service, now);
    if (readiness !== undefined) {
      if (readiness.readyAt === undefined) return false;
      if (ignoringErrors(() => this.#service.has("check-period")) === true) return true;
    }
    if (!runsCheck) return true;
    if (this.#check === undefined) {
      const has = ignoringErrors(() => this.#service.has("check"));
      if (has === false) return true;
      this.#check = this.#wait.check(this.#service, this.#look);
    }
    return this.#check.isReady(now);
  }

  /**
   * runsv writes the history before the status, so it is enough to read it once for each status.
   */
  #findStartOutcome({ now, history }: SentOrder): ServiceFailure | "ended" | undefined {
    const { order, stayMs } = this.#wait;
    if (now.phase === "run" || !wantsRunning(order)) return undefined;
    if (this.#historyReadAt !== undefined && isSame(this.#historyReadAt, now)) return undefined;
    this.#historyReadAt = now;
    return startOutcome(this.#service, history, stayMs === 0 || order.rules.includes("o"));
  }

  #done(now: StatusRecord): void {
    this.#wait.onOutcome(this.#service, { is: "ok", now });
    this.end();
  }

  #fail(failure: ServiceFailure): void {
    if (this.#killed === undefined) this.#wait.onOutcome(this.#service, failure);
    this.end();
  }

  /** Ends the wait; before the outcome if the caller gives up. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#check?.end();
    const { events, onEnd } = this.#wait;
    this.#watch.end();
    if (this.#sent?.ok !== undefined) events.close(this.#sent.ok);
    onEnd();
  }
}
