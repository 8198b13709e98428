/**
 * The stamp of a line: its time as text.
 *
 * Pure: a time in, text out.
 * Source: runit 2.1.2, svlogd(8) `-t`, `-tt`, `-ttt`.
 */
import { utcText } from "../../base/utc.ts";
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
      return utc(time, "_");
    case "iso":
      return utc(time, "T");
  }
}

function utc({ seconds, nanoseconds }: UnixTime, separator: string): string {
  const fraction = String(Math.floor(nanoseconds / FRACTION_NS)).padStart(5, "0");
  return `${utcText(seconds, separator)}.${fraction}`;
}
