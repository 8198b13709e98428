/**
 * Decides when `current` is full, how rotated files are named and which are deleted.
 *
 * Pure: sizes, names and bytes in, decisions out.
 * Source: runit 2.1.2, svlogd(8); the files that count as rotated are those of Debian's build.
 */
import { NEWLINE } from "../../base/bytes.ts";

/** `@`, 24 digits, a dot and a letter. */
const NAME_LENGTH = 27;
const LABEL_LENGTH = 25;
/** The high word of the last second; 2^63 and more are reserved. Source: the TAI64 format. */
const HIGH_MAX = 0x7fff_ffff;
const WORD_MAX = 0xffff_ffff;
const NANOSECONDS_MAX = 999_999_999;

/** The limits of a file. */
export interface SizeLimits {
  /** No file is larger; 0 is no limit. */
  readonly sizeMax: number;
  /** A file that has less room than this at the end of a line is full. */
  readonly lineBytes: number;
}

/** The present content of a file. */
interface Filled {
  /** In bytes. */
  readonly size: number;
  /** Whether its last line has not ended. */
  readonly isInLine: boolean;
}

interface Split {
  /** The offset behind the bytes that go into the file. */
  readonly end: number;
  /** Whether it is rotated then. */
  readonly rotates: boolean;
}

/** How much of `bytes[start..end)` is appended to `file` before it is rotated. */
export function splitAtLimit(
  { sizeMax, lineBytes }: SizeLimits,
  file: Filled,
  bytes: Uint8Array,
  start: number,
  end: number,
): Split {
  if (sizeMax === 0) return { end, rotates: false };
  if (file.size >= sizeMax) return { end: start, rotates: true };
  const room = start + sizeMax - file.size;
  if (sizeMax < lineBytes) return splitAtSmallLimit(file, bytes, start, end, room);
  const full = room - lineBytes; // a newline that ends here or later ends the file
  const newline = full > end ? -1 : bytes.indexOf(NEWLINE, Math.max(start, full - 1));
  const stop = Math.min(end, room);
  if (newline >= 0 && newline < stop) return { end: newline + 1, rotates: true };
  return { end: stop, rotates: stop < end };
}

/**
 * With a limit below the length of a line: a file ends before a line that does not fit, and a line
 * that fits no file is split.
 */
function splitAtSmallLimit(
  { size, isInLine }: Filled,
  bytes: Uint8Array,
  start: number,
  end: number,
  room: number,
): Split {
  if (end <= room) return { end, rotates: false };
  const newline = bytes.lastIndexOf(NEWLINE, room - 1);
  if (newline >= start) return { end: newline + 1, rotates: true };
  if (size > 0 && !isInLine) return { end: start, rotates: true };
  return { end: room, rotates: true };
}

function isRotatedFile(name: string): boolean {
  return name.startsWith("@") && name.length === NAME_LENGTH;
}

/**
 * The label of a file that is rotated now. No file has it yet, and it is later than all others even
 * if the clock was set back, because the order of names is the order of age. Names without a next
 * label (the last possible one, or other digits) only count as taken.
 *
 * @param now a label, as tai64nLabel makes it
 */
export function nextLabel(now: string, names: readonly string[]): string {
  const labels = names.filter(isRotatedFile).map((name) => name.slice(0, LABEL_LENGTH));
  const later = labels.filter((label) => label >= now);
  if (later.length === 0) return now;
  const taken = new Set(labels);
  let newest = "";
  for (const label of later) {
    if (label > newest && labelAfter(label) !== undefined) newest = label;
  }
  const next = labelAfter(newest);
  let label = next === undefined || taken.has(next) ? now : next;
  while (taken.has(label)) label = labelAfter(label) ?? now;
  return label;
}

/**
 * The label a nanosecond later; `undefined` after the last label, and if `label` is not a label.
 */
function labelAfter(label: string): string | undefined {
  const words = [1, 9, 17].map((at) => label.slice(at, at + 8));
  let [high, low, nanoseconds] = words.map((word) => Number.parseInt(word, 16)) as Words;
  if (nanoseconds > NANOSECONDS_MAX || labelOf([high, low, nanoseconds]) !== label) {
    return undefined;
  }
  nanoseconds += 1;
  if (nanoseconds > NANOSECONDS_MAX) [nanoseconds, low] = [0, low + 1];
  if (low > WORD_MAX) [low, high] = [0, high + 1];
  return high > HIGH_MAX ? undefined : labelOf([high, low, nanoseconds]);
}

type Words = [high: number, low: number, nanoseconds: number];

function labelOf(words: Words): string {
  return `@${words.map((word) => word.toString(16).padStart(8, "0")).join("")}`;
}

interface FilesToDelete {
  /** Output of processors that did not finish. */
  readonly leftovers: readonly string[];
  /** Rotated files beyond those that are kept, the oldest first. */
  readonly old: readonly string[];
}

/**
 * The files to delete after a rotation. Files that wait for a processor neither count nor are
 * deleted.
 *
 * @param keep how many rotated files are kept; 0 is all
 * @param busy the label of the file that is being processed
 */
export function filesToDelete(
  names: readonly string[],
  keep: number,
  busy: string | undefined,
): FilesToDelete {
  const ours = names.filter(isRotatedFile);
  const leftovers = ours.filter((name) => name.endsWith("t") && !isOf(name, busy));
  const old = ours.filter((name) => !name.endsWith("t") && !name.endsWith("u")).sort();
  return { leftovers, old: keep === 0 ? [] : old.slice(0, Math.max(0, old.length - keep)) };
}

/**
 * The file to delete when the disk is full, whatever its suffix; `undefined` if no more may be
 * deleted.
 */
export function oldestDeletable(
  names: readonly string[],
  { keep, keepLeast }: { readonly keep: number; readonly keepLeast: number },
  busy: string | undefined,
): string | undefined {
  if (keepLeast >= keep) return undefined;
  const ours = names.filter(isRotatedFile).sort();
  if (ours.length <= keepLeast) return undefined;
  return ours.find((name) => !isOf(name, busy));
}

/** The files that wait for a processor, the oldest first. */
export function waitingForProcessor(names: readonly string[]): readonly string[] {
  return names.filter((name) => isRotatedFile(name) && name.endsWith(".u")).sort();
}

function isOf(name: string, label: string | undefined): boolean {
  return label !== undefined && name.startsWith(label);
}
