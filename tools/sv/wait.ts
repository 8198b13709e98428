/**
 * Waits for all services of a command line at once, up to the same moment. If a supervisor has no
 * event FIFO, sv first polls, for an order that is done within milliseconds; then it watches
 * directories. Such a watch is not free: Linux takes some 15 ms to end a process that has used
 * inotify.
 *
 * Source: runit 2.1.2, sv(8), the commands that wait.
 */
import * as posix from "posix";
import { monotonicMs } from "../../base/reactor.ts";
import { STDOUT } from "../../base/report.ts";
import type { Order } from "./commands.ts";
import type { PullUp } from "./dependencies.ts";
import { EventSource } from "./event-source.ts";
import { failedNeed, watchNeeds } from "./failed-need.ts";
import { stateOf } from "./look.ts";
import type { Output } from "./output.ts";
import { load } from "./parts.ts";
import { type OrderOutcome, PendingService, type Wait } from "./pending-service.ts";
import { statusText } from "./render.ts";
import type { NamedService } from "./service.ts";

/** How long sv polls; with more than a few services it watches at once. */
const MOMENT_MS = 100;
const FEW_SERVICES = 16;
/**
 * The time between two looks: a part of the time that has passed, so sv is never late by more than
 * that part.
 */
const REST_MIN_MS = 1;
const REST_PART = 1 / 8;

export interface WaitOptions {
  /** How long an order may take. */
  readonly waitMs: number;
  /** For a supervisor to come if there is none. */
  readonly supervisorMs: number;
  /** How long a start must last before it counts, beyond what its past demands. */
  readonly stayMs: number;
  /** Undoes, in a child, what sv changed of its process at its start. */
  readonly restoreInherited: () => void;
  /** What services need that are to start; `undefined` if they need nothing. */
  readonly pullUp: PullUp | undefined;
}

/**
 * Sends `services` the order, and returns once it is done, has failed or has timed out for each.
 * Outcomes are printed in the order in which they are known.
 */
export function orderAndWait(
  services: readonly NamedService[],
  order: Order,
  output: Output,
  { waitMs, supervisorMs, stayMs, restoreInherited, pullUp }: WaitOptions,
): void {
  const startedMs = monotonicMs();
  const events = new EventSource();
  let left = services.length;
  const onEnd = () => {
    left -= 1;
    if (left === 0) events.stop();
  };
  const pending: PendingService[] = [];
  const sent: NamedService[] = [];
  let isWaiting = false;
  const onSent = (service: NamedService): void => {
    if (isWaiting) addLog(service);
    else sent.push(service);
  };
  const wait: Wait = {
    order,
    stayMs,
    explains: stayMs > 0 || posix.isTerminal(STDOUT),
    events,
    check: (service, onChange) =>
      load("sv/check").checkOf(service, { events, restoreInherited }, onChange),
    failedNeed: (service) => pullUp && failedNeed(service, pullUp),
    onOutcome: (service, outcome) => printOutcome(service, outcome, order, output),
    onSent,
    onEnd,
  };
  const isNamed = ({ path }: NamedService) => services.some((service) => service.path === path);
  /** For `check`: a service is not in the wanted state if its log service is not. */
  const addLog = (service: NamedService): void => {
    const log = order.rules.includes("check") ? service.log() : undefined;
    if (log === undefined || "is" in log || isNamed(log)) return;
    const seen = log.look();
    // No supervisor: `log` was made after the supervisor of the service had started.
    if (seen.is === "failure") return;
    left += 1;
    const onOutcome: Wait["onOutcome"] = (service, outcome) => {
      if (outcome.is !== "ok") wait.onOutcome(service, outcome);
    };
    const one = new PendingService({ ...wait, onOutcome, onSent: () => {} }, log, seen);
    pending.push(one);
    one.look();
    if (!isWaiting) return;
    one.watchSupervisor();
    one.startWatching();
  };
  // sv sends all orders before it waits for the first.
  for (const service of services) pending.push(new PendingService(wait, service, service.look()));
  for (const one of pending) one.look();
  for (const service of sent) addLog(service);
  if (left === 0) return;
  isWaiting = true;
  for (const one of pending) one.watchSupervisor();
  if (pullUp !== undefined) {
    watchNeeds(pullUp, events, () => {
      for (const one of pending) one.look();
    });
  }
  const lookOn = () => {
    const unwatched = pending.filter(({ isUnwatched }) => isUnwatched);
    if (unwatched.length === 0) return;
    const passedMs = monotonicMs() - startedMs;
    if (unwatched.length > FEW_SERVICES || passedMs > MOMENT_MS) {
      for (const one of unwatched) one.startWatching();
      return;
    }
    for (const one of unwatched) one.look();
    events.after(Math.max(REST_MIN_MS, passedMs * REST_PART), lookOn);
  };
  events.after(0, lookOn);
  const after = (limitMs: number, run: (one: PendingService) => void): void => {
    events.after(limitMs - (monotonicMs() - startedMs), () => pending.forEach(run));
  };
  if (supervisorMs < waitMs) after(supervisorMs, (one) => one.onSupervisorTimeout());
  after(waitMs, (one) => one.onTimeout());
  events.run();
}

/** Prints the outcome of an order, and counts it if it is a failure. */
function printOutcome(
  service: NamedService,
  outcome: OrderOutcome,
  { rules }: Order,
  output: Output,
): void {
  if (outcome.is === "failure") {
    output.fail(service, outcome, rules);
    return;
  }
  if (outcome.is !== "ok") output.countFailure();
  const { is, now, why = "" } = outcome;
  output.print(`${is}: ${statusText(service.name, stateOf(service, now))}${why}`);
}
