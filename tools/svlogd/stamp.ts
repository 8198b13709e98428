/**
 * The stamp of a line: its time as text.
 *
 * Pure: a time in, text out.
 * Source: runit 2.1.2, svlogd(8) `-t`, `-tt`, `-ttt`.
 */
import { wallTimeInUtc } from "../../protocol/calendar.ts";
import { tai64nLabel, type UnixTime } from "../../protocol/tai.ts";

/**
 * `tai64n`: `@` and 24 hexadecimal digits; `utc`: `2024-02-29_12:00:00.00000`; `iso`: with a `T`.
 */
export type StampStyle = "none" | "tai64n" | "utc" | "iso";

/** The unit of the fraction, which has five digits as in runit. */
const FRACTION_NS = 10_000;

export function stampText(style: StampStyle, time: UnixTime): string {
  switch (style) {
    case "none":
      return "";
    case "tai64n":
      return tai64nLabel(time);
    case "utc":
      return utcText(time, "_");
    case "iso":
      return utcText(time, "T");
  }
}

function utcText({ seconds, nanoseconds }: UnixTime, separator: string): string {
  const { year, month, day, hour, minute, second } = wallTimeInUtc(seconds);
  const clock = `${two(hour)}:${two(minute)}:${two(second)}`;
  const fraction = String(Math.floor(nanoseconds / FRACTION_NS)).padStart(5, "0");
  return `${year}-${two(month)}-${two(day)}${separator}${clock}.${fraction}`;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : `${number}`;
}
