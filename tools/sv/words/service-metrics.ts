/**
 * A service as metrics, for `sv metrics` and for the console in node/.
 *
 * Pure: a view in, values out.
 */
import { asUtf8 } from "../../../base/utf8.ts";
import type { MetricsService } from "../../../protocol/metrics.ts";
import { restartsOf } from "./service-info.ts";
import type { ServiceView } from "./service-view.ts";

const CORE_BIT = 128;

/** @param logBytes the size of its log; `undefined` if that is not known */
export function metricsOf(view: ServiceView, logBytes: number | undefined): MetricsService {
  const { name, directory, live, process, cgroup, summary } = view;
  const common = { name: asUtf8(name), directory: asUtf8(directory) };
  if (live === undefined) return { ...common, supervisor: "none", isUp: false };
  const { record, history, isOurs, isReady } = live;
  const isUp = record.phase === "run";
  const end = history?.lastExitAt === undefined ? undefined : history.lastExit;
  const signal = (end?.status ?? 0) % CORE_BIT;
  return {
    ...common,
    supervisor: isOurs ? "runits" : "runit",
    isUp,
    isReady,
    isWantedUp: record.want === "up",
    hasFailed: isOurs ? summary === "failed" : undefined,
    restarts: restartsOf(live),
    exitCode: end !== undefined && end.code >= 0 ? end.code : undefined,
    exitSignal: signal === 0 ? undefined : signal,
    exitAt: history?.lastExitAt,
    since: record.since,
    startedAt: isUp ? record.since : undefined,
    // Never one after the other: a counter must not fall.
    cpuS: cgroup === undefined ? process?.ownCpuS : cgroup.cpuS,
    rssBytes: cgroup?.memoryBytes ?? process?.rssBytes,
    processes: process?.count,
    logBytes,
  };
}
