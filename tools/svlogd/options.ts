/**
 * The command line of svlogd: the table of its options, and their combined meaning. help.ts has the
 * words of `--help`.
 *
 * Pure: words in, options out.
 * Source: runit 2.1.2, svlogd(8); `-j` is our addition.
 */
import { applyOptions, type OptionSpec } from "../../base/option-table.ts";
import { leadingNumber } from "../../base/options.ts";
import type { StampStyle } from "./stamp.ts";

/** Patterns, standard error and UDP get so many bytes of a line, without `-l`. */
const LINE_BYTES = 1_000;
/**
 * The largest `-l`, because so many bytes of a line are held in memory. A larger one counts as
 * this.
 */
const LINE_BYTES_MAX = 16_777_216;
/** `-b` is only compared with `-l`; our own buffers are larger. */
const BUFFER_BYTES = 1_024;
/** `-R` without `-r` puts this in place of a character. */
const REPLACEMENT = "_";

export interface Options {
  readonly stamp: StampStyle;
  readonly verbose: boolean;
  /** The replacement of each byte; `undefined` if none is replaced. */
  readonly replacements: Uint8Array | undefined;
  readonly lineBytes: number;
  /** The name of the member for the stamp, in a line that is a JSON object. */
  readonly jsonKey: string | undefined;
  readonly directories: readonly string[];
}

type SvlogdCommandLine =
  | { readonly ok: true; readonly options: Options }
  /** `problem` follows `svlogd: ` before the usage. */
  | { readonly ok: false; readonly problem: string | undefined; readonly version: boolean };

/** The options as given, before they are combined. */
interface GivenOptions {
  stamps: number;
  verbose: boolean;
  replacement: string | undefined;
  replaced: string;
  lineBytes: number;
  bufferBytes: number;
  jsonKey: string | undefined;
}

/** Prints the version and the usage. */
const VERSION_LETTER = "V";

export const OPTIONS = [
  {
    name: "t",
    apply: (request) => {
      request.stamps += 1;
    },
  },
  {
    name: "v",
    apply: (request) => {
      request.verbose = true;
    },
  },
  { name: VERSION_LETTER, apply: () => false },
  {
    name: "r",
    argument: "c",
    apply: (request, character) => {
      request.replacement = character;
      return character.length === 1;
    },
  },
  {
    name: "R",
    argument: "xyz",
    apply: (request, characters) => {
      request.replaced = characters;
      request.replacement ??= REPLACEMENT;
    },
  },
  {
    name: "l",
    argument: "len",
    apply: (request, bytes) => {
      request.lineBytes = leadingNumber(bytes) || LINE_BYTES;
    },
  },
  {
    name: "b",
    argument: "buflen",
    apply: (request, bytes) => {
      request.bufferBytes = leadingNumber(bytes) || BUFFER_BYTES;
    },
  },
  {
    name: "j",
    argument: "key",
    apply: (request, key) => {
      request.jsonKey = key;
      return key !== "";
    },
  },
] as const satisfies readonly OptionSpec<GivenOptions>[];

export function commandLine(words: readonly string[]): SvlogdCommandLine {
  const request: GivenOptions = {
    stamps: 0,
    verbose: false,
    replacement: undefined,
    replaced: "",
    lineBytes: LINE_BYTES,
    bufferBytes: BUFFER_BYTES,
    jsonKey: undefined,
  };
  const line = applyOptions(words, OPTIONS, request);
  if (!line.ok) {
    return { ok: false, problem: line.problem, version: line.stoppedBy === VERSION_LETTER };
  }
  const { stamps, verbose, replacement, replaced, lineBytes, bufferBytes, jsonKey } = request;
  if (bufferBytes <= lineBytes || line.operands.length === 0) {
    return { ok: false, problem: undefined, version: false };
  }
  const options: Options = {
    // With -j alone the style is ISO 8601, which programs read best.
    stamp: stampStyle(stamps === 0 && jsonKey !== undefined ? 3 : stamps),
    verbose,
    replacements: replacement === undefined ? undefined : replacements(replacement, replaced),
    lineBytes: Math.min(lineBytes, LINE_BYTES_MAX),
    jsonKey,
    directories: line.operands,
  };
  return { ok: true, options };
}

/** The style for a number of -t options. */
function stampStyle(count: number): StampStyle {
  return (["none", "tai64n", "utc", "iso"] as const)[Math.min(count, 3)] ?? "none";
}

/** `by` replaces each byte that is not printable ASCII, and each in `also`, but not newlines. */
function replacements(by: string, also: string): Uint8Array {
  const table = Uint8Array.from({ length: 256 }, (_, byte) =>
    byte < 32 || byte > 126 || also.includes(String.fromCharCode(byte)) ? by.charCodeAt(0) : byte,
  );
  table[10] = 10;
  return table;
}
