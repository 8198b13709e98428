/**
 * `sv metrics`: the state of services in Prometheus text format. A program of its own,
 * sv/words/metrics.
 */
import * as posix from "posix";
import { Directory, ShortWriteError } from "../../../base/directory.ts";
import { isPosixError, reason } from "../../../base/errors.ts";
import { baseName } from "../../../base/options.ts";
import { quoted } from "../../../base/quoted.ts";
import { type MetricsService, metricsText } from "../../../protocol/metrics.ts";
import { readWords, type WordContext } from "./command-line.ts";
import { firstNames } from "./first-names.ts";
import { logBytesOf } from "./log-size.ts";
import { type MetricsRequest, SPEC } from "./metrics-options.ts";
import { Cgroups } from "./own-cgroup.ts";
import { metricsOf } from "./service-metrics.ts";
import { servicesOf } from "./services.ts";
import { suggestOthers } from "./suggestions.ts";
import { inside, viewOf } from "./view.ts";
import { printing, WordOutput } from "./word-output.ts";

export function run(words: readonly string[], _context: WordContext): number {
  const request: MetricsRequest = { file: undefined };
  const operands = readWords(SPEC, words, request);
  if (typeof operands === "number") return operands;
  const output = new WordOutput("never");
  return printing(output, () => {
    const now = posix.clockReal();
    const cgroups = new Cgroups();
    const metrics: MetricsService[] = [];
    const unreadable: string[] = [];
    const services = servicesOf(operands, output);
    if (operands.length > 0) suggestOthers(services);
    for (const service of services) {
      inside(service, () => {
        // No metric shows whether there is a file `down`.
        const view = viewOf(service, { now, processes: "rss", cgroups, withDown: false });
        if (view.summary === "unreadable") unreadable.push(service.name);
        else metrics.push(metricsOf(view, logBytesOf(service)));
      });
    }
    const text = metricsText(metrics, unreadable.length);
    if (request.file === undefined) output.write(text);
    else replace(request.file, text, output);
    reportUnreadable(unreadable, output);
  });
}

/** No metric names these services. */
function reportUnreadable(names: readonly string[], output: WordOutput): void {
  const { length } = names;
  if (length === 0) return;
  output.flush();
  const services = length === 1 ? "1 service" : `${length} services`;
  output.failAll(length, [
    `unable to look at ${services}: ${firstNames(names)} (sv list NAME shows why)`,
  ]);
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
