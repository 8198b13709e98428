/**
 * Stamps for lines that are JSON: the time becomes the first member, so that the line stays JSON.
 *
 * Pure: bytes in, bytes out.
 */
import { bytesOf, joined, textOf } from "../../base/bytes.ts";
import type { StampStyle } from "./stamp.ts";

const BLANKS = [32, 9, 13];
const OPEN = 123; //   {
const CLOSE = 125; //  }

/** The text of the member. Readers would take a time without a zone for local time, hence the Z. */
export function memberOf(key: string, style: StampStyle, stamp: string): string {
  return `${JSON.stringify(key)}:"${stamp}${style === "iso" ? "Z" : ""}"`;
}

/**
 * The line with `member` as its first member; `undefined` if the line is not a JSON object.
 *
 * @param line without its newline
 */
export function withMember(line: Uint8Array, member: string): Uint8Array | undefined {
  const open = skipBlanks(line, 0);
  if (line[open] !== OPEN || !isJson(line)) return undefined;
  const isEmpty = line[skipBlanks(line, open + 1)] === CLOSE;
  const inserted = bytesOf(isEmpty ? member : `${member},`);
  return joined(line.subarray(0, open + 1), inserted, line.subarray(open + 1));
}

function skipBlanks(line: Uint8Array, from: number): number {
  let at = from;
  while (BLANKS.includes(line[at] ?? 0)) at += 1;
  return at;
}

/** Bytes from 0x80 on can only be in strings, and any byte is valid there. */
function isJson(line: Uint8Array): boolean {
  try {
    JSON.parse(textOf(line));
    return true;
  } catch {
    return false;
  }
}
