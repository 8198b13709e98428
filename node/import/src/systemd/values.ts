/**
 * Values of a unit's options.
 *
 * Pure. The rules are those of systemd.syntax(7) and systemd.time(7).
 */
import { ValueError } from "../supervisord/values.ts";

const YES = new Set(["1", "yes", "y", "true", "t", "on"]);
const NO = new Set(["0", "no", "n", "false", "f", "off"]);
const UNITS_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  usec: 0.001,
  ms: 1,
  msec: 1,
  "": 1_000,
  s: 1_000,
  sec: 1_000,
  second: 1_000,
  seconds: 1_000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
  w: 604_800_000,
  week: 604_800_000,
  weeks: 604_800_000,
};

export function booleanOf(text: string): boolean {
  const word = text.toLowerCase();
  if (YES.has(word)) return true;
  if (NO.has(word)) return false;
  throw new ValueError("neither yes nor no");
}

/** Such as `5min 20s`. @returns milliseconds; `Infinity` only for `infinity` */
export function timeMs(text: string): number {
  if (text === "infinity") return Number.POSITIVE_INFINITY;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)\s*/g)];
  const isWhole = parts.map(([whole]) => whole).join("") === text && parts.length > 0;
  let ms = 0;
  for (const [, number, unit = ""] of parts) {
    const unitMs = Object.hasOwn(UNITS_MS, unit) ? UNITS_MS[unit] : undefined;
    if (!isWhole || unitMs === undefined) throw new ValueError("no time");
    ms += Number(number) * unitMs;
  }
  if (!isWhole) throw new ValueError("no time");
  return Math.min(Math.round(ms), Number.MAX_VALUE);
}

export function wholeNumberOf(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new ValueError("no whole number");
  return Number(text);
}
