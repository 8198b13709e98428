/**
 * The stamp of a line: its time as text.
 *
 * Pure: a time in, text out.
 * Source: runit 2.1.2, svlogd(8) `-t`, `-tt`, `-ttt`.
 */
import { tai64nLabel, type UnixTime } from "../../protocol/tai.ts";

/**
 * `tai64n`: `@` and 24 hexadecimal digits; `utc`: `2024-02-29_12:00:00.00000`; `iso`: with a `T`.
 */
export type StampStyle = "none" | "tai64n" | "utc" | "iso";

const DAY_S = 86_400;
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
  const days = Math.floor(seconds / DAY_S);
  const rest = seconds - days * DAY_S;
  const { year, month, day } = civil(days);
  const clock = [rest / 3_600, (rest / 60) % 60, rest % 60].map((part) => two(Math.floor(part)));
  const fraction = String(Math.floor(nanoseconds / FRACTION_NS)).padStart(5, "0");
  return `${year}-${two(month)}-${two(day)}${separator}${clock.join(":")}.${fraction}`;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : `${number}`;
}

/**
 * The Gregorian date of a day counted from 1970-01-01. Years begin on 1 March here, so that the
 * leap day comes last; the first day of each month is then a linear function of its number,
 * rounded.
 */
function civil(days: number): { year: number; month: number; day: number } {
  const era = 146_097; // days in 400 years
  const fromMarch0 = days + 719_468;
  const inEra = fromMarch0 - Math.floor(fromMarch0 / era) * era;
  const leapless =
    inEra - Math.floor(inEra / 1_460) + Math.floor(inEra / 36_524) - Math.floor(inEra / 146_096);
  const yearOfEra = Math.floor(leapless / 365);
  const inYear = inEra - 365 * yearOfEra - Math.floor(yearOfEra / 4) + Math.floor(yearOfEra / 100);
  const monthFromMarch = Math.floor((5 * inYear + 2) / 153);
  const day = inYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + Math.floor(fromMarch0 / era) * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day };
}
