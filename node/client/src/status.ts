/** What the client knows of a service. */
import type { ServiceError } from "./service-error.ts";
import type { StatusBase, SupervisedStatus } from "./supervised-status.ts";

/**
 * `unsupervised`: no supervisor is at work; `unreadable`: it cannot be looked at; `removed`: its
 * entry has gone. `error` says why.
 */
export interface UnknownStatus extends StatusBase {
  readonly state: "unsupervised" | "unreadable" | "removed";
  readonly error: ServiceError;
}

export type ServiceStatus = SupervisedStatus | UnknownStatus;

/** The state in one word. */
export type ServiceState = ServiceStatus["state"];
