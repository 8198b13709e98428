/** What a supervisor publishes of its service. All times are milliseconds since 1970. */
/** How a process ended; neither `code` nor `signal` if nobody knows. */
export interface Exit {
  /** 0 to 255. */
  readonly code?: number;
  /** The name of the signal that killed it, such as `KILL`. */
  readonly signal?: string;
  /** Whether it left a core file. */
  readonly core?: boolean;
  readonly atMs: number;
}

/** A run of `./run` that has ended. */
export interface PastRun extends Exit {
  readonly ranMs: number;
}

export interface StatusBase {
  /** The name of the service. */
  readonly service: string;
  /** Its service directory. */
  readonly directory: string;
  /** When it was looked at. */
  readonly observedMs: number;
}

interface SupervisedBase extends StatusBase {
  readonly wanted: "up" | "down";
  /** The start of `./run`, or when the service went down. */
  readonly sinceMs: number;
  /** Stopped by STOP. */
  readonly paused: boolean;
  /** TERM was sent to the process that runs. */
  readonly gotTerm: boolean;
  /** `down` if there is a file `down`; `undefined` if that cannot be found out. */
  readonly normally: "up" | "down" | undefined;
  /** Only of a service that reports readiness. */
  readonly ready: boolean | undefined;
  /** The services that it waits for: to start, or to be allowed to stop. */
  readonly waitsFor: readonly string[];
  readonly supervisor: "runits" | "runit";
  /** Starts after the first one of this supervisor; runit's does not count. */
  readonly restarts: number | undefined;
  readonly lastExit: Exit | undefined;
  /** Why `./run` could not be executed. */
  readonly problem: string | undefined;
  /** When a service that is down after a crash starts again. */
  readonly nextStartMs: number | undefined;
  /** The last runs, the newest first, up to 16; runit's supervisor keeps none. */
  readonly runs: readonly PastRun[];
}

/**
 * `running`, and ready if it reports that; `starting`: not ready yet; `stopping`: got TERM, or
 * waits until it may get it; `paused`: stopped by STOP.
 */
export interface RunStatus extends SupervisedBase {
  readonly state: "running" | "starting" | "stopping" | "paused";
  readonly phase: "run";
  readonly pid: number;
}

/** `./finish` runs. */
export interface FinishStatus extends SupervisedBase {
  readonly state: "finishing";
  readonly phase: "finish";
  readonly pid: number;
}

/**
 * `waiting`: until a service that it needs is ready; `resting`: until it starts again after a
 * crash; `failed`: given up; `stopped`: wanted down.
 */
export interface DownStatus extends SupervisedBase {
  readonly state: "waiting" | "resting" | "failed" | "stopped";
  readonly phase: "down";
  readonly pid: undefined;
}

/** The state that a supervisor publishes. */
export type SupervisedStatus = RunStatus | FinishStatus | DownStatus;
