/** `runits-client`: controls and watches services of runits and of runit. */
export type { CallOptions } from "./call.ts";
export type { CommandOptions } from "./command.ts";
export type { LogLine, LogOptions } from "./logs.ts";
export type { LinkOptions, RemoveOptions } from "./placing.ts";
export type { Service } from "./service.ts";
export { type ErrorCode, ServiceError } from "./service-error.ts";
export { Services } from "./services.ts";
export type { ControlSignal } from "./signals.ts";
export type { ServiceState, ServiceStatus, UnknownStatus } from "./status.ts";
export type {
  DownStatus,
  Exit,
  FinishStatus,
  PastRun,
  RunStatus,
  SupervisedStatus,
} from "./supervised-status.ts";
export type { Condition, WaitOptions } from "./wait.ts";
