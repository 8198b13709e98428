/**
 * Makes the report on a service.
 */
import * as posix from "posix";
import { ignoringErrors, isPosixError } from "../../base/errors.ts";
import type { ServicePath } from "../../protocol/service-directory.ts";
import type { StatusRecord } from "../../protocol/status.ts";
import { isGivenUp } from "./history-file.ts";
import { load } from "./parts.ts";
import { readinessOf } from "./ready-file.ts";
import type { NamedService } from "./service.ts";
import type { ServiceFailure, ServiceReport, ServiceState } from "./service-report.ts";

export function reportOn(service: NamedService): ServiceReport {
  const { name } = service;
  const state = lookAtState(service);
  const log = state.is === "failure" ? undefined : service.log();
  if (log === undefined) return { name, state, log };
  const logState = "is" in log ? log : lookAtState(log);
  return { name, state, log: { name: `${name}/log`, state: logState } };
}

function lookAtState(service: NamedService): ServiceState | ServiceFailure {
  const seen = service.look();
  if (seen.is === "failure") return seen;
  posix.close(seen.ok);
  return stateOf(service, seen.record);
}

/** The state that `record` shows, now. A `down` that cannot be looked at is warned about. */
export function stateOf(service: NamedService, record: StatusRecord): ServiceState {
  let hasDown: boolean | undefined;
  try {
    hasDown = service.has("down");
  } catch (error) {
    if (!isPosixError(error)) throw error;
    load("sv/failure").warnOf("stat", service, "down", error);
  }
  return {
    is: "state",
    record,
    hasDown,
    hasFailed: isGivenUp(service, record),
    readiness: readinessOf(service, record),
    awaited: awaited(service, record),
    nowS: posix.clockReal().seconds,
  };
}

/** The status of a service that runs and is wanted up costs no look more. */
function awaited(service: NamedService, record: StatusRecord): readonly string[] {
  const { phase, want, termSent } = record;
  const isAwaiting =
    phase === "down"
      ? want === "up" && (mayHave(service, "needs") || mayHave(service, "after"))
      : phase === "run" && want !== "up" && !termSent && mayHave(service, "supervise/stopping");
  return isAwaiting ? load("sv/dependencies").awaitedBy(service, record) : [];
}

function mayHave(service: NamedService, name: ServicePath): boolean {
  return ignoringErrors(() => service.has(name)) === true;
}
