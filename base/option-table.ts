/**
 * The options of a tool as a table: one row for each option says how it is written and what it asks for.
 * base/usage.ts makes the usage line and the page of `--help` from the same rows.
 *
 * Pure: words in, a request changed.
 */
import { longOptions, type OptionName, parseOptions, type ReadLong } from "./options.ts";

/** A row. `Request` is what the options of the tool ask for. */
export interface OptionSpec<Request> extends OptionName {
  /** Adds the option to the request. Returns `false` if the argument makes no sense, or to stop. */
  readonly apply: (request: Request, argument: string) => boolean | undefined;
}

export type AppliedOptions =
  | { readonly ok: true; readonly operands: readonly string[] }
  | {
      readonly ok: false;
      /** The option whose `apply` returned `false`. */
      readonly stoppedBy: string | undefined;
      /** What follows `TOOL: ` in the message. As in runit, nothing about the argument of a letter. */
      readonly problem: string | undefined;
    };

/** Options with long names, and how to read one: {@link longNames}. */
export interface LongNames<Request> {
  readonly read: ReadLong;
  readonly specs: readonly OptionSpec<Request>[];
}

export function longNames<Request>(specs: readonly OptionSpec<Request>[]): LongNames<Request> {
  return { read: longOptions(specs), specs };
}

/**
 * Reads a command line, and adds each of its options to the request, in their order.
 *
 * @param words the command line without the tool's name
 * @param specs the options that are letters; others are ignored
 * @param long for a tool that has long names: returns them, when the first one is read
 */
export function applyOptions<Request>(
  words: readonly string[],
  specs: readonly OptionSpec<Request>[],
  request: Request,
  long?: () => LongNames<Request>,
): AppliedOptions {
  const readLong: ReadLong | undefined = long && ((word, next) => long().read(word, next));
  const line = parseOptions(words, lettersOf(specs), readLong);
  for (const { name, argument } of line.options) {
    const isLong = name.length > 1;
    const known = isLong ? long?.().specs : specs;
    if (known?.find((one) => one.name === name)?.apply(request, argument) !== false) continue;
    const problem = isLong ? `invalid argument for --${name}: ${argument}` : undefined;
    return { ok: false, stoppedBy: name, problem };
  }
  // Reported last: an option before it that makes no sense comes first.
  return line.ok ? line : { ok: false, stoppedBy: undefined, problem: line.problem };
}

function lettersOf(specs: readonly OptionName[]): string {
  let letters = "";
  for (const { name, argument } of specs) {
    if (name.length === 1) letters += argument === undefined ? name : `${name}:`;
  }
  return letters;
}
