/**
 * The options of a command line. A program of its own, sv/command-line, which sv loads for lines
 * that begin with an option: most have none.
 */
import * as posix from "posix";
import { applyOptions, longNames } from "../../base/option-table.ts";
import {
  HELP_NAME,
  longOptionTable,
  optionTable,
  type SvOptions,
  VERSION,
  VERSION_LETTER,
} from "./options.ts";
import { load } from "./parts.ts";

/**
 * Applies the options to `options`.
 *
 * @param words of the command line, without the name of the tool
 * @returns the words after the options, or the exit code if there is no more to do
 */
export function applyLine(
  words: readonly string[],
  options: SvOptions,
  calledAs: string,
  isInitScript: boolean,
): readonly string[] | number {
  const line = applyOptions(words, optionTable(), options, () =>
    longNames(longOptionTable(isInitScript)),
  );
  if (line.ok) return line.operands;
  if (line.stoppedBy === HELP_NAME) return load("sv/help").help();
  if (line.stoppedBy === VERSION.name) return load("sv/help").version();
  if (options.shell !== undefined) return load("sv/completion").completion(options.shell);
  const isVersion = line.stoppedBy === VERSION_LETTER;
  const before = isVersion ? `runits ${posix.VERSION}\n` : `${calledAs}: ${line.problem}\n`;
  return load("sv/help").usage(calledAs, isInitScript, before);
}
