/** Makes the status that users see from a view, which sv and the client share. */
import * as posix from "posix";
import type { ExitResult } from "../../../protocol/history.ts";
import { pastRuns } from "../../../protocol/past-runs.ts";
import type { UnixTime } from "../../../protocol/tai.ts";
import type { NamedService } from "../../../tools/sv/service.ts";
import type { ServiceFailure } from "../../../tools/sv/service-report.ts";
import { infoText, restartsOf } from "../../../tools/sv/words/service-info.ts";
import type { LiveFacts, ServiceView } from "../../../tools/sv/words/service-view.ts";
import { signalName } from "../../../tools/sv/words/signal-names.ts";
import { viewOf } from "../../../tools/sv/words/view.ts";
import { fromBytes } from "./byte-strings.ts";
import { type ErrorCode, ServiceError } from "./service-error.ts";
import type { ServiceStatus } from "./status.ts";
import type { Exit, SupervisedStatus } from "./supervised-status.ts";

const CORE_BIT = 128;

export function statusOf(view: ServiceView): ServiceStatus {
  const supervised = supervisedStatusOf(view);
  if (supervised !== undefined) return supervised;
  const state = view.summary === "unsupervised" ? "unsupervised" : "unreadable";
  return { ...base(view), state, error: errorOf(view) };
}

/** @returns `undefined` if there is no supervisor, or it cannot be looked at */
export function supervisedStatusOf(view: ServiceView): SupervisedStatus | undefined {
  const { live, summary } = view;
  if (live === undefined) return undefined;
  const common = { ...base(view), ...facts(live) };
  const { pid } = live.record;
  switch (summary) {
    case "running":
    case "starting":
    case "stopping":
    case "paused":
      return { ...common, state: summary, phase: "run", pid };
    case "finishing":
      return { ...common, state: summary, phase: "finish", pid };
    case "waiting":
    case "resting":
    case "failed":
    case "stopped":
      return { ...common, state: summary, phase: "down", pid: undefined };
    case "unsupervised":
    case "unreadable":
      return undefined; // not of a service with a supervisor
  }
}

/** The state now, or why it is not known. */
export function currentStatus(service: NamedService): SupervisedStatus | ServiceError {
  const view = viewOf(service, { now: posix.clockReal() });
  return supervisedStatusOf(view) ?? errorOf(view);
}

/** The state now for an error, which may lack it. */
export function lastStatus(service: NamedService): SupervisedStatus | undefined {
  const status = currentStatus(service);
  return status instanceof ServiceError ? undefined : status;
}

/** @param failure of a command, or of another way to the service than a look */
export function errorOfFailure(service: NamedService, failure: ServiceFailure): ServiceError {
  return failureError(fromBytes(service.name), failure, lastStatus(service));
}

/** The state in words for a message, as in "waiting, for db"; empty if there is nothing to say. */
export function stateWords(view: ServiceView): string {
  const state = view.live === undefined ? "" : view.summary;
  return fromBytes([state, infoText(view, signalName)].filter((fact) => fact !== "").join(", "));
}

/** Why a service cannot be looked at. */
export function errorOf({ name, failure }: ServiceView): ServiceError {
  const service = fromBytes(name);
  if (failure === undefined) return new ServiceError({ code: "FAILED", service, text: "unknown" });
  return failureError(service, failure);
}

export function failureError(
  service: string,
  failure: ServiceFailure,
  status?: SupervisedStatus,
): ServiceError {
  return new ServiceError({
    code: codeOf(failure),
    service,
    text: fromBytes(failure.text),
    status,
  });
}

function codeOf({ kind, code }: ServiceFailure): ErrorCode {
  switch (kind) {
    case "absent":
      return "NO_SERVICE";
    case "gone":
    case "unsupervised":
      return "NO_SUPERVISOR";
    case "file":
    case "failed":
      return "FAILED";
    case "unknown":
      if (code === "EACCES" || code === "EPERM") return "ACCESS_DENIED";
      return code === undefined ? "BAD_FORMAT" : "FAILED";
  }
}

function base({ name, directory, now }: ServiceView) {
  return {
    service: fromBytes(name),
    directory: fromBytes(directory),
    observedMs: msOf(now),
  };
}

function facts(live: LiveFacts) {
  const { record, history, hasDown, isReady, waitsFor, isOurs } = live;
  const { want, since, paused, termSent, phase } = record;
  const delayMs = history?.restartDelayMs ?? 0;
  const rests = phase === "down" && want === "up" && delayMs > 0;
  const normally: "up" | "down" | undefined =
    hasDown === undefined ? undefined : hasDown ? "down" : "up";
  const supervisor: "runits" | "runit" = isOurs ? "runits" : "runit";
  return {
    wanted: want,
    sinceMs: msOf(since),
    paused,
    gotTerm: termSent,
    normally,
    ready: isReady,
    waitsFor: waitsFor.map(fromBytes),
    supervisor,
    restarts: restartsOf(live),
    lastExit:
      history?.lastExitAt === undefined
        ? undefined
        : exitOf(history.lastExit, msOf(history.lastExitAt)),
    problem: history?.problem,
    nextStartMs: rests ? msOf(since) + delayMs : undefined,
    runs: pastRuns(history?.runs ?? "").map(({ endedS, ranMs, ...result }) => ({
      ...exitOf(result, endedS * 1_000),
      ranMs,
    })),
  };
}

function exitOf({ code, status }: ExitResult, atMs: number): Exit {
  if (code >= 0) return { code, atMs };
  if (status === 0) return { atMs };
  return { signal: signalName(status % CORE_BIT), core: status > CORE_BIT, atMs };
}

function msOf({ seconds, nanoseconds }: UnixTime): number {
  return seconds * 1_000 + Math.floor(nanoseconds / 1_000_000);
}
