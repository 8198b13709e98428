/**
 * Finds out that a start has come to its end: ./run cannot be executed, the supervisor has given
 * the service up, or ./run has ended and its restart policy does not start it again. sv does not go
 * on waiting then, because only a command starts the service again.
 *
 * Source: supervise/history, see protocol/history.ts; runit's supervisor publishes no such thing.
 */
import { exitText } from "../../protocol/history.ts";
import { readHistoryFile } from "./history-file.ts";
import { load } from "./parts.ts";
import type { NamedService } from "./service.ts";
import type { ServiceFailure } from "./service-report.ts";

/** What happened, and the remedy. */
const GIVEN_UP = "failed: died too often (sv start starts it again)";

/**
 * @param before the text of the history before the command: what it shows does not count
 * @param mayEnd whether a successful exit is no failure
 * @returns `ended` after a successful exit of ./run that is not followed by a start; `undefined` if
 * the start may still succeed, or nothing was tried since
 */
export function startOutcome(
  service: NamedService,
  before: string | undefined,
  mayEnd: boolean,
): ServiceFailure | "ended" | undefined {
  const text = readHistoryFile(service);
  if (text === undefined || text === before) return undefined;
  const { parseHistory } = load("sv/history");
  const history = parseHistory(text);
  if (history === undefined) return undefined;
  const { finalCode, lastExit } = history;
  const problem = history.problem ?? (history.failed ? GIVEN_UP : undefined);
  if (problem !== undefined) return failure(problem);
  if (finalCode === undefined) return undefined;
  return finalCode === 0 && mayEnd
    ? "ended"
    : failure(`ended: ${exitText(lastExit)}, not started again`);
}

function failure(text: string): ServiceFailure {
  return { is: "failure", kind: "failed", severity: "fail", text };
}
