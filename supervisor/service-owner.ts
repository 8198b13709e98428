/** The parts of a supervisor that its services use. */
import type { Directory } from "../base/directory.ts";
import type { ErrorCode } from "../base/errors.ts";
import type { Report } from "../base/report.ts";
import type { HeldLogPipe } from "./held-log-pipe.ts";
import type { KeptOutput } from "./kept-output.ts";
import type { OptionalFiles } from "./optional-files.ts";
import type { PairState } from "./pair-machine.ts";
import type { ProcessContext } from "./process-context.ts";
import type { Role, ServiceEvent } from "./state.ts";

/** The objects that almost every part of a supervisor needs. */
export interface Surroundings {
  /** The service directory. */
  readonly home: Directory;
  readonly report: Report;
  readonly context: ProcessContext;
  /** From now on, no command starts a service, or takes back the command to exit. */
  makeExitFinal(): void;
}

export interface ServiceOwner extends Surroundings {
  /** `undefined` without a log service. */
  readonly logPipe: HeldLogPipe | undefined;
  /** Set once a process was started with `keep-output`. */
  keptOutput?: KeptOutput | undefined;
  readonly state: PairState;
  /** Whether the main service may start now; otherwise `startPermitted` will follow. */
  mayStart(): boolean;
  /** The kill timeout of a stop that must not take for ever; `undefined`: that of the service. */
  readonly urgentKillMs: number | undefined;
  readonly optionalFiles: OptionalFiles;
  /** Adds an event to the queue, for the next {@link drain}. */
  enqueue(role: Role, event: ServiceEvent): void;
  /** Handles the events in the queue. */
  drain(): void;
  /** Publishes the services whose published state is out of date. */
  flushStatus(): void;
  /** Reports a warning once, however often its cause comes up again. */
  warnOnce(text: string, error?: ErrorCode): void;
}
