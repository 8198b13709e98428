/**
 * Selects the lines that sv prints of one log directory: its files in order are one text, and a
 * range of it goes from one place to another.
 *
 * Pure: what a file has where comes in by its interface.
 */
import type { LastNewlines } from "./find-lines.ts";

/** A file of a log directory; see log-file.ts. */
export interface SearchableFile {
  /** Bytes; of a compressed file `Infinity`. */
  readonly size: number;
  /** A time that no line is later than. */
  readonly lastLabel: string;
  lastNewlines(end: number, count: number): LastNewlines;
  firstLineFrom(label: string): number | undefined;
  /** Whether a line ends at `end`. */
  endsInNewline(end: number): boolean;
}

/** A place in the text: an offset in one of its files. */
interface TextPlace {
  readonly index: number;
  readonly offset: number;
}

/** The place that belongs to a time. */
interface FoundPlace extends TextPlace {
  /** It is beside a file whose lines have no stamps. */
  readonly lacksTimes?: boolean;
}

/** The part of a file to print. */
export interface FilePart<File> {
  readonly file: File;
  readonly start: number;
  /** `Infinity`: to its end. */
  readonly end: number;
}

/** What was selected. */
interface Selected<File> {
  readonly parts: readonly FilePart<File>[];
  /** A whole file was taken, or left out, by a time, because none of its lines has a stamp. */
  readonly lacksTimes: boolean;
}

/** What to select; labels are TAI64N. */
export interface Selection {
  /** The last lines only, so many; `undefined`: all. */
  readonly count: number | undefined;
  /** Lines from this time on. */
  readonly since: string | undefined;
  /** Lines before this time. */
  readonly until: string | undefined;
}

/**
 * @param files the oldest first
 * @throws as the files do, if one cannot be read
 */
export function select<File extends SearchableFile>(
  files: readonly File[],
  selection: Selection,
): Selected<File> {
  const { count, since, until } = selection;
  const end: FoundPlace =
    until === undefined ? { index: files.length, offset: 0 } : placeOf(files, until, 1);
  const from: FoundPlace = since === undefined ? { index: 0, offset: 0 } : placeOf(files, since, 0);
  let start: TextPlace = from;
  if (count !== undefined) start = later(start, lastLines(files, end, count));
  const parts: FilePart<File>[] = [];
  for (const [index, file] of files.entries()) {
    if (index < start.index || index > end.index) continue;
    const from = index === start.index ? start.offset : 0;
    const to = index === end.index ? end.offset : Number.POSITIVE_INFINITY;
    if (from < to) parts.push({ file, start: from, end: to });
  }
  return { parts, lacksTimes: from.lacksTimes === true || end.lacksTimes === true };
}

/**
 * The place of the first line of this time or later.
 *
 * @param unstamped 1: the place is behind a file whose lines have no stamps, and which was rotated,
 * or changed last, at this time or later; 0: before it
 */
function placeOf(files: readonly SearchableFile[], label: string, unstamped: 0 | 1): FoundPlace {
  for (const [index, file] of files.entries()) {
    // Lines are older than the rotation of their file.
    if (file.lastLabel < label) continue;
    const offset = file.firstLineFrom(label);
    if (offset === undefined) {
      return { index: index + unstamped, offset: 0, lacksTimes: file.size > 0 };
    }
    if (offset !== Number.POSITIVE_INFINITY) return { index, offset };
  }
  return { index: files.length, offset: 0 };
}

function lastLines(files: readonly SearchableFile[], end: TextPlace, count: number): TextPlace {
  // The newline before the lines, and those of the lines but that of the last one, if it has one.
  let missing = count;
  let isLast = true;
  for (let index = Math.min(end.index, files.length - 1); index >= 0; index -= 1) {
    const file = files[index];
    const to = index === end.index ? end.offset : (file?.size ?? 0);
    if (file === undefined || to === 0) continue;
    if (isLast && count > 0 && file.endsInNewline(to)) missing += 1;
    isLast = false;
    const { offset, found } = file.lastNewlines(to, missing);
    if (offset !== undefined) return { index, offset };
    missing -= found;
  }
  return { index: 0, offset: 0 };
}

function later(one: TextPlace, other: TextPlace): TextPlace {
  const isLater =
    one.index > other.index || (one.index === other.index && one.offset > other.offset);
  return isLater ? one : other;
}
