/**
 * A service as an object of the JSON output: docs/sv.schema.json describes it.
 *
 * Pure: a view in, members out.
 */

import { rfc3339 } from "../../../base/utc.ts";
import { asUtf8 } from "../../../base/utf8.ts";
import type { ExitResult } from "../../../protocol/history.ts";
import { base64UnlessUtf8, type Json, nameMembers } from "./json.ts";
import { memoryKillsOf, type NameOfSignal, nextTryS, restartsOf } from "./service-info.ts";
import { isChanged, type LiveFacts, type ServiceView } from "./service-view.ts";

const CORE_BIT = 128;

/** Of a service without a supervisor. */
const NOTHING: Partial<LiveFacts> = {};

type Members = { readonly [member: string]: Json | undefined };

/**
 * Members whose values are not known are `undefined`. One literal, because to spread others into
 * it takes the engine several times as long.
 */
export function serviceMembers(view: ServiceView, signalName: NameOfSignal): Members {
  const { name, directory, summary, now, live, failure, process, cgroup, log, logDirectories } =
    view;
  const { record, history, hasDown, waitsFor = [] } = live ?? NOTHING;
  const error = failure?.text;
  return {
    name: asUtf8(name),
    name_base64: base64UnlessUtf8(name),
    directory: asUtf8(directory),
    directory_base64: base64UnlessUtf8(directory),
    summary,
    observed: rfc3339(now),
    state: record?.phase,
    since: record && rfc3339(record.since),
    wanted: record?.want,
    normally: hasDown === undefined ? undefined : hasDown ? "down" : "up",
    pid: record?.pid === 0 ? undefined : record?.pid,
    paused: record?.paused,
    got_term: record?.termSent,
    ready: live?.isReady,
    failed_check: live?.failedCheck && endMembers(live.failedCheck, signalName),
    waits_for: waitsFor.length > 0 ? waitsFor.map((one) => nameMembers("name", one)) : undefined,
    supervisor: live && (live.isOurs ? "runits" : "runit"),
    failed: history?.failed,
    restarts: live && restartsOf(live),
    last_exit: live && exitMembers(live, signalName),
    problem: history?.problem,
    run_changed: isChanged(view),
    next_try_seconds: nextTryS(view),
    error: error && asUtf8(error),
    error_base64: error && base64UnlessUtf8(error),
    processes: process?.count,
    cpu_seconds: process?.cpuS,
    resident_bytes: process?.rssBytes,
    proportional_bytes: process?.pssBytes,
    cgroup_cpu_seconds: cgroup?.cpuS,
    cgroup_memory_bytes: cgroup?.memoryBytes,
    log_directories: logDirectories?.map((path) => nameMembers("path", path)),
    log: log && serviceMembers(log, signalName),
  };
}

function exitMembers({ history }: LiveFacts, signalName: NameOfSignal): Members | undefined {
  if (history?.lastExitAt === undefined) return undefined;
  const members = { ...endMembers(history.lastExit, signalName), at: rfc3339(history.lastExitAt) };
  const kills = memoryKillsOf(history);
  return kills === undefined ? members : { ...members, memory_kills: kills };
}

/** How a process ended: `code`, or `signal` and `core`; neither if that is not known. */
function endMembers({ code, status }: ExitResult, signalName: NameOfSignal): Members {
  if (code >= 0) return { code };
  if (status === 0) return {};
  return { signal: signalName(status % CORE_BIT), core: status > CORE_BIT };
}
