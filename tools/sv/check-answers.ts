/**
 * The answers of a service's ./check: when to run it, and for how long an answer holds. What runs
 * the script comes in as a value: check.ts has it for sv.
 */
import { isPosixError } from "../../base/errors.ts";
import type { StatusRecord } from "../../protocol/status.ts";
import { isSame, isSameStart } from "./conditions.ts";
import type { ServiceEvents } from "./event-source.ts";
import type { NamedService } from "./service.ts";

/** The script's name in the service directory. */
export const CHECK = "check";
/**
 * After a no, ./check runs again soon, then less and less often: at last as often as the original
 * runs it.
 */
const DELAY_MS = { first: 10, last: 420 } as const;

/** How ./check is run. */
export interface CheckRunner {
  /**
   * Starts the script.
   *
   * @param isFirst whether it has not run yet: only then a problem is worth a warning
   * @param onAnswer called once, later, with whether it has exited 0
   * @returns kills the script, of which no answer is needed any more
   * @throws {PosixError} it cannot be started
   */
  start(isFirst: boolean, onAnswer: (isYes: boolean) => void): () => void;
  /** Warns that the script cannot be found or started. */
  warn(action: string, error: Error & { readonly code: string }): void;
}

/** The checks of one service. */
export class CheckAnswers {
  readonly #service: NamedService;
  readonly #runner: CheckRunner;
  readonly #events: Pick<ServiceEvents, "after">;
  readonly #onChange: () => void;
  /** Kills the script that runs now. */
  #kill: (() => void) | undefined;
  /** The status at which ./check ran last. */
  #ranAt: StatusRecord | undefined;
  #delayMs: number = DELAY_MS.first;
  /** A no is forgotten after the delay. */
  #answer: { readonly isReady: boolean; readonly at: StatusRecord } | undefined;

  /** `onChange` is called when it is worth asking {@link isReady} again. */
  constructor(options: {
    readonly service: NamedService;
    readonly runner: CheckRunner;
    readonly events: Pick<ServiceEvents, "after">;
    readonly onChange: () => void;
  }) {
    this.#service = options.service;
    this.#runner = options.runner;
    this.#events = options.events;
    this.#onChange = options.onChange;
  }

  /**
   * Whether ./check has exited 0 for this start of the service, or there is none; if it has not run
   * yet, runs it.
   */
  isReady(now: StatusRecord): boolean {
    if (this.#kill !== undefined) return false;
    const answer = this.#answer;
    if (answer?.isReady === true && isSameStart(answer.at, now)) return true;
    if (answer?.isReady === false && isSame(answer.at, now)) return false;
    if (this.#ranAt === undefined || !isSameStart(this.#ranAt, now)) {
      this.#delayMs = DELAY_MS.first;
    }
    const isFirst = this.#ranAt === undefined;
    this.#ranAt = now;
    let action = "stat";
    try {
      if (!this.#service.has(CHECK)) return true;
      action = "fork for";
      this.#kill = this.#runner.start(isFirst, (isYes) => this.#take(isYes, now));
    } catch (error) {
      if (!isPosixError(error)) throw error;
      if (isFirst) this.#runner.warn(action, error);
      this.#onNo(now);
    }
    return false;
  }

  /** Kills a script whose answer is no longer needed. */
  end(): void {
    this.#kill?.();
    this.#kill = undefined;
  }

  #take(isYes: boolean, at: StatusRecord): void {
    this.#kill = undefined;
    if (isYes) this.#answer = { isReady: true, at };
    else this.#onNo(at);
    this.#onChange();
  }

  #onNo(now: StatusRecord): void {
    const answer = { isReady: false, at: now };
    this.#answer = answer;
    const delayMs = this.#delayMs;
    this.#delayMs = Math.min(delayMs * 2, DELAY_MS.last);
    this.#events.after(delayMs, () => {
      if (this.#answer === answer) this.#answer = undefined;
      this.#onChange();
    });
  }
}
