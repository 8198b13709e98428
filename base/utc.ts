/**
 * Times as text.
 *
 * Pure: a time in, text out. Source: RFC 3339.
 */
import { type WallTime, wallTimeInUtc } from "../protocol/calendar.ts";
import type { UnixTime } from "../protocol/tai.ts";

/** Such as `2024-02-29T12:00:00.000000000Z`. */
export function rfc3339({ seconds, nanoseconds }: UnixTime): string {
  return `${utcText(seconds, "T")}.${String(nanoseconds).padStart(9, "0")}Z`;
}

/** Whole seconds of Unix time, such as `2024-02-29T12:00:00`. */
export function utcText(seconds: number, separator: string): string {
  return wallText(wallTimeInUtc(seconds), separator);
}

/** As {@link utcText}, in whichever zone. */
export function wallText(time: WallTime, separator: string): string {
  const { year, month, day, hour, minute, second } = time;
  const clock = `${two(hour)}:${two(minute)}:${two(second)}`;
  return `${year}-${two(month)}-${two(day)}${separator}${clock}`;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : `${number}`;
}
