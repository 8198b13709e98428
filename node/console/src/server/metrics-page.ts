/** The page /metrics: what `sv metrics` prints, and figures of the console's own process. */
import { readdirSync } from "node:fs";
import { setImmediate as otherEvents } from "node:timers/promises";
import { type MetricsService, metricsText } from "../../../../protocol/metrics.ts";
import type { Board } from "../services/board.ts";
import { metricsOfService, serviceAt, textOf } from "../sv/reader.ts";

/** So many services are looked at before other events get their turn. */
const BATCH = 20;
const MICROSECONDS = 1_000_000;

export async function metricsPage(board: Board, streams: number): Promise<string> {
  const services: MetricsService[] = [];
  let unreadable = 0;
  for (const [index, name] of board.names().entries()) {
    const metrics = metricsOfService(serviceAt(board.home, name));
    if (metrics === undefined) unreadable += 1;
    else services.push(metrics);
    if (index % BATCH === BATCH - 1) await otherEvents();
  }
  return textOf(metricsText(services, unreadable)) + processText(streams);
}

/** Names and meanings are those of Prometheus' own client libraries. */
function processText(streams: number): string {
  const { user, system } = process.cpuUsage();
  const startS = performance.timeOrigin / 1_000;
  const gauge = (name: string, help: string, value: number, type = "gauge") =>
    `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`;
  return [
    gauge(
      "process_cpu_seconds_total",
      "Processor time of the console.",
      (user + system) / MICROSECONDS,
      "counter",
    ),
    gauge(
      "process_resident_memory_bytes",
      "Resident memory of the console.",
      process.memoryUsage.rss(),
    ),
    gauge("process_start_time_seconds", "When the console started, in Unix time.", startS),
    gauge("process_open_fds", "Open descriptors of the console.", openDescriptors()),
    gauge("runits_console_streams", "Pages that watch the console now.", streams),
  ].join("");
}

function openDescriptors(): number {
  try {
    return readdirSync("/proc/self/fd").length - 1;
  } catch {
    return Number.NaN;
  }
}
