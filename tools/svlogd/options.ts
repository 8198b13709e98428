/**
 * svlogd's command line.
 *
 * Pure: words in, options out.
 * Source: runit 2.1.2, svlogd(8); `-j` is our addition.
 */
import { leadingNumber, parseOptions } from "../../base/options.ts";
import type { StampStyle } from "./stamp.ts";

/** The bytes of a line that patterns, standard error and UDP see, unless `-l` says otherwise. */
const LINE_BYTES = 1_000;
/** A line is held in memory up to so many bytes, until it ends. A larger `-l` is this one. */
const LINE_BYTES_MAX = 16_777_216;
/** What `-b` is compared with; our own buffers are larger, whatever it says. */
const BUFFER_BYTES = 1_024;
/** What `-R` alone puts in place of a character. */
const REPLACEMENT = "_";

export interface Options {
  readonly stamp: StampStyle;
  readonly verbose: boolean;
  /** What becomes of each byte; `undefined` leaves all as they are. */
  readonly replacements: Uint8Array | undefined;
  readonly lineBytes: number;
  /** In a line that is a JSON object, the member that the stamp goes into. */
  readonly jsonKey: string | undefined;
  readonly directories: readonly string[];
}

export type CommandLine =
  | { readonly ok: true; readonly options: Options }
  /** `problem` is what follows `NAME: ` before the usage. */
  | { readonly ok: false; readonly problem: string | undefined; readonly version: boolean };

export const SYNOPSIS = "[-ttv] [-r c] [-R abc] [-l len] [-b buflen] [-j key] dir ...";

export function commandLine(words: readonly string[]): CommandLine {
  const line = parseOptions(words, "R:r:l:b:tvVj:");
  const wrong = { ok: false, problem: undefined, version: false } as const;
  let stamps = 0;
  let verbose = false;
  let replacement: string | undefined;
  let replaced = "";
  let lineBytes = LINE_BYTES;
  let bufferBytes = BUFFER_BYTES;
  let jsonKey: string | undefined;
  for (const { letter, argument } of line.options) {
    switch (letter) {
      case "t":
        stamps += 1;
        break;
      case "v":
        verbose = true;
        break;
      case "r":
        if (argument.length !== 1) return wrong;
        replacement = argument;
        break;
      case "R":
        replaced = argument;
        replacement ??= REPLACEMENT;
        break;
      case "l":
        lineBytes = leadingNumber(argument) || LINE_BYTES;
        break;
      case "b":
        bufferBytes = leadingNumber(argument) || BUFFER_BYTES;
        break;
      case "j":
        if (argument === "") return wrong;
        jsonKey = argument;
        break;
      default:
        return { ...wrong, version: true };
    }
  }
  // Looked at last: what is wrong with an option before it has been told by then.
  if (!line.ok) return { ok: false, problem: line.problem, version: false };
  if (bufferBytes <= lineBytes || line.operands.length === 0) return wrong;
  const options: Options = {
    stamp: stampStyle(stamps === 0 && jsonKey !== undefined ? 3 : stamps),
    verbose,
    replacements: replacement === undefined ? undefined : replacements(replacement, replaced),
    lineBytes: Math.min(lineBytes, LINE_BYTES_MAX),
    jsonKey,
    directories: line.operands,
  };
  return { ok: true, options };
}

/** A JSON member without a style of its own is written as programs read times best. */
function stampStyle(count: number): StampStyle {
  return (["none", "tai64n", "utc", "iso"] as const)[Math.min(count, 3)] ?? "none";
}

/** What is not printable ASCII becomes `by`, and so does each character in `also`; newlines stay. */
function replacements(by: string, also: string): Uint8Array {
  const table = Uint8Array.from({ length: 256 }, (_, byte) =>
    byte < 32 || byte > 126 || also.includes(String.fromCharCode(byte)) ? by.charCodeAt(0) : byte,
  );
  table[10] = 10;
  return table;
}
