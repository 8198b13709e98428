/**
 * Looks at a service for the new words. Everything that is not runit's may be missing.
 */
import * as posix from "posix";
import { isPosixError } from "../../../base/errors.ts";
import type { History } from "../../../protocol/history.ts";
import { READY_MAX_BYTES, type ReadyRecord, readReady, readyOf } from "../../../protocol/ready.ts";
import type { ServicePath } from "../../../protocol/service-directory.ts";
import type { StatusRecord } from "../../../protocol/status.ts";
import type { UnixTime } from "../../../protocol/tai.ts";
import { parseHistory } from "../history.ts";
import { readHistoryFile } from "../history-file.ts";
import { lookAt } from "../live-status.ts";
import { load } from "../parts.ts";
import type { NamedService } from "../service.ts";
import { readSuperviseFile } from "../supervise-file.ts";
import { waitsOf } from "../waits.ts";
import type { Cgroups } from "./own-cgroup.ts";
import { processFacts } from "./process-facts.ts";
import { runChange } from "./run-change.ts";
import { type LiveFacts, type ServiceView, stateWord } from "./service-view.ts";

const NONE: readonly string[] = [];

/** What a command needs beyond the state. */
interface ViewOptions {
  /** The wall clock, for the whole answer of a command. */
  readonly now: UnixTime;
  readonly processes?: "without" | "rss" | "pss";
  /** To look at the cgroup of the service, if it has one of its own. */
  readonly cgroups?: Cgroups;
  /** Whether to look at the log service too; `died`: only if it may have died. */
  readonly withLog?: boolean | "died";
  /** Whether to look for a file `down`: by default, yes. */
  readonly withDown?: boolean;
  /** Whether to find out if ./run was changed after the start, and why runit's runsv rests. */
  readonly withRunChange?: boolean;
}

/**
 * The result of `look`, which finds the service's files from its open directory: that takes less
 * time, so a command that looks at many services calls this.
 */
export function inside<T>(service: NamedService, look: () => T): T {
  service.open();
  try {
    return look();
  } finally {
    service.close();
  }
}

export function viewOf(service: NamedService, options: ViewOptions): ServiceView {
  const { now, processes = "without", withLog = false } = options;
  const { name, path: directory } = service;
  const seen = lookAt(service);
  const failure = seen.is === "failure" ? seen : undefined;
  let live: LiveFacts | undefined;
  if (seen.is === "live") {
    posix.close(seen.ok);
    live = factsOf(service, seen.record, options);
  }
  const pid = live?.record.pid ?? 0;
  const looksAtLog = withLog === "died" ? mayHaveDied(service, live) : withLog;
  const log = looksAtLog && live !== undefined ? service.log() : undefined;
  return {
    name,
    directory,
    now,
    live,
    failure,
    summary: stateWord(live, failure),
    process:
      pid === 0 || processes === "without" ? undefined : processFacts(pid, processes === "pss"),
    cgroup: pid === 0 ? undefined : options.cgroups?.ownedBy(service, pid),
    log: log && logView(service, log, options),
  };
}

function factsOf(
  service: NamedService,
  record: StatusRecord,
  { now, withDown = true, withRunChange = false }: ViewOptions,
): LiveFacts {
  const text = readHistoryFile(service);
  const history = text === undefined ? undefined : parseHistory(text);
  const isOurs = history !== undefined || isSupervisedByOurs(service);
  const ready = isOurs ? readinessOf(service, record) : undefined;
  return {
    record,
    hasDown: withDown ? hasFile(service, "down") : undefined,
    history,
    isOurs,
    isReady: ready && ready.readyAt !== undefined,
    failedCheck: ready?.failedCheck,
    waitsFor: isOurs && !isResting(record, history, now) ? namesOf(waitsOf(service, record)) : NONE,
    runChange: withRunChange ? (runChange(service, record) ?? "none") : undefined,
    runFault: withRunChange && !isOurs ? runFaultOf(service, record) : undefined,
  };
}

/** Why runit's supervisor does not start ./run. */
function runFaultOf(service: NamedService, { phase, want }: StatusRecord): string | undefined {
  if (phase !== "down" || want !== "up") return undefined;
  return load("sv/words/run-fault").execForecast(service.file("run"))?.text;
}

/**
 * Whether the log service may have died: a supervisor of runits publishes a history from the first
 * exit on. This saves a list of services most of the time that it takes to look at them.
 */
function mayHaveDied(service: NamedService, live: LiveFacts | undefined): boolean {
  return live?.isOurs === false || hasFile(service, "log/supervise/history") === true;
}

function namesOf(services: readonly NamedService[]): readonly string[] {
  return services.length === 0 ? NONE : services.map(({ name }) => name);
}

/** A service that rests does not wait for others yet. */
function isResting({ since }: StatusRecord, history: History | undefined, now: UnixTime): boolean {
  const downMs =
    (now.seconds - since.seconds) * 1_000 + (now.nanoseconds - since.nanoseconds) / 1_000_000;
  return downMs < (history?.restartDelayMs ?? 0);
}

/** @param log the log service, or why its directory cannot be entered */
function logView(
  { name, path }: NamedService,
  log: Exclude<ReturnType<NamedService["log"]>, undefined>,
  options: ViewOptions,
): ServiceView {
  if (!("is" in log)) return viewOf(log, { ...options, withLog: false });
  return {
    name: `${name}/log`,
    directory: `${path}/log`,
    now: options.now,
    live: undefined,
    failure: log,
    summary: stateWord(undefined, log),
    process: undefined,
    log: undefined,
  };
}

/** Before the first exit there is no history, and a log service never has an event FIFO. */
function isSupervisedByOurs(service: NamedService): boolean {
  return (
    hasFile(service, "supervise/event") === true || hasFile(service, "supervise/adopt") === true
  );
}

/** @returns `undefined` if that cannot be found out */
function hasFile(service: NamedService, name: ServicePath): boolean | undefined {
  // Not by ignoringErrors: a list of services comes here thousands of times, and would create
  // functions.
  try {
    return service.has(name);
  } catch (error) {
    if (isPosixError(error)) return undefined;
    throw error;
  }
}

/** @returns `undefined` if it does not report readiness */
function readinessOf(service: NamedService, record: StatusRecord): ReadyRecord | undefined {
  if (record.phase !== "run") return undefined;
  const text = readSuperviseFile(service, "ready", READY_MAX_BYTES);
  return text === undefined ? undefined : readyOf(record, readReady(text));
}
