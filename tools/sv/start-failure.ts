/**
 * Finds out that a start has failed for good: ./run cannot be executed, or the supervisor has given
 * the service up. sv does not go on waiting then, because only a person can mend it.
 *
 * Source: supervise/history, see protocol/history.ts; runit's supervisor publishes no such thing.
 */
import { readHistoryFile } from "./history-file.ts";
import { load } from "./parts.ts";
import type { NamedService } from "./service.ts";
import type { ServiceFailure } from "./service-report.ts";

/** The words of `sv report`, and the remedy. */
const GIVEN_UP = "failed: died too often (sv start starts it again)";

/**
 * @param before the text of the history before the command: the failure that it shows does not
 * count
 * @returns `undefined` if ./run could be executed and the service is not given up, or nothing was
 * tried since
 */
export function startFailure(
  service: NamedService,
  before: string | undefined,
): ServiceFailure | undefined {
  const text = readHistoryFile(service);
  if (text === undefined || text === before) return undefined;
  const { parseHistory } = load("sv/history");
  const history = parseHistory(text);
  const problem = history?.problem ?? (history?.failed ? GIVEN_UP : undefined);
  if (problem === undefined) return undefined;
  return { is: "failure", kind: "unknown", severity: "fail", text: problem };
}
