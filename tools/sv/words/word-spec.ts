/**
 * What the command line of a new word may hold, for its parser, its page of help, and the check of
 * its manual page.
 *
 * Pure: types and a table.
 */
import type { OptionSpec } from "../../../base/option-table.ts";
import type { DescribedOption } from "../../../base/usage.ts";
import { COLOR_WHEN, type ColorWhen } from "./style.ts";

/** The options that every word has. */
export interface CommonRequest {
  color: ColorWhen;
  json: boolean;
}

/** A row of a word's table: how the option is written, what it does, and its line of help. */
interface WordOption<Request> extends OptionSpec<Request>, DescribedOption, OptionValues {}

/** What completion offers for the argument of an option. */
export interface OptionValues {
  /** All that the argument may be; otherwise it may be anything. */
  readonly values?: readonly string[];
  /** Whether it may be several of them, with commas between them. */
  readonly isList?: boolean;
}

export interface WordSpec<Request> {
  readonly word: string;
  /** The operands in the synopsis, such as `[service ...]`. */
  readonly operands: string;
  /** Whether a command line without operands is wrong. */
  readonly needsOperand?: boolean;
  /** One or two sentences for the page of help: lines of at most 79 columns. */
  readonly purpose: string;
  readonly options: readonly WordOption<Request>[];
  /** Command lines, and what each does. */
  readonly examples: readonly (readonly [command: string, effect: string])[];
}

/** The options that every word has, for its table. */
export function commonOptions<Request extends CommonRequest>(): WordOption<Request>[] {
  return [
    {
      name: "json",
      help: "print JSON",
      apply: (request) => {
        request.json = true;
      },
    },
    {
      name: "color",
      argument: "when",
      values: COLOR_WHEN,
      help: "colour the output: always, never, or auto, on a terminal",
      apply: (request, text) => {
        const when: ColorWhen | undefined = COLOR_WHEN.find((one) => one === text);
        if (when === undefined) return false;
        request.color = when;
        return;
      },
    },
  ];
}
