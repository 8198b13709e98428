/**
 * Generates the usage line of a tool, and the page that `--help` prints, from its options.
 *
 * Pure: a table in, text out. A tool whose start has to be fast, or that stays in memory,
 * loads it as a part.
 */
import type { OptionName } from "./options.ts";

/** An option with its line of help. */
export interface DescribedOption extends OptionName {
  readonly help: string;
  /** The option in the synopsis, without its first dash, if not `name argument`; `""` omits it. */
  readonly synopsis?: string;
  /**
   * The option in the usage line, which matches runit's byte for byte, if not as in the synopsis.
   */
  readonly usage?: string;
}

/** The texts for each option of a table, by its name. */
type Descriptions<Table extends readonly OptionName[]> = {
  readonly [Name in Table[number]["name"]]: string | Omit<DescribedOption, keyof OptionName>;
};

/** The content of the `--help` page of a tool. */
interface HelpPage {
  readonly tool: string;
  /** One sentence: the purpose of the tool. */
  readonly purpose: string;
  readonly options: readonly DescribedOption[];
  /** The synopsis after the options. */
  readonly operands: string;
}

/** An option of every tool, recognised only as the first word; by sv, among its options. */
export const HELP: DescribedOption = { name: "help", help: "print this page" };
/** An option of the tools whose `-V` is not runit's, recognised only as the single word. */
export const VERSION: DescribedOption = {
  name: "version",
  help: "print the version",
  synopsis: "",
};

const LINE_COLUMNS = 79;

/** Joins the table with its texts. */
export function describe<const Table extends readonly OptionName[]>(
  table: Table,
  words: Descriptions<Table>,
): readonly DescribedOption[] {
  return table.map((option) => {
    const about = words[option.name as keyof typeof words] as Descriptions<OptionName[]>[string];
    return { ...option, ...(typeof about === "string" ? { help: about } : about) };
  });
}

/** The options in the form of runit's usage line: `[-vP] [-u user]`. */
export function usageOf(options: readonly DescribedOption[]): string {
  return groupsOf(options, (option) => option.usage ?? synopsisOf(option)).join(" ");
}

/**
 * The options in the form of a man page, each in brackets; letters without an argument share
 * theirs.
 */
export function synopsisGroups(options: readonly DescribedOption[]): readonly string[] {
  return groupsOf(options, synopsisOf);
}

/** The letters without an argument, in the form of a usage line: `vP`. */
export function lettersIn(options: readonly DescribedOption[], write = synopsisOf): string {
  return options
    .filter(isPlainLetter)
    .map((option) => write(option))
    .join("");
}

export function helpText({ tool, purpose, options, operands }: HelpPage): string {
  const words = [...synopsisGroups(options), operands].filter((word) => word !== "");
  const usage = wrap(`usage: ${tool}`, words);
  return `${usage}\n${purpose}\n\n${optionList(options)}`;
}

/** The list of the options and `--help`, a line each, below its heading. */
export function optionList(options: readonly DescribedOption[]): string {
  const rows = [...options, HELP].map((option) => [`  ${nameOf(option)}`, option.help] as const);
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  const lines = rows.map(([left, help]) => `${left.padEnd(width)}${help}\n`);
  return `Options:\n${lines.join("")}`;
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

function nameOf({ name, argument, isOptional }: OptionName): string {
  const dashes = name.length === 1 ? "-" : "--";
  if (isOptional === true) return `${dashes}${name}[=${argument}]`;
  return argument === undefined ? `${dashes}${name}` : `${dashes}${name} ${argument}`;
}

/**
 * Wraps to lines of at most {@link LINE_COLUMNS}; later lines are indented by the width of `head`.
 */
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
