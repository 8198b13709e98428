/** Waits for a condition of a service, as `sv wait` does. */
import { ignoringErrors } from "../../../base/errors.ts";
import type { CheckAnswers } from "../../../tools/sv/check-answers.ts";
import type { NamedService } from "../../../tools/sv/service.ts";
import { Survival } from "../../../tools/sv/survival.ts";
import type { ServiceView } from "../../../tools/sv/words/service-view.ts";
import { msToLast, verdictOn } from "../../../tools/sv/words/wait-conditions.ts";
import { fromBytes } from "./byte-strings.ts";
import type { CallOptions } from "./call.ts";
import { checkOf } from "./check-script.ts";
import { type Judgement, observe } from "./observe.ts";
import { ServiceError } from "./service-error.ts";
import type { NodeServiceEvents } from "./service-events.ts";
import type { SupervisedStatus } from "./supervised-status.ts";
import { errorOf, stateWords, supervisedStatusOf } from "./view-status.ts";

/**
 * - `up`: it runs, and was not sent TERM
 * - `ready`: it is up and reports that it is ready; if it never reports that, it has run for a
 *   second, or its last run lasted as long, and `./check`, if there is one, exits 0
 * - `down`: it is wanted down, or has failed, and nothing runs
 * - `finished`: `./run` has ended with 0, and is not started again
 * - `failed`: it was given up
 * - `restarted`: another process than at the beginning of the wait is up
 */
export type Condition = "up" | "ready" | "down" | "finished" | "failed" | "restarted";

export interface WaitOptions extends CallOptions {
  /** `false`: run no `./check`. */
  readonly check?: boolean | undefined;
}

/** @internal */
export async function waitFor(
  service: NamedService,
  condition: Condition,
  options: WaitOptions,
  ended: AbortSignal,
): Promise<SupervisedStatus> {
  const wait = new Waiting(service, condition, options.check ?? true);
  const { signal, timeoutMs } = options;
  const held = await observe(
    service,
    {
      signal,
      timeoutMs,
      judge: (view, events, again) => wait.judge(view, events, again),
      onTimeout: (view) => wait.error("TIMEOUT", view, `not ${condition} after ${timeoutMs} ms`),
      end: () => wait.end(),
    },
    ended,
  );
  const status = supervisedStatusOf(held);
  if (status === undefined) throw errorOf(held); // no condition holds without a supervisor
  return status;
}

class Waiting {
  readonly #service: NamedService;
  readonly #condition: Condition;
  readonly #runsCheck: boolean;
  #first: ServiceView | undefined;
  #lastSupervised: SupervisedStatus | undefined;
  #check: CheckAnswers | undefined;
  #survival: Survival | undefined;

  constructor(service: NamedService, condition: Condition, runsCheck: boolean) {
    this.#service = service;
    this.#condition = condition;
    this.#runsCheck = runsCheck;
  }

  judge(view: ServiceView, events: NodeServiceEvents, again: () => void): Judgement {
    this.#first ??= view;
    this.#lastSupervised = supervisedStatusOf(view) ?? this.#lastSupervised;
    switch (verdictOn(this.#condition, view, this.#first)) {
      case "pending":
        return "pending";
      case "never":
        return this.#never(view);
      case "lasting":
        return this.#hasLasted(view, events, again) && this.#isReady(view, events, again)
          ? "holds"
          : "pending";
      case "holds":
        return this.#isReady(view, events, again) ? "holds" : "pending";
    }
  }

  end(): void {
    this.#check?.end();
  }

  error(code: ServiceError["code"], view: ServiceView, text: string): ServiceError {
    const state = stateWords(view);
    return new ServiceError({
      code,
      service: fromBytes(view.name),
      text: state === "" ? text : `${text}: ${state}`,
      status: this.#lastSupervised,
    });
  }

  #never(view: ServiceView): ServiceError {
    if (view.live !== undefined) return this.error("FAILED", view, `is never ${this.#condition}`);
    const isRemoved = view.failure?.kind === "absent" && this.#lastSupervised !== undefined;
    return isRemoved ? this.error("REMOVED", view, "was removed") : errorOf(view);
  }

  #hasLasted(view: ServiceView, events: NodeServiceEvents, again: () => void): boolean {
    this.#survival ??= new Survival(events, again);
    return view.live !== undefined && this.#survival.hasLasted(view.live.record, msToLast(view));
  }

  /** A supervisor that runs ./check itself reports readiness. */
  #isReady({ live }: ServiceView, events: NodeServiceEvents, again: () => void): boolean {
    if (this.#condition !== "ready" || !this.#runsCheck) return true;
    if (live === undefined || live.isReady !== undefined) return true;
    if (this.#check === undefined) {
      if (ignoringErrors(() => this.#service.has("check")) === false) return true;
      this.#check = checkOf(this.#service, events, again);
    }
    return this.#check.isReady(live.record);
  }
}
