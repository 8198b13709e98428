/**
 * The command line of a new word: its options may stand before and after the names, until `--`.
 * The same table gives the usage line and the page of `sv WORD --help`.
 */
import { applyOptions, longNames, type OptionSpec } from "../../../base/option-table.ts";
import { print, STDERR } from "../../../base/report.ts";
import { helpText, synopsisGroups } from "../../../base/usage.ts";
import { printPage } from "./word-output.ts";
import type { WordSpec } from "./word-spec.ts";

const EXIT_USAGE = 100;
const HELP_NAME = "help";

/** What main.ts knows beside the words of the command line. */
export interface WordContext {
  /** The seconds of `-w` before the word, or of SVWAIT, as the user wrote them. */
  readonly wait: string | undefined;
  /** Whether sv was started with SIGPIPE ignored: its children get that back. */
  readonly isPipeIgnored: boolean;
}

/**
 * Applies the options to the request. Prints the help if it is asked for, and the usage after a
 * mistake.
 *
 * @param words what follows the word
 * @returns the operands; or the exit code, if that was all
 */
export function readWords<Request>(
  spec: WordSpec<Request>,
  words: readonly string[],
  request: Request,
): readonly string[] | number {
  const table: readonly OptionSpec<Request>[] = [
    ...spec.options,
    { name: HELP_NAME, apply: () => false },
  ];
  const operands: string[] = [];
  let rest = words;
  for (;;) {
    const line = applyOptions(rest, table, request, () => longNames(table));
    if (!line.ok) {
      if (line.stoppedBy === HELP_NAME) return help(spec);
      const letter = `invalid argument for -${line.stoppedBy}`;
      return usage(spec, line.problem ?? letter);
    }
    const next = line.isEnded ? -1 : line.operands.findIndex(isOption);
    operands.push(...(next < 0 ? line.operands : line.operands.slice(0, next)));
    if (next < 0) break;
    rest = line.operands.slice(next);
  }
  if (spec.needsOperand === true && operands.length === 0) return usage(spec);
  return operands;
}

/** Prints the usage line of a word. @returns the exit code */
export function usage<Request>(spec: WordSpec<Request>, problem?: string): number {
  const before = problem === undefined ? "" : `sv ${spec.word}: ${problem}\n`;
  const words = ["sv", spec.word, ...synopsisGroups(spec.options), spec.operands];
  const line = words.filter((word) => word !== "").join(" ");
  print(STDERR, `${before}usage: ${line}\n`);
  return EXIT_USAGE;
}

function isOption(word: string): boolean {
  return word.startsWith("-") && word !== "-";
}

/** @returns the exit code */
function help<Request>(spec: WordSpec<Request>): number {
  const { word, purpose, options, operands, examples } = spec;
  const width = Math.max(...examples.map(([command]) => command.length)) + 2;
  const lines = examples.map(([command, effect]) => `  ${command.padEnd(width)}${effect}\n`);
  const page =
    `${helpText({ tool: `sv ${word}`, purpose, options, operands })}\n` +
    `Examples:\n${lines.join("")}\nSee also the manual page, sv-${word}(8).\n`;
  return printPage(page);
}
