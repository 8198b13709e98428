/**
 * The types that readiness-machine.ts and run-readiness.ts share: how a service reports that it is
 * ready, the state of one run, the events that change it, and the effects to carry out.
 *
 * Pure: types. Times are milliseconds on the monotonic clock.
 */
import type { ExitResult } from "../protocol/history.ts";
import type { NotifyMessage } from "../protocol/notify.ts";
import type { UnixTime } from "../protocol/tai.ts";
import type { Moment } from "./state.ts";

/** The processes whose messages count: ./run alone, or any of its user and of root. */
export type Senders = "main" | "all";

export interface CheckRules {
  /** From the end of one ./check to the next. */
  readonly periodMs: number;
  readonly timeoutMs: number;
  /** After so many failures in a row the service is restarted; `undefined`: never. */
  readonly restartAfter: number | undefined;
}

export interface ReadinessRules {
  /** The descriptor to which ./run writes a newline. */
  readonly descriptor: number | undefined;
  readonly senders: Senders | undefined;
  readonly check: CheckRules | undefined;
  /** How long after its start the service must be ready; `undefined`: no limit. */
  readonly timeoutMs: number | undefined;
  /** The longest time between two messages of the watchdog; `undefined`: no watchdog. */
  readonly watchdogMs: number | undefined;
}

/** A way in which a service reports. */
export type Reporter = "descriptor" | "socket" | "check";

/** Why a process has to end. */
export type Misconduct = "timeout-ready" | "check-restart" | "watchdog" | "WATCHDOG=trigger";

export interface ReadinessState {
  readonly rules: ReadinessRules;
  readonly startedMs: number;
  /** The reports that are missing. */
  readonly awaited: readonly Reporter[];
  /** Set while the service is ready. */
  readonly readyAt: UnixTime | undefined;
  /** The last `STATUS`. */
  readonly text: string;
  readonly isReloading: boolean;
  /** TERM was sent, or the daemon has announced its end. */
  readonly isStopping: boolean;
  readonly pausedAtMs: number | undefined;
  readonly isChecking: boolean;
  /** The next ./check; `undefined` while one runs, and without `check-period`. */
  readonly checkAtMs: number | undefined;
  readonly checkDelayMs: number;
  /** Failures of ./check in a row since its last success; none before the first success. */
  readonly failures: number;
  /** ./check has succeeded in this run. */
  readonly hasSucceeded: boolean;
  /** How the last ./check ended; `undefined` if it succeeded, or none has ended. */
  readonly failedCheck: ExitResult | undefined;
  /** The end of `timeout-ready`; `undefined` once the service has been ready. */
  readonly readyByMs: number | undefined;
  readonly watchdogMs: number | undefined;
  readonly watchdogAtMs: number | undefined;
  /**
   * When reports count as made that a predecessor may have read, or that found no reader; only
   * after a takeover.
   */
  readonly assumedAtMs: number | undefined;
}

export type ReadinessEvent =
  /** A newline on the descriptor. */
  | { readonly on: "newline"; readonly at: Moment }
  | { readonly on: "message"; readonly message: NotifyMessage; readonly at: Moment }
  /** ./check has ended; `end` is `undefined` if it was killed by `killCheck`. */
  | { readonly on: "checked"; readonly end: ExitResult | undefined; readonly at: Moment }
  | {
      readonly on: "state";
      readonly paused: boolean;
      readonly termSent: boolean;
      readonly at: Moment;
    }
  /** The time of {@link nextTimeMs} has come. */
  | { readonly on: "time"; readonly at: Moment };

export type ReadinessEffect =
  /** Publishes readiness at once. */
  | { readonly do: "publish" }
  /** Publishes the text, or how ./check failed, which nobody waits for. */
  | { readonly do: "publishText" }
  | { readonly do: "runCheck" }
  | { readonly do: "killCheck" }
  /** Ends the process; that counts as a crash. */
  | { readonly do: "endProcess"; readonly because: Misconduct }
  /** Warns that a report may have been lost, and that it counts as made. */
  | { readonly do: "assumeReport" }
  /** Moves the kill timeout of a process that is being stopped, to so long from now. */
  | { readonly do: "extendKill"; readonly byMs: number };

export type ReadinessStep = readonly [next: ReadinessState, effects: readonly ReadinessEffect[]];

/** What a predecessor has left of a process that still runs. */
export interface FoundReadiness {
  readonly readyAt: UnixTime | undefined;
  readonly text: string;
  /** A report may have been lost. */
  readonly mayHaveReported: boolean;
}
