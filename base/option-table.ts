/**
 * The options of a tool as a table: each row says how an option is written and how it changes the
 * request. base/usage.ts generates the usage line and the page of `--help` from the same rows.
 *
 * Pure: words in, a request changed.
 */
import { longOptions, type OptionName, parseOptions, type ReadLong } from "./options.ts";

/** A row. `Request` collects the effects of the options. */
export interface OptionSpec<Request> extends OptionName {
  /** Adds the option to the request. Returns `false` to reject the argument, or to stop. */
  readonly apply: (request: Request, argument: string) => boolean | undefined;
}

type AppliedOptions =
  | { readonly ok: true; readonly operands: readonly string[]; readonly isEnded: boolean }
  | {
      readonly ok: false;
      /** The option whose `apply` returned `false`. */
      readonly stoppedBy: string | undefined;
      /**
       * The text after `TOOL: ` in the message. As in runit, there is none for a bad argument of a
       * letter.
       */
      readonly problem: string | undefined;
    };

/** The options with long names, and the parser for them: {@link longNames}. */
export interface LongNames<Request> {
  readonly read: ReadLong;
  readonly specs: readonly OptionSpec<Request>[];
}

export function longNames<Request>(specs: readonly OptionSpec<Request>[]): LongNames<Request> {
  return { read: longOptions(specs), specs };
}

/**
 * Parses a command line and applies its options to the request, in order.
 *
 * @param words the command line without the tool's name
 * @param specs the options that are letters; others are ignored
 * @param long for a tool with long names: returns them; called at the first long name
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
  // Report this last: an earlier option with a bad argument comes first.
  return line.ok ? line : { ok: false, stoppedBy: undefined, problem: line.problem };
}

function lettersOf(specs: readonly OptionName[]): string {
  let letters = "";
  for (const { name, argument } of specs) {
    if (name.length === 1) letters += argument === undefined ? name : `${name}:`;
  }
  return letters;
}
