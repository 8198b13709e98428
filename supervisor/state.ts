/**
 * The words that service-machine.ts, pair-machine.ts and supervisor.ts share: the state of a service, the events that
 * change it, and the effects to carry out.
 *
 * Pure: types, and a service at its beginning.
 */
import type { ControlByte, SIGNAL_OF, SignalName } from "../protocol/control.ts";
import type { End } from "../protocol/history.ts";
import type { Phase } from "../protocol/status.ts";
import type { UnixTime } from "../protocol/tai.ts";
import { type CrashHistory, NO_CRASHES, type RestartPolicy } from "./restart-policy.ts";

/** A supervisor has a main service and, beside it, perhaps a log service. */
export type Role = "main" | "log";
export type Want = "up" | "down" | "exit";

/** A moment on both clocks: the one that people read, and the one that delays are counted on. */
export interface Moment {
  readonly unix: UnixTime;
  readonly monotonicMs: number;
}

/**
 * Where the next start of ./run stands: `preparing` while control/u runs; `cancelled` when it runs although
 * the start is not wanted any more; `spawning` until the fork is answered; `waiting` to try a failed fork
 * again.
 */
export type Starting = "idle" | "preparing" | "cancelled" | "spawning" | "waiting";

/**
 * What control bytes have left to be done, in their order: a signal, by its control byte; the SIGCONT that
 * lets a paused service see its SIGTERM; the scripts that follow a stop.
 */
export type Task = keyof typeof SIGNAL_OF | "resume" | "d" | "x";

export interface Service {
  readonly role: Role;
  readonly phase: Phase;
  readonly want: Want;
  /** Of ./run or ./finish; 0 while neither runs. */
  readonly pid: number;
  /** When ./run was started, or when the service went down. */
  readonly since: UnixTime;
  /** When ./run was started last, on the monotonic clock. */
  readonly startedMs: number;
  readonly paused: boolean;
  readonly termSent: boolean;
  /** Somebody asked for the end of this process, so that it is no accident. */
  readonly asked: boolean;
  /** How often ./run has ended; how it did last, and when. */
  readonly endings: number;
  readonly ended: End;
  readonly endedAt: UnixTime | undefined;
  /** Why ./run could not be executed, where that is how it ended last. */
  readonly problem: string | undefined;
  readonly deaths: CrashHistory;
  /** It died too often, and is not started again by itself. */
  readonly failed: boolean;
  /** When the process gets KILL if it still runs then, on the monotonic clock. */
  readonly killAtMs: number | undefined;
  readonly starting: Starting;
  /** Waits for its custom script; `moot` when the process that it was about has ended meanwhile. */
  readonly doing: Task | "moot" | undefined;
  readonly tasks: readonly Task[];
  /** The process has ended, and that is acted on when the script that follows its stop has ended too. */
  readonly exited: Exited | undefined;
}

export interface Exited {
  readonly on: "exited";
  readonly end: End;
  /** Why the process was never executed. */
  readonly problem: string | undefined;
  readonly hasFinish: boolean;
  readonly bounds: RestartPolicy;
  /** Given before the process ended, and read only after that. */
  readonly commands: readonly ControlByte[];
  readonly at: Moment;
}

export type Event =
  /** The supervisor is ready. */
  | { readonly on: "began" }
  | { readonly on: "control"; readonly byte: ControlByte }
  /** The answer to an effect `script`: it has ended, or there is none. */
  | { readonly on: "scripted"; readonly byte: ControlByte; readonly vetoed: boolean }
  /** The answers to an effect `spawn`. */
  | { readonly on: "spawned"; readonly pid: number; readonly at: Moment }
  | { readonly on: "notSpawned" }
  | Exited
  /** The process has no more than this time left to end by itself: it was told to, or it is ./finish. */
  | { readonly on: "limited"; readonly pid: number; readonly limitMs: number; readonly at: Moment }
  /** The time of the last effect `killAfter` is over. */
  | { readonly on: "overdue" }
  /** The time of the last effect `wakeAfter` is over. */
  | { readonly on: "woke" };

export type Effect =
  /**
   * Write pid, stat and status under supervise/, once nothing else is to be done at the moment, or before a script is
   * executed, which may read them.
   */
  | { readonly do: "publish" }
  /** The same, at once: the next process may read them. */
  | { readonly do: "publishNow" }
  /** TERM is the service's own way to be told to end, whatever signal that is. */
  | { readonly do: "signal"; readonly pid: number; readonly signal: SignalName }
  /** Run control/BYTE, where there is one that can be executed. */
  | { readonly do: "script"; readonly byte: ControlByte }
  /** SIGKILL to the custom scripts that run. */
  | { readonly do: "killScripts" }
  | { readonly do: "spawnRun" }
  | { readonly do: "spawnFinish"; readonly end: End }
  /** Tell that the service died too often. */
  | { readonly do: "giveUp"; readonly deaths: number }
  /** Takes the place of the one before. */
  | { readonly do: "wakeAfter"; readonly delayMs: number }
  /** The same, apart from that one. */
  | { readonly do: "killAfter"; readonly delayMs: number };

export type Step = readonly [next: Service, effects: readonly Effect[]];

const NOT_ENDED: End = { code: 0, status: 0 };
const NO_TASKS: readonly Task[] = [];

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
    asked: false,
    endings: 0,
    ended: NOT_ENDED,
    endedAt: undefined,
    problem: undefined,
    deaths: NO_CRASHES,
    failed: false,
    killAtMs: undefined,
    starting: "idle",
    doing: undefined,
    tasks: NO_TASKS,
    exited: undefined,
  };
}
