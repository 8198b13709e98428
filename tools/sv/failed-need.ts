/**
 * Finds out that a service will not start because one that it needs has come to its end: only a
 * command starts that one again, so sv does not go on waiting.
 */
import * as posix from "posix";
import { printable } from "../../base/printable.ts";
import type { PullUp } from "./dependencies.ts";
import type { ServiceEvents } from "./event-source.ts";
import type { NamedService } from "./service.ts";
import type { ServiceFailure } from "./service-report.ts";
import { ServiceWatch } from "./service-watch.ts";
import { startOutcome } from "./start-outcome.ts";

/** A service that has exited 0 is not up either. */
const ENDED = "ended: code 0, not started again";

/**
 * @param visited the services on the way to this one: they may need each other
 * @returns `undefined` if all that it needs may still become ready
 */
export function failedNeed(
  service: NamedService,
  pullUp: PullUp,
  visited: readonly string[] = [],
): ServiceFailure | undefined {
  for (const needed of pullUp.needsOf(service)) {
    if (visited.includes(needed.path)) continue;
    const seen = needed.look();
    if (seen.is === "failure") continue; // its supervisor may come yet
    posix.close(seen.ok);
    if (seen.record.phase !== "down") continue;
    const outcome = startOutcome(needed, pullUp.historyBefore(needed), true);
    if (outcome !== undefined) {
      const reason = outcome === "ended" ? ENDED : outcome.text;
      const text = `needs ${printable(needed.name)}: ${reason}`;
      return { is: "failure", kind: "failed", severity: "fail", text };
    }
    const deeper = failedNeed(needed, pullUp, [...visited, needed.path]);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

/**
 * Calls `look` after each change of a service that is needed, if its supervisor announces changes.
 *
 * @returns ends that
 */
export function watchNeeds(pullUp: PullUp, events: ServiceEvents, look: () => void): () => void {
  const watches = pullUp.needed.map((needed) => new ServiceWatch(needed, events, look));
  for (const watch of watches) watch.awaitEvents();
  return () => {
    for (const watch of watches) watch.end();
  };
}
