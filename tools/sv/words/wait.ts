/**
 * `sv wait`: waits until a condition holds for services. A program of its own, sv/words/wait.
 */
import * as posix from "posix";
import { quoted } from "../../../base/quoted.ts";
import { EventSource } from "../event-source.ts";
import type { NamedService } from "../service.ts";
import { Survival } from "../survival.ts";
import { readWords, usage, type WordContext } from "./command-line.ts";
import { DeferredThrow } from "./deferred-throw.ts";
import { raiseDescriptorLimit } from "./descriptor-limit.ts";
import { streamLine } from "./json.ts";
import { secondsIn } from "./seconds.ts";
import { infoText } from "./service-info.ts";
import { serviceMembers } from "./service-json.ts";
import { ServiceObserver } from "./service-observer.ts";
import type { ServiceView } from "./service-view.ts";
import { servicesOf } from "./services.ts";
import { signalName } from "./signal-names.ts";
import { suggestOthers } from "./suggestions.ts";
import {
  CONDITIONS,
  msToLast,
  type Verdict,
  verdictOn,
  type WaitCondition,
} from "./wait-conditions.ts";
import { SPEC, type WaitRequest } from "./wait-options.ts";
import { printing, WordOutput } from "./word-output.ts";

export function run(words: readonly string[], context: WordContext): number {
  const request: WaitRequest = { color: "auto", json: false, isAny: false, seconds: undefined };
  // SVWAIT is the limit of runit's words.
  if (context.wait !== posix.getenv("SVWAIT")) request.seconds = context.wait;
  const operands = readWords(SPEC, words, request);
  if (typeof operands === "number") return operands;
  const [word = "", ...names] = operands;
  const condition = CONDITIONS.find((one) => one === word);
  if (condition === undefined) {
    return usage(SPEC, `${quoted(word)} is not a condition: ${CONDITIONS.join(", ")}`);
  }
  if (names.length === 0) return usage(SPEC, "no service");
  const limitS = request.seconds === undefined ? undefined : secondsIn(request.seconds);
  if (request.seconds !== undefined && limitS === undefined) {
    return usage(SPEC, `not a number of seconds: ${quoted(request.seconds)}`);
  }
  const output = new WordOutput(request.color);
  return printing(output, () => {
    const services = servicesOf(names, output);
    suggestOthers(services);
    new WaitCommand({ services, condition, request, output }).run(limitS);
  });
}

/** `pending`: its time is over. */
type WaitOutcome = Exclude<Verdict, "lasting">;

interface PendingWait {
  readonly observer: ServiceObserver;
  readonly survival: Survival;
  first: ServiceView | undefined;
  last: ServiceView | undefined;
}

class WaitCommand {
  readonly #services: readonly NamedService[];
  readonly #condition: WaitCondition;
  readonly #request: WaitRequest;
  readonly #output: WordOutput;
  readonly #events = new EventSource();
  readonly #pending = new Set<PendingWait>();
  #failures = 0;
  #hasHeld = false;
  readonly #thrown = new DeferredThrow(() => this.#events.stop());

  constructor(command: {
    readonly services: readonly NamedService[];
    readonly condition: WaitCondition;
    readonly request: WaitRequest;
    readonly output: WordOutput;
  }) {
    this.#services = command.services;
    this.#condition = command.condition;
    this.#request = command.request;
    this.#output = command.output;
  }

  run(limitS: number | undefined): void {
    raiseDescriptorLimit(this.#services.length);
    const waits = this.#services.map((service) => this.#waitFor(service));
    for (const wait of waits) this.#pending.add(wait);
    for (const wait of waits) if (!this.#isDone()) wait.observer.begin();
    if (!this.#isDone()) {
      if (limitS !== undefined) this.#events.after(limitS * 1_000, () => this.#onTimeout());
      this.#events.run();
    }
    this.#thrown.rethrow();
    if (!(this.#request.isAny && this.#hasHeld)) this.#output.countFailure(this.#failures);
  }

  #waitFor(service: NamedService): PendingWait {
    const wait: PendingWait = {
      observer: new ServiceObserver(service, this.#events, (view) => this.#onLook(wait, view)),
      survival: new Survival(this.#events, () => wait.observer.look()),
      first: undefined,
      last: undefined,
    };
    return wait;
  }

  #isDone(): boolean {
    return this.#pending.size === 0 || (this.#request.isAny && this.#hasHeld);
  }

  #onLook(wait: PendingWait, view: ServiceView): void {
    wait.first ??= view;
    wait.last = view;
    const verdict = verdictOn(this.#condition, view, wait.first);
    if (verdict === "lasting") {
      const { live } = view;
      const isOver = live !== undefined && wait.survival.hasLasted(live.record, msToLast(view));
      if (isOver) this.#end(wait, "holds");
    } else if (verdict !== "pending") this.#end(wait, verdict);
  }

  #onTimeout(): void {
    for (const wait of [...this.#pending]) this.#end(wait, "pending");
  }

  #end(wait: PendingWait, verdict: WaitOutcome): void {
    if (!this.#pending.delete(wait)) return;
    wait.observer.end();
    this.#thrown.attempt(() => this.#report(wait, verdict));
    if (this.#isDone()) this.#events.stop();
  }

  #report({ last }: PendingWait, verdict: WaitOutcome): void {
    if (verdict === "holds") this.#hasHeld = true;
    else this.#failures += 1;
    if (last === undefined) return;
    if (this.#request.json) {
      const members = serviceMembers(last, signalName);
      const outcome = { condition: this.#condition, holds: verdict === "holds" };
      this.#output.write(streamLine({ ...members, ...outcome }));
    } else {
      const severity = { holds: "ok", pending: "timeout", never: "fail" }[verdict];
      const state = last.live === undefined ? "" : last.summary;
      const texts = [state, infoText(last, signalName)].filter((text) => text !== "");
      this.#output.line(`${severity}: ${quoted(last.name)}: ${texts.join(", ")}`);
    }
    this.#output.flush();
  }
}
