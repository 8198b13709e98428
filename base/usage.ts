/**
 * The usage line of a tool, and the page that `--help` prints, made from its options.
 *
 * Pure: a table in, text out. Only the parts that print them import this file.
 */
import type { OptionName } from "./options.ts";

/** An option with its line of help. */
export interface DescribedOption extends OptionName {
  readonly help: string;
  /** How the synopsis writes it, without the first dash, if not as `name argument`; `""` if not at all. */
  readonly synopsis?: string;
  /** How the usage line writes it, which is runit's to the byte, if not as the synopsis. */
  readonly usage?: string;
}

/** The words about each option of a table, by its name. */
export type Descriptions<Table extends readonly OptionName[]> = {
  readonly [Name in Table[number]["name"]]: string | Omit<DescribedOption, keyof OptionName>;
};

/** What `--help` prints about a tool. */
export interface HelpPage {
  readonly tool: string;
  /** One sentence: what the tool does. */
  readonly purpose: string;
  readonly options: readonly DescribedOption[];
  /** What follows the options in the synopsis. */
  readonly operands: string;
}

/** An option of every tool, which counts only as the first word. */
export const HELP: DescribedOption = { name: "help", help: "print this page" };
/** An option of those tools whose `-V` is not runit's, which counts only as the one word. */
export const VERSION: DescribedOption = {
  name: "version",
  help: "print the version",
  synopsis: "",
};

const LINE_COLUMNS = 79;

/** The table, with its words. */
export function describe<const Table extends readonly OptionName[]>(
  table: Table,
  words: Descriptions<Table>,
): readonly DescribedOption[] {
  return table.map((option) => {
    const about = words[option.name as keyof typeof words] as Descriptions<OptionName[]>[string];
    return { ...option, ...(typeof about === "string" ? { help: about } : about) };
  });
}

/** The options as runit's usage line has them: `[-vP] [-u user]`. */
export function usageOf(options: readonly DescribedOption[]): string {
  return groupsOf(options, (option) => option.usage ?? synopsisOf(option)).join(" ");
}

/** The options as a manual page has them, each in brackets: letters without an argument share theirs. */
export function synopsisGroups(options: readonly DescribedOption[]): readonly string[] {
  return groupsOf(options, synopsisOf);
}

/** The letters that take no argument, as a usage line has them: `vP`. */
export function lettersIn(options: readonly DescribedOption[], write = synopsisOf): string {
  return options
    .filter(isPlainLetter)
    .map((option) => write(option))
    .join("");
}

export function helpText({ tool, purpose, options, operands }: HelpPage): string {
  const usage = wrap(`usage: ${tool}`, [...synopsisGroups(options), operands]);
  const rows = [...options, HELP].map((option) => [`  ${nameOf(option)}`, option.help] as const);
  const column = Math.max(...rows.map(([left]) => left.length)) + 2;
  const lines = rows.map(([left, help]) => `${left.padEnd(column)}${help}\n`);
  return `${usage}\n${purpose}\n\nOptions:\n${lines.join("")}`;
}

function groupsOf(
  options: readonly DescribedOption[],
  write: (option: DescribedOption) => string,
): readonly string[] {
  const letters = lettersIn(options, write);
  const others = options.filter((option) => !isPlainLetter(option)).map(write);
  return [letters, ...others].filter((text) => text !== "").map((text) => `[-${text}]`);
}

function isPlainLetter({ name, argument }: OptionName): boolean {
  return name.length === 1 && argument === undefined;
}

function synopsisOf(option: DescribedOption): string {
  return option.synopsis ?? nameOf(option).slice(1);
}

function nameOf({ name, argument }: OptionName): string {
  const dashes = name.length === 1 ? "-" : "--";
  return argument === undefined ? `${dashes}${name}` : `${dashes}${name} ${argument}`;
}

/** Lines of at most {@link LINE_COLUMNS}; those after the first are indented by the width of `head`. */
function wrap(head: string, words: readonly string[]): string {
  let text = "";
  let line = head;
  for (const word of words) {
    if (line.length + 1 + word.length > LINE_COLUMNS) {
      text += `${line}\n`;
      line = " ".repeat(head.length);
    }
    line += ` ${word}`;
  }
  return `${text}${line}\n`;
}
