/**
 * The times that a user can write after `--since` and `--until`.
 *
 * Pure: text in, a moment out; the clock and the time zone come in as values.
 */
import { utcSeconds, type WallTime, wallTimeInUtc } from "../../../protocol/calendar.ts";
import type { UnixTime } from "../../../protocol/tai.ts";
import { timeOfLabel } from "./stamp.ts";

export interface Zone {
  /** Unix seconds of a time in this zone; days before the first and after the last count on. */
  secondsOf(time: WallTime): number;
  wallTime(seconds: number): WallTime;
}

export const UTC: Zone = { secondsOf: utcSeconds, wallTime: wallTimeInUtc };

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
const MIDNIGHT = { hour: 0, minute: 0, second: 0 };
const LABEL_LENGTH = 25;

/**
 * Parses `10m` (ago; also `1h30m`, units s m h d w), `14:03`, `14:03:05`, `today`, `yesterday`,
 * `now`, `2026-11-28`, `2026-11-28 14:03` (also with `T` or `_`, seconds and `Z`), `@SECONDS` of
 * Unix time, and a TAI64N label.
 *
 * @returns `undefined` if it is none of them
 */
export function parseTime(text: string, nowS: number, zone: Zone): UnixTime | undefined {
  if (text.startsWith("@")) return parseAt(text.slice(1));
  const seconds = parseSeconds(text, nowS, zone);
  if (seconds === undefined || !Number.isFinite(seconds)) return undefined;
  const whole = Math.floor(seconds);
  return { seconds: whole, nanoseconds: Math.round((seconds - whole) * 1e9) % 1e9 };
}

function parseSeconds(text: string, nowS: number, zone: Zone): number | undefined {
  const today = { ...zone.wallTime(nowS), ...MIDNIGHT };
  if (text === "now") return nowS;
  if (text === "today") return zone.secondsOf(today);
  if (text === "yesterday") return zone.secondsOf({ ...today, day: today.day - 1 });
  const agoS = parseDuration(text);
  if (agoS !== undefined) return nowS - agoS;
  const clock = parseClock(text);
  if (clock !== undefined) return secondsOf(zone, { ...today, ...clock });
  const date = parseDate(text.slice(0, 10));
  if (date === undefined) return undefined;
  if (text.length === 10) return zone.secondsOf({ ...date, ...MIDNIGHT });
  if (!" T_".includes(text.charAt(10))) return undefined;
  const isUtc = text.endsWith("Z");
  const time = parseClock(text.slice(11, isUtc ? -1 : undefined));
  return time && secondsOf(isUtc ? UTC : zone, { ...date, ...time });
}

/** With a fraction of a second. */
function secondsOf(zone: Zone, time: WallTime): number {
  const second = Math.floor(time.second);
  return zone.secondsOf({ ...time, second }) + time.second - second;
}

function parseAt(digits: string): UnixTime | undefined {
  if (digits.length === LABEL_LENGTH - 1 && isOf(digits, "0123456789abcdef")) {
    return timeOfLabel(`@${digits}`);
  }
  const seconds = number(digits);
  return seconds === undefined ? undefined : { seconds, nanoseconds: 0 };
}

/** Seconds of `90s` or `1h30m`; `undefined` if it is no duration. */
export function parseDuration(text: string): number | undefined {
  let seconds = 0;
  let digits = "";
  for (const character of text) {
    const unit = UNITS[character];
    if (unit === undefined) {
      digits += character;
      continue;
    }
    const count = number(digits);
    if (count === undefined) return undefined;
    seconds += count * unit;
    digits = "";
  }
  return text === "" || digits !== "" ? undefined : seconds;
}

function parseClock(text: string): Pick<WallTime, "hour" | "minute" | "second"> | undefined {
  const parts = text.split(":");
  const [hour = "", minute = "", whole = "00", ...others] = parts;
  const [second = "", fraction = "0", ...rest] = whole.split(".");
  const isClock =
    parts.length >= 2 && others.length === 0 && rest.length === 0 && fraction.length <= 9;
  const values = [hour, minute, second].map((part) =>
    part.length <= 2 ? number(part) : undefined,
  );
  const [h = 24, m = 60, s = 60] = values;
  if (!isClock || h > 23 || m > 59 || s > 59 || number(fraction) === undefined) return undefined;
  return { hour: h, minute: m, second: s + Number(`0.${fraction}`) };
}

function parseDate(text: string): Pick<WallTime, "year" | "month" | "day"> | undefined {
  const parts = text.split("-");
  if (parts.map((part) => part.length).join() !== "4,2,2") return undefined;
  const [year, month = 0, day = 0] = parts.map(number);
  if (year === undefined || month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  return { year, month, day };
}

function number(text: string): number | undefined {
  return text !== "" && isOf(text, "0123456789") ? Number(text) : undefined;
}

function isOf(text: string, characters: string): boolean {
  return [...text].every((character) => characters.includes(character));
}
