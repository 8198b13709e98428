/**
 * Text in byte strings: names of files are bytes, usually UTF-8.
 *
 * Pure: byte strings in, numbers and byte strings out.
 * Source: RFC 3629; Unicode 16, EastAsianWidth.txt, for the characters of two columns.
 */

/** Stands for a byte that is no part of valid UTF-8. */
export const INVALID = -1;
/** U+FFFD, REPLACEMENT CHARACTER, as bytes. */
const REPLACEMENT = "\xef\xbf\xbd";
/** The least code point of a sequence of so many bytes: shorter sequences express those below. */
const LEAST = [0, 0, 0x80, 0x800, 0x10000];
const LARGEST = 0x10ffff;

/** The code points of a byte string; {@link INVALID} for each byte that is not UTF-8. */
export function codePoints(bytes: string): number[] {
  const points: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    points.push(length === 0 ? INVALID : pointAt(bytes, at, length));
    at += Math.max(length, 1);
  }
  return points;
}

/** The characters of a byte string, each as bytes; a byte that is not UTF-8 is one of its own. */
export function charactersOf(bytes: string): string[] {
  const characters: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Math.max(sequenceLength(bytes, at), 1);
    characters.push(bytes.slice(at, at + length));
    at += length;
  }
  return characters;
}

/** Whether a byte string is valid UTF-8. */
export function isUtf8(bytes: string): boolean {
  return isAscii(bytes) || !codePoints(bytes).includes(INVALID);
}

/** The byte string with U+FFFD, as bytes, in place of each byte that is not UTF-8. */
export function asUtf8(bytes: string): string {
  if (isAscii(bytes)) return bytes;
  return charactersOf(bytes)
    .map((character) => (sequenceLength(character, 0) === 0 ? REPLACEMENT : character))
    .join("");
}

/** The columns that a terminal needs for a byte string without control characters. */
export function columnsOf(bytes: string): number {
  if (isAscii(bytes)) return bytes.length;
  return codePoints(bytes).reduce((sum, point) => sum + columnsOfPoint(point), 0);
}

/** The first and last code points of the ranges that take two columns. */
const WIDE = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
] as const;
/** Combining Diacritical Marks, which stand on the character before. */
const COMBINING = [0x300, 0x36f] as const;

function columnsOfPoint(point: number): number {
  const isIn = ([first, last]: readonly [number, number]): boolean =>
    first <= point && point <= last;
  if (isIn(COMBINING)) return 0;
  return WIDE.some(isIn) ? 2 : 1;
}

/** Whether every byte is less than 0x80. */
export function isAscii(bytes: string): boolean {
  // A loop takes the engine seven times as long. In a URI other bytes are %C2%80 to %C3%BF, and a
  // percent sign is %25.
  return !encodeURI(bytes).includes("%C");
}

/** @returns the bytes of the sequence that begins at `at`; 0 if none does */
function sequenceLength(bytes: string, at: number): number {
  const first = bytes.charCodeAt(at);
  const length = lengthBy(first);
  for (let next = 1; next < length; next += 1) {
    if ((bytes.charCodeAt(at + next) & 0xc0) !== 0x80) return 0; // NaN at the end: 0
  }
  if (length < 2) return length;
  const point = pointAt(bytes, at, length);
  const isSurrogate = 0xd800 <= point && point <= 0xdfff;
  return point < (LEAST[length] ?? 0) || point > LARGEST || isSurrogate ? 0 : length;
}

function lengthBy(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc0) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf8 ? 4 : 0;
}

function pointAt(bytes: string, at: number, length: number): number {
  if (length === 1) return bytes.charCodeAt(at);
  let point = bytes.charCodeAt(at) & (0x7f >> length);
  for (let next = 1; next < length; next += 1) {
    point = (point << 6) | (bytes.charCodeAt(at + next) & 0x3f);
  }
  return point;
}
