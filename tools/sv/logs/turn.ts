/**
 * When a line of a log has its turn among the lines of other logs: at the time of its stamp, and at
 * the same time in the order of the logs.
 *
 * A turn has the digits of a TAI64N label as numbers, which are read from the bytes: to make a text
 * for each line would take as long as all the rest. The digits are ASCII, so the order of the
 * numbers, read in big-endian byte order, is that of the texts.
 *
 * Pure: bytes in, an order out.
 */
import { bytesOf } from "../../../base/bytes.ts";
import { stampOf } from "./stamp.ts";

const AT = 0x40;
const LABEL_LENGTH = 25;
/** Indexes in a turn: eight digits of seconds, eight more, eight of nanoseconds in halves. */
const HIGH = 0;
const LOW = 1;
const NANOSECONDS = 2;
const NANOSECONDS_END = 3;
const ORDER = 4;
/** Where the digits of each begin in a label. */
const HIGH_AT = 1;
const LOW_AT = 9;
const NANOSECONDS_AT = 17;
const NANOSECONDS_END_AT = 21;

/** A typed array, because the engine reads its elements faster than properties. */
export type Turn = Float64Array;

/**
 * The first turn of a log: before all times, as for lines without a stamp at the start.
 *
 * @param order decides if the time is the same: the first log has 0
 */
export function firstTurn(order: number): Turn {
  return Float64Array.of(0, 0, 0, 0, order);
}

export function isBefore(one: Turn, other: Turn): boolean {
  let part = HIGH;
  while (part < ORDER && one[part] === other[part]) part += 1;
  return (one[part] ?? 0) < (other[part] ?? 0);
}

/**
 * Makes `turn` that of the line `bytes[start..end)`, if the line has a stamp.
 *
 * @param view of `bytes`
 * @returns whether it has one
 */
export function readTurn(
  turn: Turn,
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
): boolean {
  if (bytes[start] === AT && end - start >= LABEL_LENGTH) {
    // Eight ASCII bytes as a floating-point number are positive and not NaN; the order of such
    // numbers is that of their bits.
    const high = view.getFloat64(start + HIGH_AT);
    const low = view.getFloat64(start + LOW_AT);
    const nanoseconds = view.getUint32(start + NANOSECONDS_AT);
    const nanosecondsEnd = view.getUint32(start + NANOSECONDS_END_AT);
    // Most lines have the second of the line before, whose digits need no second check.
    if (
      areDigits(nanoseconds, nanosecondsEnd) &&
      (low === turn[LOW] || areDigitsAt(view, start + LOW_AT)) &&
      (high === turn[HIGH] || areDigitsAt(view, start + HIGH_AT))
    ) {
      turn[HIGH] = high;
      turn[LOW] = low;
      turn[NANOSECONDS] = nanoseconds;
      turn[NANOSECONDS_END] = nanosecondsEnd;
      return true;
    }
  }
  // A time in UTC, a label with capital letters, or no stamp.
  const label = stampOf(bytes, start, end)?.label;
  if (label === undefined) return false;
  const digits = new DataView(bytesOf(label).buffer);
  turn[HIGH] = digits.getFloat64(HIGH_AT);
  turn[LOW] = digits.getFloat64(LOW_AT);
  turn[NANOSECONDS] = digits.getUint32(NANOSECONDS_AT);
  turn[NANOSECONDS_END] = digits.getUint32(NANOSECONDS_END_AT);
  return true;
}

function areDigitsAt(view: DataView, at: number): boolean {
  return areDigits(view.getUint32(at), view.getUint32(at + 4));
}

/** The upper four bits of each byte; signed, as the operators on bits take it. */
const UPPER = -0x0f0f_0f10;

/**
 * Whether all bytes of two words of 32 bits are hexadecimal digits without capital letters. To look
 * at each byte takes twice as long.
 */
function areDigits(one: number, other: number): boolean {
  // Only letters have bit 6. Less 0x27, a to f come behind 0 to 9: 0x3a to 0x3f.
  const letters = (one >>> 6) & 0x0101_0101;
  const otherLetters = (other >>> 6) & 0x0101_0101;
  const digits = one - letters * 0x27;
  const otherDigits = other - otherLetters * 0x27;
  // Digits above 9, and no others, have to be letters: 6 more take them to 0x40 and above.
  return (
    (digits & UPPER) === 0x3030_3030 &&
    (otherDigits & UPPER) === 0x3030_3030 &&
    (((digits + 0x0606_0606) >>> 6) & 0x0101_0101) === letters &&
    (((otherDigits + 0x0606_0606) >>> 6) & 0x0101_0101) === otherLetters
  );
}
