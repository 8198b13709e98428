/**
 * Names for a terminal, quoted as a shell reads them, if it would not take them as they are.
 *
 * Pure: byte strings in and out.
 */
import { charactersOf, codePoints, INVALID } from "./utf8.ts";

/** What a shell takes as it is, beside letters and digits; the last two not at the beginning. */
const PLAIN = "_@%+=:,./-~#";
const NOT_FIRST = "~#";
/** What a component of a URI may hold as it is, beside the characters of the usual names. */
const UNRESERVED = ["!", "~", "*", "'", "(", ")"];
const NAMED: Readonly<Record<string, string>> = {
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
  "\x1b": "\\e",
  "\\": "\\\\",
  "'": "\\'",
};

/**
 * A name that may hold any byte, in printable characters: as it is; `'my web'` if a shell would
 * split or expand it; `$'a\nb'` with control characters, invisible ones or invalid UTF-8.
 */
export function quoted(name: string): string {
  if (isPlainAscii(name)) return name;
  const points = codePoints(name);
  if (!points.some(needsEscape)) {
    if (isPlain(name)) return name;
    if (!name.includes("'")) return `'${name}'`;
  }
  const escaped = charactersOf(name).map((character, index) => {
    const named = NAMED[character];
    if (named !== undefined) return named;
    return needsEscape(points[index] ?? INVALID) ? escapedBytes(character) : character;
  });
  return `$'${escaped.join("")}'`;
}

/** {@link quoted} for each of many names. */
export function allQuoted(names: readonly string[]): readonly string[] {
  // Usually all are plain, which takes less time to find out at once.
  return names.includes("") || !isPlainAscii(names.join("")) ? names.map(quoted) : names;
}

/** Whether it is one of the usual names: letters, digits, `-`, `.` and `_`. */
function isPlainAscii(name: string): boolean {
  // A loop over the characters takes the engine several times as long.
  if (name === "" || encodeURIComponent(name) !== name) return false;
  return !UNRESERVED.some((mark) => name.includes(mark));
}

function isPlain(name: string): boolean {
  if (name === "" || NOT_FIRST.includes(name.charAt(0))) return false;
  return Array.from(name).every(
    (character) =>
      ("a" <= character && character <= "z") ||
      ("A" <= character && character <= "Z") ||
      ("0" <= character && character <= "9") ||
      character >= "\x80" ||
      PLAIN.includes(character),
  );
}

/** Text from elsewhere, with escapes in place of what could control a terminal or end a line. */
export function shown(text: string): string {
  const points = codePoints(text);
  if (!points.some(needsEscape)) return text;
  return charactersOf(text)
    .map((character, index) => {
      if (!needsEscape(points[index] ?? INVALID)) return character;
      return NAMED[character] ?? escapedBytes(character);
    })
    .join("");
}

function escapedBytes(character: string): string {
  return Array.from(character, (byte) => {
    const digits = byte.charCodeAt(0).toString(16).padStart(2, "0");
    return `\\x${digits}`;
  }).join("");
}

/** Control characters, and those that are invisible or change the direction of the text. */
function needsEscape(point: number): boolean {
  if (point < 0x20 || (0x7f <= point && point < 0xa0)) return true; // also INVALID
  if (point < 0x200b) return false;
  const isInvisible = point <= 0x200f || (0x2028 <= point && point <= 0x202e);
  return isInvisible || (0x2060 <= point && point <= 0x206f) || point === 0xfeff;
}
