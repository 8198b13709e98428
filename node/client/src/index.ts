/** `runits-client`: controls and watches services of runits and of runit. */
import "./parts.ts";

export type { CallOptions } from "./call.ts";
export type { Service } from "./service.ts";
export { type ErrorCode, ServiceError } from "./service-error.ts";
export { Services } from "./services.ts";
export type { ServiceState, ServiceStatus, UnknownStatus } from "./status.ts";
export type {
  DownStatus,
  Exit,
  FinishStatus,
  PastRun,
  RunStatus,
  SupervisedStatus,
} from "./supervised-status.ts";
