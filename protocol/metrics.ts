/**
 * The state of services as metrics, for `sv metrics` and every other program that publishes them.
 *
 * Pure: values in, text out.
 * Source: the Prometheus text exposition format, version 0.0.4.
 */
import type { UnixTime } from "./tai.ts";

/** A service; what is not known of it is `undefined`, and left out. */
export interface MetricsService {
  /** UTF-8, as a byte string. */
  readonly name: string;
  /** UTF-8, as a byte string. */
  readonly directory: string;
  /** `none` without a live supervisor. */
  readonly supervisor: "runits" | "runit" | "none";
  readonly isUp: boolean;
  readonly isReady?: boolean | undefined;
  readonly isWantedUp?: boolean | undefined;
  readonly hasFailed?: boolean | undefined;
  readonly restarts?: number | undefined;
  /** The code of the last exit, if it was one. */
  readonly exitCode?: number | undefined;
  /** The number of the signal that ended ./run last, if one did. */
  readonly exitSignal?: number | undefined;
  readonly exitAt?: UnixTime | undefined;
  readonly since?: UnixTime | undefined;
  /** The start of ./run, if it runs. */
  readonly startedAt?: UnixTime | undefined;
  /** Of its cgroup, or of the process and the children that it waited for: never falls. */
  readonly cpuS?: number | undefined;
  readonly rssBytes?: number | undefined;
  readonly processes?: number | undefined;
  readonly logBytes?: number | undefined;
}

interface Metric {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly value: (service: MetricsService) => number | string | undefined;
}

const METRICS: readonly Metric[] = [
  {
    name: "up",
    type: "gauge",
    help: "Whether ./run of the service runs.",
    value: (one) => flag(one.isUp),
  },
  {
    name: "ready",
    type: "gauge",
    help: "Whether the service is ready; only for services that report readiness.",
    value: (one) => flag(one.isReady),
  },
  {
    name: "wanted_up",
    type: "gauge",
    help: "Whether the service is wanted up.",
    value: (one) => flag(one.isWantedUp),
  },
  {
    name: "failed",
    type: "gauge",
    help: "Whether the service crashed too often and is not started again.",
    value: (one) => flag(one.hasFailed),
  },
  {
    name: "restarts_total",
    type: "counter",
    help: "How often its supervisor has started the service again.",
    value: (one) => one.restarts,
  },
  {
    name: "last_exit_code",
    type: "gauge",
    help: "The exit code of the last run, if a signal did not end it.",
    value: (one) => one.exitCode,
  },
  {
    name: "last_exit_signal",
    type: "gauge",
    help: "The number of the signal that ended the last run, if one did.",
    value: (one) => one.exitSignal,
  },
  {
    name: "last_exit_timestamp_seconds",
    type: "gauge",
    help: "When the last run ended, in Unix time.",
    value: (one) => seconds(one.exitAt),
  },
  {
    name: "state_change_timestamp_seconds",
    type: "gauge",
    help: "When the service started or went down, in Unix time.",
    value: (one) => seconds(one.since),
  },
  {
    name: "start_timestamp_seconds",
    type: "gauge",
    help: "When ./run was started, in Unix time; only while it runs.",
    value: (one) => seconds(one.startedAt),
  },
  {
    name: "cpu_seconds_total",
    type: "counter",
    help: "Processor time of the process and the children that it waited for, or of its cgroup.",
    value: (one) => one.cpuS,
  },
  {
    name: "resident_memory_bytes",
    type: "gauge",
    help: "Resident memory of the process and its descendants, or memory.current of its cgroup.",
    value: (one) => one.rssBytes,
  },
  {
    name: "processes",
    type: "gauge",
    help: "The number of processes of the service.",
    value: (one) => one.processes,
  },
  {
    name: "log_size_bytes",
    type: "gauge",
    help: "The size of the files in the log directories.",
    value: (one) => one.logBytes,
  },
];

/** @param unreadable the number of services that could not be looked at */
export function metricsText(services: readonly MetricsService[], unreadable: number): string {
  const text: string[] = [head("service_info", "gauge", "A service: always 1.")];
  const names = services.map(({ name }) => label("service", name));
  services.forEach(({ supervisor, directory }, index) => {
    const labels = `${names[index]},supervisor="${supervisor}",${label("directory", directory)}`;
    text.push(`runits_service_info{${labels}} 1\n`);
  });
  const labels = names.map((name) => `{${name}} `);
  for (const { name, type, help, value } of METRICS) {
    const metric = `service_${name}`;
    const prefix = `runits_${metric}`;
    // One call for all pieces of a sample: there may be thousands, and the engine takes long to
    // join a text with each.
    const samples: (string | number)[] = [];
    for (let index = 0; index < services.length; index += 1) {
      const service = services[index];
      const sample = service && value(service);
      if (sample !== undefined) samples.push(prefix, labels[index] ?? "", sample, "\n");
    }
    if (samples.length > 0) text.push(head(metric, type, help), samples.join(""));
  }
  text.push(head("services_unreadable", "gauge", "How many services could not be looked at."));
  return `${text.join("")}runits_services_unreadable ${unreadable}\n`;
}

function head(name: string, type: string, help: string): string {
  return `# HELP runits_${name} ${help}\n# TYPE runits_${name} ${type}\n`;
}

/** Escapes what the format demands. */
function label(name: string, value: string): string {
  let text = value;
  if (text.includes("\\")) text = text.replaceAll("\\", "\\\\");
  if (text.includes('"')) text = text.replaceAll('"', '\\"');
  if (text.includes("\n")) text = text.replaceAll("\n", "\\n");
  return `${name}="${text}"`;
}

function flag(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

/** Unix time with nine digits behind the point, which a number would not keep. */
function seconds(time: UnixTime | undefined): string | undefined {
  if (time === undefined) return undefined;
  return `${time.seconds}.${String(time.nanoseconds).padStart(9, "0")}`;
}
