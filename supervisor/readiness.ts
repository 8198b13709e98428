/**
 * Starts ./run, with the readiness of a service that reports it. Most services do not, so
 * run-readiness.ts is a part that is loaded on request.
 */
import * as posix from "posix";
import { ignoringErrors } from "../base/errors.ts";
import { superviseFile } from "../protocol/service-directory.ts";
import { launchService, type ServiceLaunch, type StartedService } from "./launcher.ts";
import type { ReadinessService, RunReadiness } from "./run-readiness.ts";
import type { ServiceOwner } from "./service-owner.ts";
import type { Takeover } from "./takeover.ts";

export type { RunReadiness } from "./run-readiness.ts";

/** Loaded once; a loaded part stays in the process. */
let part: typeof import("../tools/runsv/readiness.ts") | undefined;

function load(): typeof import("../tools/runsv/readiness.ts") {
  part ??= posix.load("runsv/readiness") as typeof import("../tools/runsv/readiness.ts");
  return part;
}

interface ReportingService {
  readonly started: StartedService;
  /** Set if the process reports readiness. */
  readonly readiness: RunReadiness | undefined;
}

/** @throws {PosixError} as {@link launchService} */
export function launchReporting(
  owner: ServiceOwner,
  service: ReadinessService,
  launch: ServiceLaunch,
): ReportingService {
  const mayReport = launch.role === "main" && launch.phase === "run" && hasFiles(owner);
  const readiness = mayReport ? load().RunReadiness.prepare(owner, service) : undefined;
  if (readiness === undefined) return { started: launchService(owner, launch), readiness };
  const { passed, recorded } = readiness;
  try {
    const started = launchService(owner, { ...launch, passed, recorded });
    readiness.started(started.process.pid, started.at);
    return { started, readiness };
  } catch (error) {
    readiness.close();
    throw error;
  }
}

/**
 * The readiness of the process of ./run that was taken over, if it reports that. Removes what a
 * predecessor has published of any other process.
 *
 * @throws {PosixError} a resource has run out
 */
export function resumeReadiness(
  owner: ServiceOwner,
  service: ReadinessService,
  { orphan, recorded, service: found }: Takeover,
): RunReadiness | undefined {
  if (found.role !== "main") return undefined;
  const { notification, socket } = recorded;
  const mayReport = notification !== undefined || socket !== undefined || hasFiles(owner);
  if (orphan !== undefined && found.phase === "run" && mayReport) {
    const { since } = found;
    return load().RunReadiness.resume(owner, service, { pid: orphan.pid, since, recorded });
  }
  const path = superviseFile("supervise", "ready");
  ignoringErrors(() => posix.unlink(owner.home.fd, path, 0));
  return undefined;
}

function hasFiles({ optionalFiles }: ServiceOwner): boolean {
  return optionalFiles.has("notification-fd", "notify-socket", "check-period");
}
