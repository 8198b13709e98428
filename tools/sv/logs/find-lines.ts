/**
 * Finds places in one log file: where its last lines begin, and where the lines from a time on
 * begin. A file of any size is read only near the place; a compressed one, which can only be read
 * from its start, chunk by chunk.
 *
 * Pure: bytes in, offsets out.
 */
import { joined, NEWLINE, NO_BYTES } from "../../../base/bytes.ts";
import { type LineStamp, stampOf } from "./stamp.ts";

/** How much is read at a time; a place is found when it is known to within this. */
const BLOCK_BYTES = 64 * 1_024;

/** A file that can be read at any offset. */
export interface RandomFile {
  /** Bytes. */
  readonly size: number;
  /** At most `max` bytes from `offset` on; fewer only at the end of the file. */
  read(offset: number, max: number): Uint8Array;
}

/** Where the search for the last newlines of a file has ended. */
export interface LastNewlines {
  /** The offset behind the newline that was asked for; `undefined`: there are fewer. */
  readonly offset: number | undefined;
  /** How many newlines were found. */
  readonly found: number;
}

/** Searches `file` from `end` back for newline number `count`. */
export function lastNewlines(file: RandomFile, end: number, count: number): LastNewlines {
  let found = 0;
  for (let to = end; to > 0 && found < count; ) {
    const from = Math.max(0, to - BLOCK_BYTES);
    const block = file.read(from, to - from);
    let at = block.length;
    while (at > 0) {
      at = block.lastIndexOf(NEWLINE, at - 1);
      if (at < 0) break;
      found += 1;
      if (found === count) return { offset: from + at + 1, found };
    }
    to = from;
  }
  return { offset: count === 0 ? end : undefined, found };
}

/** As {@link lastNewlines}, in a text that comes in chunks; `end` bytes of it count. */
export function lastNewlinesIn(
  chunks: Iterable<Uint8Array>,
  end: number,
  count: number,
): LastNewlines {
  const offsets: number[] = []; // a ring, behind each of the last newlines
  let found = 0;
  let start = 0;
  for (const chunk of chunks) {
    const length = Math.min(chunk.length, end - start);
    for (let at = chunk.indexOf(NEWLINE); at >= 0 && at < length; ) {
      if (count > 0) offsets[found % count] = start + at + 1;
      found += 1;
      at = chunk.indexOf(NEWLINE, at + 1);
    }
    start += chunk.length;
    if (start >= end) break;
  }
  if (count === 0) return { offset: Math.min(start, end), found };
  return { offset: found < count ? undefined : offsets[found % count], found };
}

/**
 * The offset of the first line whose stamp is `label` or later; `Infinity` if all are earlier;
 * `undefined` if no line has a stamp. A line without one belongs to the line before it.
 */
export function firstLineFrom(file: RandomFile, label: string): number | undefined {
  let low = 0; // the start of a line that is too early, or of the file
  let high = file.size; // lines that begin here or later need no look
  let answer: number | undefined;
  let hasStamps = false;
  while (high - low > BLOCK_BYTES) {
    const middle = Math.floor((low + high) / 2);
    const line = stampedLineBehind(file, middle, high);
    if (line === undefined) {
      high = middle;
      continue;
    }
    hasStamps = true;
    if (line.stamp.label >= label) {
      answer = line.start;
      high = middle;
    } else {
      low = line.start;
    }
  }
  for (const line of linesOf(file, low, high)) {
    const { stamp } = line;
    if (stamp === undefined) continue;
    hasStamps = true;
    if (stamp.label >= label) return line.start;
  }
  return hasStamps ? (answer ?? Number.POSITIVE_INFINITY) : undefined;
}

/** As {@link firstLineFrom}, in a text that comes in chunks. */
export function firstLineFromIn(chunks: Iterable<Uint8Array>, label: string): number | undefined {
  let start = 0; // of `rest`
  let rest: Uint8Array = NO_BYTES;
  let hasStamps = false;
  for (const chunk of chunks) {
    const text = joined(rest, chunk);
    let at = 0;
    for (let end = text.indexOf(NEWLINE); end >= 0; end = text.indexOf(NEWLINE, at)) {
      const stamp = stampOf(text, at, end);
      hasStamps ||= stamp !== undefined;
      if (stamp !== undefined && stamp.label >= label) return start + at;
      at = end + 1;
    }
    start += at;
    rest = text.slice(at);
  }
  const stamp = stampOf(rest, 0, rest.length);
  if (stamp !== undefined && stamp.label >= label) return start;
  return hasStamps || stamp !== undefined ? Number.POSITIVE_INFINITY : undefined;
}

interface Line {
  readonly start: number;
  readonly stamp: LineStamp | undefined;
}

/** The first line with a stamp that begins behind `from` and before `end`. */
function stampedLineBehind(
  file: RandomFile,
  from: number,
  end: number,
): { start: number; stamp: LineStamp } | undefined {
  let isFirst = true; // the line in which `from` lies
  for (const { start, stamp } of linesOf(file, from, end)) {
    if (!isFirst && stamp !== undefined) return { start, stamp };
    isFirst = false;
  }
  return undefined;
}

/** The lines that begin from `from` on and before `end`; the first begins at `from`. */
function* linesOf(file: RandomFile, from: number, end: number): Generator<Line> {
  let rest: Uint8Array = NO_BYTES;
  let start = from; // of `rest`
  for (let next = from; start < end; ) {
    const block = file.read(next, BLOCK_BYTES);
    const text = joined(rest, block);
    let at = 0;
    for (let stop = text.indexOf(NEWLINE); stop >= 0; stop = text.indexOf(NEWLINE, at)) {
      if (start + at >= end) return;
      yield { start: start + at, stamp: stampOf(text, at, stop) };
      at = stop + 1;
    }
    start += at;
    rest = text.slice(at);
    next += block.length;
    if (block.length > 0) continue;
    if (rest.length > 0 && start < end) yield { start, stamp: stampOf(rest, 0, rest.length) };
    return;
  }
}
