/** Gives a service an order, and waits until it is done, as sv does. */
import * as posix from "posix";
import { ignoringErrors } from "../../../base/errors.ts";
import type { Order } from "../../../tools/sv/commands.ts";
import { PullUp } from "../../../tools/sv/dependencies.ts";
import { failedNeed, watchNeeds } from "../../../tools/sv/failed-need.ts";
import { type OrderOutcome, PendingService, type Wait } from "../../../tools/sv/pending-service.ts";
import type { NamedService } from "../../../tools/sv/service.ts";
import { viewOf } from "../../../tools/sv/words/view.ts";
import { fromBytes } from "./byte-strings.ts";
import { type CallOptions, calling } from "./call.ts";
import { checkOf } from "./check-script.ts";
import { ServiceError } from "./service-error.ts";
import { NodeServiceEvents } from "./service-events.ts";
import type { SupervisedStatus } from "./supervised-status.ts";
import {
  currentStatus,
  failureError,
  lastStatus,
  stateWords,
  supervisedStatusOf,
} from "./view-status.ts";

export interface CommandOptions extends CallOptions {
  /**
   * `false`: run no `./check` of a service that does not report readiness; it then counts as up as
   * soon as it runs.
   */
  readonly check?: boolean | undefined;
}

/** Without `timeoutMs`; as long as sv waits. */
const TIMEOUT_MS = 7_000;
/** How long to wait for a supervisor to come, as sv does. */
const SUPERVISOR_MS = 2_000;

const ORDERS = {
  up: { bytes: "u", rules: ["u"], waits: true, kills: false },
  down: { bytes: "d", rules: ["d"], waits: true, kills: false },
  once: { bytes: "o", rules: ["o"], waits: true, kills: false },
  restart: { bytes: "tcu", rules: ["t", "c", "u"], waits: true, kills: false },
  exit: { bytes: "x", rules: ["x"], waits: true, kills: false },
} as const satisfies Readonly<Record<string, Order>>;

/**
 * @returns the status afterwards; `undefined` after `exit`
 * @internal
 */
export function command(
  service: NamedService,
  word: keyof typeof ORDERS,
  { signal, timeoutMs = TIMEOUT_MS, check = true }: CommandOptions,
  ended: AbortSignal,
): Promise<SupervisedStatus | undefined> {
  const order: Order = ORDERS[word];
  const events = new NodeServiceEvents();
  let pending: PendingService | undefined;
  let endNeeds = (): void => {};
  return calling<SupervisedStatus | undefined>([signal, ended], timeoutMs, {
    begin: (done, fail) => {
      let isSent = false;
      const onOutcome = (_: NamedService, outcome: OrderOutcome): void => {
        if (outcome.is === "ok") {
          const status = currentStatus(service);
          if (status instanceof ServiceError) fail(status);
          else done(status);
        } else if (outcome.is !== "failure") {
          fail(timeoutError(service, word, timeoutMs));
        } else if (outcome.kind === "gone" && word === "exit") {
          done(undefined);
        } else {
          fail(failed(service, outcome, isSent));
        }
      };
      const pullUp = order.bytes.includes("u") ? startNeeded(service) : undefined;
      const onSent = (): void => {
        isSent = true;
      };
      const checks = (_: NamedService, onChange: () => void) =>
        check ? checkOf(service, events, onChange) : NO_CHECK;
      const need = (one: NamedService) => pullUp && failedNeed(one, pullUp);
      const ends = { onOutcome, onSent, onEnd: () => {} };
      const wait: Wait = {
        order,
        stayMs: 0,
        explains: false,
        events,
        check: checks,
        failedNeed: need,
        ...ends,
      };
      pending = new PendingService(wait, service, service.look());
      pending.look();
      pending.watchSupervisor();
      if (pullUp !== undefined) endNeeds = watchNeeds(pullUp, events, () => pending?.look());
      if (pending.isUnwatched) pending.startWatching();
      if (SUPERVISOR_MS < timeoutMs) {
        events.after(SUPERVISOR_MS, () => pending?.onSupervisorTimeout());
      }
    },
    onTimeout: () => pending?.onTimeout(),
    end: () => {
      pending?.end();
      endNeeds();
      events.end();
    },
  });
}

const NO_CHECK = { isReady: () => true, end: () => {} };

/** As sv: who starts a service by hand wants it to run, and so what it needs. */
function startNeeded(service: NamedService): PullUp | undefined {
  if (ignoringErrors(() => service.has("needs")) !== true) return undefined;
  const ignore = (): void => {};
  // One that cannot be started shows in what the service waits for.
  const pullUp = new PullUp(ignore, ignore);
  pullUp.startNeeds(service);
  return pullUp;
}

function failed(
  service: NamedService,
  failure: Extract<OrderOutcome, { is: "failure" }>,
  isSent: boolean,
): ServiceError {
  const name = fromBytes(service.name);
  const status = lastStatus(service);
  if (failure.kind === "absent" && isSent) {
    return new ServiceError({ code: "REMOVED", service: name, text: "was removed", status });
  }
  return failureError(name, failure, status);
}

function timeoutError(service: NamedService, word: string, timeoutMs: number): ServiceError {
  const view = viewOf(service, { now: posix.clockReal() });
  const status = supervisedStatusOf(view);
  const state = stateWords(view);
  const text = `${word} is not done after ${timeoutMs} ms${state === "" ? "" : `: ${state}`}`;
  return new ServiceError({ code: "TIMEOUT", service: fromBytes(service.name), text, status });
}
