/**
 * Makes lines safe for a terminal: colour sequences pass, and end with their line; every other
 * control character, and what is no UTF-8, is shown as an escape.
 *
 * Source: ECMA-48, SGR.
 */
import * as posix from "posix";
import { bytesOf, NEWLINE, textOf } from "../../../base/bytes.ts";
import { shown } from "../../../base/quoted.ts";
import { ByteBuilder } from "./byte-builder.ts";

const TAB = 0x09;
const SPACE = 0x20;
const DELETE = 0x7f;
/** Longer sequences are no colours. */
const SEQUENCE_MAX = 32;
const RESET = "\x1b[0m";

/** What a byte is: 0 passes in every context. */
const SPECIAL = 1;
const CLASSES = Uint8Array.from({ length: 256 }, (_, byte) => {
  const passes = byte === TAB || byte === NEWLINE || (byte >= SPACE && byte < DELETE);
  return passes ? 0 : SPECIAL;
});

/** @param lines whole lines; returned as they are if a terminal may have them */
export function forTerminal(lines: Uint8Array): Uint8Array {
  const classes = lines.slice();
  posix.translate(classes, 0, classes.length, CLASSES);
  let special = classes.indexOf(SPECIAL);
  if (special < 0) return lines;
  const builder = new ByteBuilder(lines.length * 2);
  let from = 0;
  while (special >= 0) {
    const start = lines.lastIndexOf(NEWLINE, special) + 1;
    const end = lines.indexOf(NEWLINE, special);
    builder.put(lines.subarray(from, start));
    builder.put(bytesOf(quotedLine(textOf(lines.subarray(start, end)))));
    from = end;
    special = classes.indexOf(SPECIAL, from);
  }
  builder.put(lines.subarray(from));
  return builder.bytes;
}

/** @param line a byte string without its newline */
function quotedLine(line: string): string {
  let text = "";
  let isColoured = false;
  let from = 0;
  for (let at = 0; at < line.length; ) {
    const length = line.charAt(at) === "\t" ? 1 : colourAt(line, at);
    if (length === 0) {
      at += 1;
      continue;
    }
    text += shown(line.slice(from, at)) + line.slice(at, at + length);
    isColoured ||= length > 1;
    at += length;
    from = at;
  }
  return text + shown(line.slice(from)) + (isColoured ? RESET : "");
}

/** The length of a colour sequence, such as `ESC [ 1 ; 31 m`; 0 if there is none. */
function colourAt(line: string, at: number): number {
  if (line.charAt(at) !== "\x1b" || line.charAt(at + 1) !== "[") return 0;
  for (let length = 2; length < SEQUENCE_MAX; length += 1) {
    const character = line.charAt(at + length);
    if (character === "m") return length + 1;
    if (character < "0" || character > ";") return 0; // digits, colon, semicolon
  }
  return 0;
}
