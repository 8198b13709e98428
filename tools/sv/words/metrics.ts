/**
 * `sv metrics`: the state of services in Prometheus text format. A program of its own,
 * sv/words/metrics.
 */
import * as posix from "posix";
import { Directory, ShortWriteError } from "../../../base/directory.ts";
import { isPosixError, reason } from "../../../base/errors.ts";
import { baseName } from "../../../base/options.ts";
import { quoted } from "../../../base/quoted.ts";
import { asUtf8 } from "../../../base/utf8.ts";
import { type MetricsService, metricsText } from "../../../protocol/metrics.ts";
import type { NamedService } from "../service.ts";
import { readWords, type WordContext } from "./command-line.ts";
import { logBytesOf } from "./log-size.ts";
import { type MetricsRequest, SPEC } from "./metrics-options.ts";
import { restartsOf } from "./service-info.ts";
import type { ServiceView } from "./service-view.ts";
import { servicesOf } from "./services.ts";
import { isSupervisable } from "./supervisable.ts";
import { viewOf } from "./view.ts";
import { printing, WordOutput } from "./word-output.ts";

const CORE_BIT = 128;

export function run(words: readonly string[], _context: WordContext): number {
  const request: MetricsRequest = { file: undefined };
  const operands = readWords(SPEC, words, request);
  if (typeof operands === "number") return operands;
  const output = new WordOutput("never");
  return printing(output, () => {
    const now = posix.clockReal();
    const metrics: MetricsService[] = [];
    let unreadable = 0;
    for (const service of servicesOf(operands, output)) {
      const view = viewOf(service, { now, processes: "rss" });
      if (operands.length === 0 && view.failure !== undefined && !isSupervisable(service)) continue;
      if (view.summary === "unreadable") unreadable += 1;
      else metrics.push(metricsOf(service, view));
    }
    const text = metricsText(metrics, unreadable);
    if (request.file === undefined) output.write(text);
    else replace(request.file, text, output);
  });
}

function metricsOf(service: NamedService, view: ServiceView): MetricsService {
  const { name, directory, live, process, summary } = view;
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
    cpuS: process?.ownCpuS,
    rssBytes: process?.rssBytes,
    processes: process?.count,
    logBytes: logBytesOf(service),
  };
}

/** Replaces a file in one step, so that no reader finds half of it. */
function replace(file: string, text: string, output: WordOutput): void {
  const folder = file.slice(0, file.length - baseName(file).length);
  try {
    const directory = Directory.open(folder === "" ? "." : folder);
    try {
      directory.replace(baseName(file), text);
    } finally {
      directory.close();
    }
  } catch (error) {
    if (!isPosixError(error) && !(error instanceof ShortWriteError)) throw error;
    const cause = isPosixError(error) ? error : { code: "ENOSPC" };
    output.fail(`unable to write ${quoted(file)}: ${reason(cause)}`);
  }
}
