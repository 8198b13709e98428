/**
 * Whether a service is in trouble: it has failed, or it crashes again and again. It has recovered
 * when it has been as wanted for the settle time without a crash.
 *
 * Pure: views and times in, news out.
 */
import { isAsWanted, type ServiceView } from "./service-view.ts";

/** So many crashes, each less than the settle time after the one before, are trouble. */
const CRASHES = 3;

export type News = "failed" | "recovered";

export class Trouble {
  readonly #settleMs: number;
  #isInTrouble = false;
  /** How many crashes came in a row. */
  #crashes = 0;
  #lastCrashMs = Number.NEGATIVE_INFINITY;
  /** Since when it has been as wanted; `undefined`: it is not. */
  #wellSinceMs: number | undefined;
  #exits: number | undefined;

  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  /** When {@link observe} is due without a change, on the clock of `nowMs`. */
  get dueMs(): number | undefined {
    if (!this.#isInTrouble || this.#wellSinceMs === undefined) return undefined;
    return this.#wellSinceMs + this.#settleMs;
  }

  /** @param nowMs of a clock that is never set, in milliseconds */
  observe(view: ServiceView, nowMs: number): News | undefined {
    if (this.#takeCrashes(view, nowMs)) this.#wellSinceMs = undefined;
    const hasFailed = view.summary === "failed" || this.#crashes >= CRASHES;
    if (!isAsWanted(view)) this.#wellSinceMs = undefined;
    else this.#wellSinceMs ??= nowMs;
    if (!this.#isInTrouble) {
      this.#isInTrouble = hasFailed;
      return hasFailed ? "failed" : undefined;
    }
    const isWell = this.#wellSinceMs !== undefined && nowMs >= this.#wellSinceMs + this.#settleMs;
    if (!isWell) return undefined;
    this.#isInTrouble = false;
    this.#crashes = 0;
    return "recovered";
  }

  /** Counts exits that no command has asked for. @returns whether there was one */
  #takeCrashes({ live }: ServiceView, nowMs: number): boolean {
    const history = live?.history;
    if (history === undefined) return false; // runit's supervisor does not count
    const exits = Math.max(0, history.exitCount - (this.#exits ?? history.exitCount));
    this.#exits = history.exitCount;
    const isCrash = exits > 0 && history.isAsked !== true;
    if (!isCrash) return false;
    this.#crashes = nowMs - this.#lastCrashMs < this.#settleMs ? this.#crashes + exits : exits;
    this.#lastCrashMs = nowMs;
    return true;
  }
}
