/**
 * Times as text.
 *
 * Pure: a time in, text out. Source: RFC 3339.
 */
import { type WallTime, wallTimeInUtc } from "../protocol/calendar.ts";
import type { UnixTime } from "../protocol/tai.ts";

const DAY_S = 86_400;
const MINUTE_S = 60;

/** Such as `2024-02-29T12:00:00.000000000Z`. */
export function rfc3339({ seconds, nanoseconds }: UnixTime): string {
  const minute = Math.floor(seconds / MINUTE_S);
  if (minute !== lastMinute.minute) {
    lastMinute = { minute, text: utcText(minute * MINUTE_S, "T").slice(0, -2) };
  }
  const second = two(seconds - minute * MINUTE_S);
  return `${lastMinute.text}${second}.${String(nanoseconds).padStart(9, "0")}Z`;
}

/** Such as `2024-02-29T12:00:`: the times of one answer often are of one minute. */
let lastMinute = { minute: Number.NaN, text: "" };

/** Whole seconds of Unix time, such as `2024-02-29T12:00:00`. */
export function utcText(seconds: number, separator: string): string {
  const day = Math.floor(seconds / DAY_S);
  const second = seconds - day * DAY_S;
  return dateText(day) + separator + clockText(Math.floor(second / 60), second % 60);
}

/** As {@link utcText}, in whichever zone. */
export function wallText(time: WallTime, separator: string): string {
  const { year, month, day, hour, minute, second } = time;
  const clock = clockText(hour * 60 + minute, second);
  return `${year}-${two(month)}-${two(day)}${separator}${clock}`;
}

/** The last date: most times of one answer are of one day. */
let last = { day: Number.NaN, text: "" };

/** @param day counted from 1970-01-01 */
function dateText(day: number): string {
  if (last.day !== day)
    last = { day, text: wallText(wallTimeInUtc(day * DAY_S), "T").slice(0, -9) };
  return last.text;
}

/** @param minutes of the day */
function clockText(minutes: number, second: number): string {
  const hour = Math.floor(minutes / 60);
  return `${two(hour)}:${two(minutes - hour * 60)}:${two(second)}`;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : `${number}`;
}
