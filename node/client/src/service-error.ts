/** The errors that calls reject with. */
import type { SupervisedStatus } from "./supervised-status.ts";

/**
 * - `NO_SERVICE`: there is no such service directory, or no such directory of services
 * - `NO_SUPERVISOR`: no runsv is at work on it
 * - `ACCESS_DENIED`: this user may not look at it, or not control it
 * - `TIMEOUT`: `timeoutMs` is over; a command that was written stays written
 * - `FAILED`: the service cannot come to the state that was asked for, or a system call failed
 * - `REMOVED`: the service directory was removed during the call
 * - `BAD_FORMAT`: a file in `supervise/` is not what a supervisor writes
 */
export type ErrorCode =
  | "NO_SERVICE"
  | "NO_SUPERVISOR"
  | "ACCESS_DENIED"
  | "TIMEOUT"
  | "FAILED"
  | "REMOVED"
  | "BAD_FORMAT";

export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly code: ErrorCode;
  /** The name of the service; empty if the error is about their directory. */
  readonly service: string;
  /** The last status that was seen during the call. */
  readonly status: SupervisedStatus | undefined;

  /** @param error its text follows the name of the service in the message */
  constructor(error: {
    readonly code: ErrorCode;
    readonly service: string;
    readonly text: string;
    readonly status?: SupervisedStatus | undefined;
    readonly cause?: unknown;
  }) {
    const { code, service, text, status, cause } = error;
    super(service === "" ? text : `${service}: ${text}`, cause === undefined ? {} : { cause });
    this.code = code;
    this.service = service;
    this.status = status;
  }
}
