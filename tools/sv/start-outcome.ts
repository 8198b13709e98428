/**
 * Finds out that a start has come to its end: ./run cannot be executed, the supervisor has given
 * the service up, or ./run has ended and its restart policy does not start it again. sv does not go
 * on waiting then, because only a command starts the service again.
 *
 * Source: supervise/history, see protocol/history.ts; runit's supervisor publishes no such thing.
 */
import { quoted } from "../../base/quoted.ts";
import { exitText } from "../../protocol/history.ts";
import { type Order, wantsStart } from "./commands.ts";
import { endsProcess } from "./conditions.ts";
import { readHistoryFile } from "./history-file.ts";
import { load } from "./parts.ts";
import type { SentOrder } from "./sent-order.ts";
import type { NamedService } from "./service.ts";
import type { ServiceFailure } from "./service-report.ts";

/** What happened, and the remedy. */
const GIVEN_UP = "failed: died too often (sv start starts it again)";

/** Why a service that runs does not count as up. */
const REFUSED = "./check has not exited 0";

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

/**
 * Why an order was not done in time, and which command says more: how often ./run has died since,
 * and how it did last; or that ./check has not exited 0.
 *
 * @param isCheckAsked whether sv runs ./check
 * @returns `""` if neither holds
 */
export function timeoutReason(
  service: NamedService,
  sent: SentOrder,
  order: Order,
  isCheckAsked: boolean,
): string {
  const isRefused = isCheckAsked && sent.now.phase === "run" && !sent.failing;
  const reason = deathsText(service, sent, order) || (isRefused ? REFUSED : "");
  return reason && `; ${reason}; try: sv why ${quoted(service.name)}`;
}

/** @returns `""` if it has not died, or the order does not start the service */
function deathsText(
  service: NamedService,
  { before, history: textBefore }: SentOrder,
  order: Order,
): string {
  if (!wantsStart(order)) return "";
  const text = readHistoryFile(service);
  if (text === undefined || text === textBefore) return "";
  const { parseHistory } = load("sv/history");
  const history = parseHistory(text);
  if (history === undefined) return "";
  const former = textBefore === undefined ? undefined : parseHistory(textBefore);
  const isSameSupervisor = former?.supervisor === history.supervisor;
  const asked = order.rules.some(endsProcess) && before.pid !== 0 ? 1 : 0;
  const deaths = history.exitCount - (isSameSupervisor ? former.exitCount : 0) - asked;
  if (deaths <= 0) return "";
  const often = deaths === 1 ? "once" : `${deaths} times, at last`;
  return `died ${often} with ${exitText(history.lastExit)}`;
}

function failure(text: string): ServiceFailure {
  return { is: "failure", kind: "failed", severity: "fail", text };
}
