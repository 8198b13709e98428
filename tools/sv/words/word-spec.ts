/**
 * What the command line of a new word may hold, for its parser, its page of help, and the check of
 * its manual page.
 *
 * Pure: types and a table.
 */
import type { OptionSpec } from "../../../base/option-table.ts";
import type { DescribedOption } from "../../../base/usage.ts";
import type { ColorWhen } from "./style.ts";

/** The options that every word has. */
export interface CommonRequest {
  color: ColorWhen;
  json: boolean;
}

/** A row of a word's table: how the option is written, what it does, and its line of help. */
interface WordOption<Request> extends OptionSpec<Request>, DescribedOption {}

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
      help: "colour the output: always, never, or auto, on a terminal",
      apply: (request, when) => {
        if (when !== "always" && when !== "never" && when !== "auto") return false;
        request.color = when;
        return;
      },
    },
  ];
}
