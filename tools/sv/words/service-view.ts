/**
 * What the new words know of a service, and its state in one word.
 *
 * Pure: values only.
 */
import type { ExitResult, History } from "../../../protocol/history.ts";
import type { StatusRecord } from "../../../protocol/status.ts";
import type { UnixTime } from "../../../protocol/tai.ts";
import type { ServiceFailure } from "../service-report.ts";

/**
 * - `running`: and ready, if the service reports readiness; `starting`: not ready yet
 * - `waiting`: down until a service that it needs is ready
 * - `resting`: down, and started again after the restart delay
 * - `failed`: given up; `stopped`: down, and wanted so
 * - `stopping`: got TERM, or waits until it may get it; `finishing`: ./finish runs
 * - `paused`: stopped by STOP
 * - `unsupervised`: no supervisor is at work; `unreadable`: it could not be looked at
 */
export type StateWord =
  | "running"
  | "starting"
  | "waiting"
  | "resting"
  | "failed"
  | "stopped"
  | "stopping"
  | "finishing"
  | "paused"
  | "unsupervised"
  | "unreadable";

export const STATE_WORDS: readonly StateWord[] = [
  "running",
  "starting",
  "waiting",
  "resting",
  "failed",
  "stopped",
  "stopping",
  "finishing",
  "paused",
  "unsupervised",
  "unreadable",
];

/** The published state of a service that has a supervisor. */
export interface LiveFacts {
  readonly record: StatusRecord;
  /**
   * Whether the service directory has a file `down`; `undefined` if that cannot be found out, or
   * nobody asked.
   */
  readonly hasDown: boolean | undefined;
  /** `undefined` before the first exit, and if the supervisor publishes none: runit's. */
  readonly history: History | undefined;
  /** Whether the supervisor is one of runits. */
  readonly isOurs: boolean;
  /** Whether the service is ready; `undefined` if it does not report readiness. */
  readonly isReady: boolean | undefined;
  /** How the last ./check failed of a service that is not ready, if its supervisor says so. */
  readonly failedCheck?: ExitResult | undefined;
  /** The services that it waits for: to start, or to be allowed to stop. */
  readonly waitsFor: readonly string[];
  /** How ./run was changed after the start of the process; `undefined` if nobody asked. */
  readonly runChange?: RunChange | "none" | undefined;
  /** Why ./run cannot be executed, if runit's supervisor, which does not publish it, rests. */
  readonly runFault?: string | undefined;
}

/** A change of ./run after the start of the process. */
export interface RunChange {
  /** Unix time. */
  readonly atS: number;
  /**
   * `contents`: it was written; `file`: by its times, an older file may have replaced it;
   * `attributes`: its mode or owner was changed, unless an older file was copied over it.
   */
  readonly what: "contents" | "file" | "attributes";
}

/** What the kernel knows of the processes of a service. */
export interface ProcessFacts {
  /** Processes of the service: the one in the status, and its descendants. */
  readonly count: number;
  /** Processor time that these, and children for which they waited, have used. */
  readonly cpuS: number;
  /** The same of the process in the status alone: never falls while it lives. */
  readonly ownCpuS: number;
  /** Resident memory of all: what several share counts for each. */
  readonly rssBytes: number;
  /** Memory in which shared pages count in parts; `undefined` unless it was asked for and given. */
  readonly pssBytes: number | undefined;
}

/** What the kernel knows of a cgroup; `undefined` without its controller. */
export interface CgroupFacts {
  /** All that its processes use, and what the kernel caches of files for them. */
  readonly memoryBytes: number | undefined;
  /** Of all processes that were ever in it: never falls. */
  readonly cpuS: number | undefined;
}

export interface ServiceView {
  /** As the user named it, or the name of the entry. */
  readonly name: string;
  readonly directory: string;
  readonly summary: StateWord;
  /** When it was looked at. */
  readonly now: UnixTime;
  readonly live: LiveFacts | undefined;
  /** Of its processes; `undefined` if it has none, or nobody asked. */
  readonly process: ProcessFacts | undefined;
  /** `undefined` if its processes have no cgroup of their own, or nobody asked. */
  readonly cgroup?: CgroupFacts | undefined;
  /** The log service; `undefined` if it has none, or nobody asked. */
  readonly log: ServiceView | undefined;
  /** Of a log service: the directories of its log. `undefined` if not known, or nobody asked. */
  readonly logDirectories?: readonly string[] | undefined;
  /** Why there is no {@link live}. */
  readonly failure: ServiceFailure | undefined;
}

export function stateWord(
  live: LiveFacts | undefined,
  failure: ServiceFailure | undefined,
): StateWord {
  if (live === undefined) return failureWord(failure);
  const { record, history, isReady, waitsFor } = live;
  const { phase, want, paused, termSent } = record;
  switch (phase) {
    case "finish":
      return "finishing";
    case "run":
      if (paused) return "paused";
      if (termSent || waitsFor.length > 0) return "stopping";
      return isReady === false ? "starting" : "running";
    case "down":
      if (history?.failed === true) return "failed";
      if (want === "down") return "stopped";
      return waitsFor.length > 0 ? "waiting" : "resting";
  }
}

function failureWord(failure: ServiceFailure | undefined): StateWord {
  return failure?.kind === "gone" || failure?.kind === "unsupervised"
    ? "unsupervised"
    : "unreadable";
}

/** Whether a service is in the state that is wanted, and ready. */
export function isAsWanted({ summary, live }: ServiceView): boolean {
  if (live === undefined) return false;
  const { phase, want } = live.record;
  if (summary === "failed" || hasEndedBadly(live)) return false;
  if (want === "down") return phase === "down" || isOnce(live);
  return summary === "running";
}

/** Whether ./run was changed after the start of the process; `undefined` if nobody asked. */
export function isChanged({ live }: Pick<ServiceView, "live">): boolean | undefined {
  return live?.runChange === undefined ? undefined : live.runChange !== "none";
}

/** It ended unasked, not with 0, and is not started again: a one-shot that did not do its task. */
function hasEndedBadly({ record, history }: LiveFacts): boolean {
  return record.phase === "down" && record.want === "down" && (history?.finalCode ?? 0) !== 0;
}

/** `sv once`: runs, is not to be started again, and was not asked to stop. */
function isOnce({ record }: LiveFacts): boolean {
  return record.phase === "run" && record.want === "down" && !record.termSent;
}
