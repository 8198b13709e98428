/**
 * Phrases that several answers have.
 *
 * Pure: values in, text out.
 */
import { withoutSlash } from "../../../../base/options.ts";
import { quoted } from "../../../../base/quoted.ts";
import type { PastRun } from "../../../../protocol/past-runs.ts";
import { spanText } from "../durations.ts";
import type { ServiceProcess, SupervisedFacts } from "./facts.ts";

/** A run that was shorter ended at once. */
export const AT_ONCE_MS = 100;
const TENTHS_BELOW_MS = 10_000;

/** Of a log service that a supervisor does not know; its `log/supervise` does not exist. */
export const ADDED_LOG =
  "log/ was added after the start of its runsv, which reads it only then: " +
  "it has to exit and start again";

/** How long a process ran before its end: `at once`, `after 0.2s`, `after 40s`. */
export function afterText(ms: number): string {
  if (ms < AT_ONCE_MS) return "at once";
  const text = ms < TENTHS_BELOW_MS ? `${Math.floor(ms / AT_ONCE_MS) / 10}s` : spanText(ms / 1_000);
  return `after ${text}`;
}

/** A length of the past: ` for 5m`; `""` if it is not known. */
export function forText(seconds: number | undefined): string {
  return seconds === undefined ? "" : ` for ${spanText(seconds)}`;
}

/** How long the service has been in its phase. */
export function ageText({ view, live }: SupervisedFacts): string {
  return spanText(view.now.seconds - live.record.since.seconds);
}

/** A command of sv for the service. */
export function svCommand(word: string, { view }: Pick<SupervisedFacts, "view">): string {
  return `sv ${word} ${quoted(view.name)}`;
}

/** Shows the limit on processes of a cgroup, and their number. */
export function limitsCommand(directory: string): string {
  return `grep . ${quoted(directory)}/pids.*`;
}

/** A control script that has not ended. */
export function scriptText({ name, pid, ageS }: ServiceProcess): string {
  return `${name} has been running${forText(ageS)} (pid ${pid})`;
}

/** `3 times`; `once` for 1. */
export function timesText(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

/** The directory that the last name of a path is in. */
export function parentOf(path: string): string {
  const plain = withoutSlash(path);
  const at = plain.lastIndexOf("/");
  return at < 0 ? "." : plain.slice(0, at) || "/";
}

/** Runs that ended in the same way, one after the other. */
interface RunGroup {
  /** The last of them. */
  readonly last: PastRun;
  count: number;
  shortestMs: number;
  longestMs: number;
}

/** @param runs the newest first */
export function runGroups(runs: readonly PastRun[]): RunGroup[] {
  const groups: RunGroup[] = [];
  for (const run of runs) {
    const group = groups.at(-1);
    if (group?.last.code === run.code && group.last.status === run.status) {
      group.count += 1;
      group.shortestMs = Math.min(group.shortestMs, run.ranMs);
      group.longestMs = Math.max(group.longestMs, run.ranMs);
    } else {
      groups.push({ last: run, count: 1, shortestMs: run.ranMs, longestMs: run.ranMs });
    }
  }
  return groups;
}
