/**
 * The time of a log line, as it stands at the line's start: a TAI64N label (svlogd -t, multilog t,
 * s6-log t), or UTC as svlogd writes it with -tt and -ttt; also as the first member of a line of
 * JSON, as svlogd -j writes it.
 *
 * Pure: bytes in, a time out. Source: svlogd(8) of runit 2.1.2; the TAI64N external format.
 */
import { utcSeconds } from "../../../protocol/calendar.ts";
import { secondsOfLabel, tai64nLabel, type UnixTime } from "../../../protocol/tai.ts";

export interface LineStamp {
  /** The TAI64N label of the time, `@` and 24 digits: the order of labels is that of times. */
  readonly label: string;
  /** Where the text of the stamp begins, from the start of the line, and ends; in bytes. */
  readonly start: number;
  readonly end: number;
}

const AT = 0x40;
const BRACE = 0x7b;
const QUOTE = 0x22;
const ZERO = 0x30;
const NINE = 0x39;
const SMALL_F = 0x66;
const LABEL_LENGTH = 25;
/** `2024-02-29T12:00:00.`, without the digits of the fraction. */
const UTC_PATTERN = "dddd-dd-ddsdd:dd:dd.";
const NANOSECOND_DIGITS = 9;
/** The name of the member with the time is at most this long. */
const MEMBER_LENGTH = 40;

/** The stamp of the line `bytes[start..end)`; `undefined` if it has none. */
export function stampOf(bytes: Uint8Array, start: number, end: number): LineStamp | undefined {
  const first = bytes[start] ?? 0;
  if (first === AT) return labelAt(bytes, start, end);
  if (first >= ZERO && first <= NINE) return utcAt(bytes, start, end, 0);
  if (first !== BRACE || bytes[start + 1] !== QUOTE) return undefined;
  const last = Math.min(end, start + MEMBER_LENGTH);
  for (let at = start + 2; at < last; at += 1) {
    if (bytes[at] !== QUOTE) continue;
    const isMember = bytes[at + 1] === 0x3a && bytes[at + 2] === QUOTE;
    return isMember ? utcAt(bytes, start, end, at + 3 - start) : undefined;
  }
  return undefined;
}

/** The Unix time of a label, which must be one. */
export function timeOfLabel(label: string): UnixTime {
  const [high = 0, low = 0, nanoseconds = 0] = [1, 9, 17].map((at) =>
    Number.parseInt(label.slice(at, at + 8), 16),
  );
  return { seconds: secondsOfLabel(high, low), nanoseconds };
}

function labelAt(bytes: Uint8Array, start: number, end: number): LineStamp | undefined {
  if (end - start < LABEL_LENGTH) return undefined;
  const label = String.fromCharCode.apply(
    null,
    bytes.subarray(start, start + LABEL_LENGTH) as never,
  );
  // One call checks all digits; a loop over the bytes takes five times as long. It passes over
  // blanks behind the digits, so the last one is looked at.
  const last = bytes[start + LABEL_LENGTH - 1] ?? 0;
  return last >= ZERO && last <= SMALL_F && !Number.isNaN(Number(`0x${label.slice(1)}`))
    ? { label, start: 0, end: LABEL_LENGTH }
    : undefined;
}

function utcAt(
  bytes: Uint8Array,
  lineStart: number,
  end: number,
  offset: number,
): LineStamp | undefined {
  const start = lineStart + offset;
  if (end - start <= UTC_PATTERN.length) return undefined;
  for (let index = 0; index < UTC_PATTERN.length; index += 1) {
    if (!fits(bytes[start + index] ?? 0, UTC_PATTERN.charAt(index))) return undefined;
  }
  const number = (from: number, to: number): number => {
    let value = 0;
    for (let at = start + from; at < start + to; at += 1) value = value * 10 + digit(bytes, at);
    return value;
  };
  let at = start + UTC_PATTERN.length;
  let nanoseconds = 0;
  let digits = 0;
  for (; at < end && isDigit(bytes[at] ?? 0); at += 1) {
    if (digits < NANOSECOND_DIGITS) nanoseconds = nanoseconds * 10 + digit(bytes, at);
    digits += 1;
  }
  if (digits === 0) return undefined;
  nanoseconds *= 10 ** Math.max(0, NANOSECOND_DIGITS - digits);
  const seconds = utcSeconds({
    year: number(0, 4),
    month: number(5, 7),
    day: number(8, 10),
    hour: number(11, 13),
    minute: number(14, 16),
    second: number(17, 19),
  });
  if (bytes[at] === 0x5a) at += 1; // Z
  return {
    label: tai64nLabel({ seconds, nanoseconds }),
    start: offset,
    end: at - lineStart,
  };
}

function fits(byte: number, pattern: string): boolean {
  if (pattern === "d") return isDigit(byte);
  if (pattern === "s") return byte === 0x5f || byte === 0x54; // _ or T
  return byte === pattern.charCodeAt(0);
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function digit(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? ZERO) - ZERO;
}
