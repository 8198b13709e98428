/**
 * The outcomes of a command that changes several services at once. Each is printed when it is
 * known; all waits share one source of events.
 */
import * as posix from "posix";
import { quoted } from "../../../../base/quoted.ts";
import type { Timer } from "../../../../base/reactor.ts";
import { EventSource } from "../../event-source.ts";
import type { NamedService } from "../../service.ts";
import { DeferredThrow } from "../deferred-throw.ts";
import { nameMembers, streamLine } from "../json.ts";
import { ServiceObserver } from "../service-observer.ts";
import type { ServiceView } from "../service-view.ts";
import { viewOf } from "../view.ts";
import type { WordOutput } from "../word-output.ts";

type Severity = "ok" | "fail" | "timeout";

/** A wait for a state of a service. */
interface ViewWait {
  readonly holds: (view: ServiceView) => boolean;
  readonly limitMs: number;
  /** Called once, with the last view, and whether the state was reached in time. */
  readonly onEnd: (view: ServiceView, isReached: boolean) => void;
}

export class Outcomes {
  readonly #output: WordOutput;
  readonly #isJson: boolean;
  readonly #events = new EventSource();
  readonly #thrown = new DeferredThrow(() => this.#events.stop());
  #pending = 0;

  constructor(output: WordOutput, isJson: boolean) {
    this.#output = output;
    this.#isJson = isJson;
  }

  /** Prints the outcome for the service of that name, and counts a failure. */
  report(name: string, severity: Severity, text: string): void {
    if (severity !== "ok") this.#output.countFailure();
    if (this.#isJson) {
      const message = nameMembers("message", text);
      this.#output.write(
        streamLine({ ...nameMembers("name", name), outcome: severity, ...message }),
      );
    } else {
      this.#output.line(`${severity}: ${quoted(name)}: ${text}`);
    }
    this.#output.flush();
  }

  /** Reports on standard error what else comes of it. */
  warn(name: string, text: string): void {
    this.#output.warn(`${quoted(name)}: ${text}`);
  }

  /** Waits until a state holds, or the time is over; {@link run} calls back. */
  await(service: NamedService, { holds, limitMs, onEnd }: ViewWait): void {
    this.#pending += 1;
    let timer: Timer | undefined;
    let isOver = false;
    const end = (view: ServiceView, isReached: boolean): void => {
      if (isOver) return;
      isOver = true;
      timer?.cancel();
      observer.end();
      this.#thrown.attempt(() => onEnd(view, isReached));
      this.#pending -= 1;
      if (this.#pending === 0) this.#events.stop();
    };
    const observer = new ServiceObserver(service, this.#events, (view) => {
      if (holds(view)) end(view, true);
    });
    timer = this.#events.after(limitMs, () => {
      const view = viewOf(service, { now: posix.clockReal() });
      end(view, holds(view));
    });
    observer.begin();
  }

  /** Returns when nothing is waited for any more. */
  run(): void {
    if (this.#pending > 0) this.#events.run();
    this.#thrown.rethrow();
  }
}
