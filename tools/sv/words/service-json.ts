/**
 * A service as an object of the JSON output: docs/sv.schema.json describes it.
 *
 * Pure: a view in, members out.
 */
import { rfc3339 } from "../../../base/utc.ts";
import type { ExitResult } from "../../../protocol/history.ts";
import { type Json, nameMembers } from "./json.ts";
import { type NameOfSignal, nextTryS, restartsOf } from "./service-info.ts";
import type { LiveFacts, ProcessFacts, ServiceView } from "./service-view.ts";

const CORE_BIT = 128;

type Members = { readonly [member: string]: Json | undefined };

/** Members of a service whose values are not known are `undefined`. */
export function serviceMembers(view: ServiceView, signalName: NameOfSignal): Members {
  const { name, directory, summary, now, live, failure, process, log } = view;
  return {
    ...nameMembers("name", name),
    ...nameMembers("directory", directory),
    summary,
    observed: rfc3339(now),
    ...(live && liveMembers(view, live, signalName)),
    ...(failure && nameMembers("error", failure.text)),
    ...(process && processMembers(process)),
    log: log && serviceMembers(log, signalName),
  };
}

function liveMembers(view: ServiceView, live: LiveFacts, signalName: NameOfSignal): Members {
  const { record, hasDown, history, isReady, waitsFor } = live;
  const isRunning = record.pid !== 0;
  return {
    state: record.phase,
    since: rfc3339(record.since),
    wanted: record.want,
    normally: hasDown === undefined ? undefined : hasDown ? "down" : "up",
    pid: isRunning ? record.pid : undefined,
    paused: record.paused,
    got_term: record.termSent,
    ready: isReady,
    waits_for: waitsFor.length > 0 ? waitsFor.map((name) => nameMembers("name", name)) : undefined,
    supervisor: live.isOurs ? "runits" : "runit",
    failed: history?.failed,
    restarts: restartsOf(live),
    last_exit: exitMembers(live, signalName),
    problem: history?.problem,
    next_try_seconds: nextTryS(view),
  };
}

function processMembers({ count, cpuS, rssBytes, pssBytes }: ProcessFacts): Members {
  return {
    processes: count,
    cpu_seconds: cpuS,
    resident_bytes: rssBytes,
    proportional_bytes: pssBytes,
  };
}

function exitMembers({ history }: LiveFacts, signalName: NameOfSignal): Members | undefined {
  if (history?.lastExitAt === undefined) return undefined;
  return { ...endMembers(history.lastExit, signalName), at: rfc3339(history.lastExitAt) };
}

/** How a process ended: `code`, or `signal` and `core`; neither if that is not known. */
function endMembers({ code, status }: ExitResult, signalName: NameOfSignal): Members {
  if (code >= 0) return { code };
  if (status === 0) return {};
  return { signal: signalName(status % CORE_BIT), core: status > CORE_BIT };
}
