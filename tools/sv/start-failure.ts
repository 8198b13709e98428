/**
 * Sees that a service which is to run does not: its supervisor has found that ./run cannot be executed, or has given the
 * service up. To wait for it would be in vain, for only somebody who mends it can help.
 *
 * Source: supervise/history, see protocol/history.ts; runit's supervisor publishes no such thing.
 */
import * as posix from "posix";
import { unless } from "../../base/errors.ts";
import { HISTORY_MAX_BYTES } from "../../protocol/history.ts";
import type { Failure, Service } from "./service.ts";

/** As `sv report` says it, and what helps. */
const GIVEN_UP = "failed: died too often (sv start starts it again)";

/** What supervise/history has; `undefined` if it cannot be read. */
export function historyText(service: Service): string | undefined {
  const path = service.file("supervise/history");
  return unless([], () =>
    posix.readText(posix.AT_FDCWD, path, HISTORY_MAX_BYTES, posix.O_NOFOLLOW),
  );
}

/**
 * @param before what the history had before the command: an attempt from before it counts for nothing
 * @returns `undefined` if ./run could be executed and the service is not given up, or nothing was tried since
 */
export function startFailure(service: Service, before: string | undefined): Failure | undefined {
  const text = historyText(service);
  if (text === undefined || text === before) return undefined;
  const { hasFailedIn, problemIn } = posix.load("sv/history") as typeof import("./history.ts");
  const problem = problemIn(text) ?? (hasFailedIn(text) ? GIVEN_UP : undefined);
  if (problem === undefined) return undefined;
  return { is: "failure", kind: "unknown", severity: "fail", text: problem };
}
