/**
 * What sv finds out about a service: the value between looking (look.ts) and text (render.ts).
 *
 * Pure: values only.
 */

import type { ReadyRecord } from "../../protocol/ready.ts";
import type { ServicePath } from "../../protocol/service-directory.ts";
import type { StatusRecord } from "../../protocol/status.ts";

/** A service, and the files of its directory; see service.ts. */
export interface ServiceFiles {
  readonly name: string;
  readonly path: string;
  /** The whole path of a file. */
  file(name: ServicePath): string;
  /** The path of a file from the directory whose descriptor is {@link dir}. */
  at(name: ServicePath): string;
  readonly dir: number;
  has(name: ServicePath | "."): boolean;
}

/** Why a service cannot be looked at or commanded. */
export interface ServiceFailure {
  readonly is: "failure";
  /**
   * `absent`: its directory does not exist; `file`: it is no directory; `unsupervised`: it has
   * never had a supervisor; `gone`: it had one, and has none now; `failed`: its start did not
   * succeed; `unknown`: the system refused, or a file makes no sense.
   */
  readonly kind: "absent" | "file" | "unsupervised" | "gone" | "failed" | "unknown";
  /** The error of the system, such as `EACCES`. */
  readonly code?: string;
  readonly severity: "fail" | "warning";
  readonly text: string;
}

/** There is no supervisor now. */
export const GONE: ServiceFailure = {
  is: "failure",
  kind: "gone",
  severity: "fail",
  text: "runsv not running",
};

/** The state of a supervised service. */
export interface ServiceState {
  readonly is: "state";
  readonly record: StatusRecord;
  /** Whether the service directory has a file `down`; `undefined` if that cannot be found out. */
  readonly hasDown: boolean | undefined;
  /** Whether the supervisor has given the service up, which runit's never does. */
  readonly hasFailed: boolean;
  /** Whether and since when it is ready; `undefined` if it does not report that. */
  readonly readiness: ReadyRecord | undefined;
  /** The services that it waits for, to start or to stop, in printable ASCII. */
  readonly awaited: readonly string[];
  /** The wall clock at the look: whole seconds of Unix time. */
  readonly nowS: number;
}

export interface ServiceReport {
  /** The service as the user named it; a log service is `NAME/log`. */
  readonly name: string;
  readonly state: ServiceState | ServiceFailure;
  /** `undefined` if there is no log service, and if the main service cannot be looked at. */
  readonly log: Omit<ServiceReport, "log"> | undefined;
}
