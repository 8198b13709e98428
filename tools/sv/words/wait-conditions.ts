/**
 * The conditions of `sv wait`.
 *
 * Pure: a view in, a verdict out.
 */
import { pastRuns } from "../../../protocol/past-runs.ts";
import { msUntilReady } from "../../../protocol/ready.ts";
import type { StatusRecord } from "../../../protocol/status.ts";
import type { LiveFacts, ServiceView } from "./service-view.ts";

export const CONDITIONS = ["up", "ready", "down", "finished", "failed", "restarted"] as const;
export type WaitCondition = (typeof CONDITIONS)[number];

/**
 * - `never`: it cannot hold any more, unless somebody gives a command
 * - `lasting`: it holds if the start lasts for {@link msToLast}
 */
export type Verdict = "holds" | "pending" | "lasting" | "never";

/** @param first the first view, of when the wait began */
export function verdictOn(
  condition: WaitCondition,
  view: ServiceView,
  first: ServiceView,
): Verdict {
  const { live } = view;
  if (live === undefined) return view.summary === "unreadable" ? "never" : "pending";
  switch (condition) {
    case "up":
      return isUp(live) ? "holds" : unlessFailed(view);
    case "ready":
      return isUp(live) ? readiness(view, live) : unlessFailed(view);
    case "down":
      return view.summary === "stopped" || view.summary === "failed" ? "holds" : "pending";
    case "finished":
      return finished(live, view, first);
    case "failed":
      return view.summary === "failed" ? "holds" : hasFinished(live) ? "never" : "pending";
    case "restarted":
      return isUp(live) && isAnother(live, first) ? "holds" : unlessFailed(view);
  }
}

/** As for services that need it: one that does not report readiness has to run for a second. */
function readiness(view: ServiceView, { isReady }: LiveFacts): Verdict {
  if (isReady !== undefined) return isReady ? "holds" : "pending";
  return msToLast(view) === 0 ? "holds" : "lasting";
}

/** How long the start has to last still, until a service that does not report it is ready. */
export function msToLast({ live, now }: ServiceView): number {
  if (live === undefined) return 0;
  const [last] = pastRuns(live.history?.runs ?? "");
  return msUntilReady(live.record, last?.ranMs, now);
}

function isUp({ record }: LiveFacts): boolean {
  return record.phase === "run" && !record.termSent;
}

function unlessFailed({ summary }: ServiceView): Verdict {
  return summary === "failed" ? "never" : "pending";
}

/** Ended by itself, and is not started again. */
function hasFinished({ record, history }: LiveFacts): boolean {
  return record.phase === "down" && record.want === "down" && history?.finalCode !== undefined;
}

function finished(live: LiveFacts, view: ServiceView, first: ServiceView): Verdict {
  const { record, history } = live;
  if (hasFinished(live)) return history?.finalCode === 0 ? "holds" : "never";
  if (view.summary === "failed") return "never";
  // It has run, and runit's supervisor does not publish how it ended.
  const hasEnded = record.phase === "down" && record.want === "down" && !isSameTime(record, first);
  return history === undefined && hasEnded ? "never" : "pending";
}

function isSameTime({ since }: StatusRecord, { live }: ServiceView): boolean {
  const before = live?.record.since;
  return before?.seconds === since.seconds && before.nanoseconds === since.nanoseconds;
}

/** Another process than that of the first look; then, a service that was down has been started. */
function isAnother({ record }: LiveFacts, first: ServiceView): boolean {
  const before = first.live?.record.pid ?? 0;
  return before === 0 || record.pid !== before || !isSameTime(record, first);
}
