/**
 * Which lines the options of `sv logs` ask for.
 *
 * Pure: text in, labels out; the clock and the time zone come in as values.
 */
import { quoted } from "../../../base/quoted.ts";
import { tai64nLabel } from "../../../protocol/tai.ts";
import type { Selection } from "../logs/log-range.ts";
import { parseTime, type Zone } from "../logs/time-words.ts";
import type { LogsRequest } from "./logs-options.ts";

/** How many lines of each log, unless there is an option. */
const LINES = 10;

/** Of times that it understands. */
const EXAMPLES = "such as 10m (ago), 14:03, today, 2026-11-28, 2026-11-28T14:03";

type Asked = Pick<LogsRequest, "count" | "isFollowed" | "since" | "until">;

/** @returns a text says what is wrong with the options */
export function selectionOf(asked: Asked, nowS: number, zone: Zone): Selection | string {
  const labels: Record<"since" | "until", string | undefined> = {
    since: undefined,
    until: undefined,
  };
  for (const key of ["since", "until"] as const) {
    const text = asked[key];
    if (text === undefined) continue;
    const time = parseTime(text, nowS, zone);
    if (time === undefined) return `not a time: ${quoted(text)} (${EXAMPLES})`;
    labels[key] = tai64nLabel(time);
  }
  if (asked.isFollowed && asked.until !== undefined) return "-f does not go with --until";
  const isRange = asked.since !== undefined || asked.until !== undefined;
  const { count = isRange ? "all" : String(LINES) } = asked;
  if (count === "all") return { ...labels, count: undefined };
  const number = count === "" ? Number.NaN : Number(count);
  if (!Number.isSafeInteger(number) || number < 0) return `not a number of lines: ${quoted(count)}`;
  return { ...labels, count: number };
}
