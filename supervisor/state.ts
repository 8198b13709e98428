/**
 * The types that service-machine.ts, pair-machine.ts and service-controller.ts share: the state of
 * a service, the events that change it, and the effects to carry out.
 *
 * These combinations of a service's state exist; invariants.ts has them as rules, which tests check
 * after every step. Want, the crash history and the counts go with any of them.
 *
 *    `phase`  pid  starting   what is in progress
 *     down    0    idle       nothing, or the restart timer runs
 *     down    0    held       the start waits for services that this one depends on
 *     down    0    preparing  control/u runs, and ./run follows; a stop makes it cancelled
 *     down    0    cancelled  control/u still runs; want is not up; a start makes it preparing
 *     down    0    spawning   ./run is being forked
 *     down    0    waiting    a fork failed, and the restart timer runs; a stop makes it idle
 *     run     yes  idle       ./run runs
 *     run     yes  idle       with `exited`: ./run has ended, and control/d or control/x still
 *                             runs, or the restart timer ends the wait for it
 *     run     yes  idle       with `exited` and `leftovers`: ./run has ended, and other processes
 *                             of its group have not
 *     finish  0    idle       ./finish is being forked, or its fork failed and the timer runs
 *     finish  yes  idle       ./finish runs
 *
 * Beside that:
 *
 * - `runningScript` is a signal's byte only while ./run runs and has not exited. It may be
 *   `targetGone`, `d` or `x` at any time, because a script may hang for longer than its process
 *   lives.
 * - `commandQueue` waits for `runningScript`, or for the process that a start will bring. It holds
 *   signals only if there is such a process.
 * - `termSent` only while ./run or its group runs. `killAtMs` only then, or while ./finish runs.
 * - `failed` only in the first line, with want down or exit.
 * - A log service has neither ./finish nor scripts: never preparing, cancelled or finish.
 * - `paused`, `exitRequested` and `startRequested` are about the last ./run, and stay as they were
 *   until the next one.
 *
 * Pure: types, and a service in its first state.
 */
import type { ControlByte, SIGNAL_OF, SignalName } from "../protocol/control.ts";
import type { ExitResult } from "../protocol/history.ts";
import type { Phase } from "../protocol/status.ts";
import type { UnixTime } from "../protocol/tai.ts";
import { type CrashHistory, NO_CRASHES, type RestartPolicy } from "./restart-policy.ts";

/** A supervisor has a main service and optionally a log service. */
export type Role = "main" | "log";
export type Want = "up" | "down" | "exit";

/** A moment on both clocks: wall-clock time for people, monotonic time for delays. */
export interface Moment {
  readonly unix: UnixTime;
  readonly monotonicMs: number;
}

/**
 * The progress of the next start of ./run: `held` while it waits for other services; `preparing`
 * while control/u runs; `cancelled` if it still runs but the start is not wanted any more;
 * `spawning` until the fork is answered; `waiting` to retry a failed fork.
 */
type Starting = "idle" | "held" | "preparing" | "cancelled" | "spawning" | "waiting";

/**
 * A queued command: a signal, by its control byte; the SIGCONT that lets a paused service receive
 * its SIGTERM; the scripts that follow a stop.
 */
export type QueuedCommand = keyof typeof SIGNAL_OF | "resume" | "d" | "x";

/** The exits of ./run. A value of its own, because a process may hold thousands of services. */
export interface RunExits {
  readonly count: number;
  readonly last: ExitResult;
  readonly lastAt: UnixTime | undefined;
  /** Why ./run could not be executed, if that is how it ended last. */
  readonly problem: string | undefined;
  /** The lines of the last runs, as in supervise/history: see protocol/past-runs.ts. */
  readonly runs: string;
  /** The process had got no signal that asks it to end. */
  readonly isUnasked: boolean;
  /** It ended unasked, and is not started again: a command or a restart policy decided that. */
  readonly isFinal: boolean;
}

export interface Service {
  readonly role: Role;
  readonly phase: Phase;
  readonly want: Want;
  /** The pid of ./run or ./finish; 0 while neither runs. */
  readonly pid: number;
  /** The time at which ./run was started, or the service went down. */
  readonly since: UnixTime;
  /** The last start of ./run, on the monotonic clock. */
  readonly startedMs: number;
  readonly paused: boolean;
  readonly termSent: boolean;
  /** The exit of this process was requested, so it is not a crash. */
  readonly exitRequested: boolean;
  /** A command asked for the next start, so it does not depend on how ./run ended. */
  readonly startRequested: boolean;
  readonly exits: RunExits;
  readonly crashes: CrashHistory;
  /** The service has failed: only a command starts it again. */
  readonly failed: boolean;
  /** The end of the kill timeout, on the monotonic clock. */
  readonly killAtMs: number | undefined;
  readonly starting: Starting;
  /** The command whose control script runs; `targetGone` if its process has ended meanwhile. */
  readonly runningScript: QueuedCommand | "targetGone" | undefined;
  readonly commandQueue: readonly QueuedCommand[];
  /**
   * Set if the process has ended and the script that follows its stop still runs; the exit is
   * handled after that.
   */
  readonly exited: ExitedEvent | undefined;
  /** Processes of the group of ./run are left, and are being ended. */
  readonly leftovers: boolean;
}

export interface ExitedEvent {
  readonly on: "exited";
  readonly end: ExitResult;
  /** Why the process was never executed. */
  readonly problem: string | undefined;
  readonly hasFinish: boolean;
  /** Other processes of the group of ./run may exist: see process-group.ts. */
  readonly hasLeftovers: boolean;
  /** A predecessor has counted this exit, and published how ./run ended. */
  readonly isCounted: boolean;
  readonly restartPolicy: RestartPolicy;
  /** Commands given before the process ended, and read after that. */
  readonly commands: readonly ControlByte[];
  readonly at: Moment;
}

export type ServiceEvent =
  /** The supervisor is ready. */
  | { readonly on: "initialized" }
  /** @param isHeld changes only the want: `stop` will follow */
  | { readonly on: "control"; readonly byte: ControlByte; readonly isHeld?: true }
  /** Stops the process, if it still runs: nothing that depends on it does. */
  | { readonly on: "stop" }
  /** Answers `script` of `u`: the service must wait until `startPermitted`. */
  | { readonly on: "startHeld" }
  | { readonly on: "startPermitted" }
  /** Answers `script`: it has ended, or there is none. */
  | { readonly on: "scriptExited"; readonly byte: ControlByte; readonly vetoed: boolean }
  /** The two answers to `spawnRun` and `spawnFinish`. */
  | { readonly on: "spawned"; readonly pid: number; readonly at: Moment }
  | { readonly on: "notSpawned" }
  | ExitedEvent
  /** The kernel may have killed ./run, which has ended: see protocol/past-runs.ts. */
  | { readonly on: "memoryKillsCounted"; readonly kills: number }
  /** Answers `lookAtLogPipe` of pair-machine.ts: whether the log service has lines to read. */
  | { readonly on: "inputLooked"; readonly isUnread: boolean }
  /** The process has to end, although nobody asked for that: this counts as a crash. */
  | { readonly on: "unhealthy"; readonly pid: number; readonly signal: "TERM" | "ABRT" }
  /** Answers `endGroup`: no process is left. */
  | { readonly on: "groupEnded" }
  /** Sets the kill timeout of a process that was asked to stop, or of ./finish. */
  | {
      readonly on: "killTimeoutSet";
      readonly pid: number;
      readonly timeoutMs: number;
      readonly at: Moment;
    }
  /** Moves a kill timeout that runs to a later time; see {@link Service.killAtMs}. */
  | {
      readonly on: "killTimeoutExtended";
      readonly pid: number;
      readonly killAtMs: number;
      readonly at: Moment;
    }
  /** The timer of the last `startKillTimer` has expired. */
  | { readonly on: "killTimeoutExpired" }
  /** The timer of the last `startRestartTimer` has expired. */
  | { readonly on: "restartTimerFired" };

export type ServiceEffect =
  /**
   * Publishes, once no other effect is pending, or before a control script is executed, because the
   * script may read the files.
   */
  | { readonly do: "publish" }
  /** Publishes at once, because the next process may read the files. */
  | { readonly do: "publishNow" }
  /** TERM stands for the stop signal of the service. */
  | { readonly do: "signal"; readonly pid: number; readonly signal: SignalName | "ABRT" }
  /** Sends SIGTERM to the processes that are left, and sets their kill timeout. */
  | { readonly do: "endGroup" }
  /** Runs control/BYTE, if it exists and is executable. */
  | { readonly do: "script"; readonly byte: ControlByte }
  /** Sends SIGKILL to the running control scripts. */
  | { readonly do: "killScripts" }
  | { readonly do: "spawnRun" }
  | { readonly do: "spawnFinish"; readonly end: ExitResult }
  /** Reports that the service has failed. */
  | { readonly do: "giveUp"; readonly crashes: number }
  /** Ends the tree if the service is essential: see {@link RunExits.isFinal}. */
  | { readonly do: "endedForGood" }
  /** Replaces the timer of the `startRestartTimer` before. */
  | { readonly do: "startRestartTimer"; readonly delayMs: number }
  /** Replaces the timer of the `startKillTimer` before; independent of `startRestartTimer`. */
  | { readonly do: "startKillTimer"; readonly delayMs: number };

export type Transition = readonly [next: Service, effects: readonly ServiceEffect[]];

const NO_EXITS: RunExits = {
  count: 0,
  last: { code: 0, status: 0 },
  lastAt: undefined,
  problem: undefined,
  runs: "",
  isUnasked: false,
  isFinal: false,
};
const NO_COMMANDS: readonly QueuedCommand[] = [];

/** A service before its supervisor is ready. */
export function newService(role: Role, want: "up" | "down", at: Moment): Service {
  return {
    role,
    phase: "down",
    want,
    pid: 0,
    since: at.unix,
    startedMs: at.monotonicMs,
    paused: false,
    termSent: false,
    exitRequested: false,
    startRequested: false,
    exits: NO_EXITS,
    crashes: NO_CRASHES,
    failed: false,
    killAtMs: undefined,
    starting: "idle",
    runningScript: undefined,
    commandQueue: NO_COMMANDS,
    exited: undefined,
    leftovers: false,
  };
}

/** The main service until the state that a predecessor left has been read; no moment is known. */
export const UNREAD_SERVICE: Service = newService("main", "down", {
  unix: { seconds: 0, nanoseconds: 0 },
  monotonicMs: 0,
});
