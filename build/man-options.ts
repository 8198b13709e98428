/**
 * Compares the options of a manual page with those of its tools: the page's SYNOPSIS and its lists
 * must have each option of the tools' tables, and no other.
 */
import { type DescribedOption, HELP, synopsisGroups } from "../base/usage.ts";

export interface ToolOptions {
  readonly tool: string;
  readonly options: readonly DescribedOption[];
}

interface Page {
  /** Its path, for messages. */
  readonly path: string;
  readonly source: string;
  /** As `mandoc -T ascii` renders it, with the synopsis of each tool in one line. */
  readonly rendered: string;
}

/**
 * @param tools the tool that the page is named after, and its aliases
 * @returns the necessary changes, a line each
 */
export function optionFaults(page: Page, tools: readonly ToolOptions[]): readonly string[] {
  return [
    ...tools.flatMap((one) => synopsisFaults(page, one)),
    ...tools.flatMap((one, index) => missingItems(page, one, index > 0)),
    ...strayItems(page, tools),
  ];
}

function synopsisFaults({ path, rendered }: Page, { tool, options }: ToolOptions): string[] {
  const found = groupsIn(rendered, tool);
  if (found === undefined) return [`${path}: SYNOPSIS lacks ${tool}: add ".Nm ${tool}"`];
  const expected = synopsisGroups(options);
  const missing = expected.filter((group) => !found.includes(group));
  const stray = found.filter((group) => !expected.includes(group));
  const faults = [
    ...missing.map((group) => `lacks ${group}: add "${macroOf(group)}" below ".Nm ${tool}"`),
    ...stray.map((group) => `has ${group}, which is not in the table of ${tool}'s options`),
  ];
  if (faults.length === 0 && found.join() !== expected.join()) {
    faults.push(`has another order than the table of ${tool}'s options: ${expected.join(" ")}`);
  }
  return faults.map((fault) => `${path}: SYNOPSIS ${fault}`);
}

/** The options in brackets of one tool's line; `undefined` if the SYNOPSIS has no such line. */
function groupsIn(rendered: string, tool: string): readonly string[] | undefined {
  const [, section = ""] = rendered.split(/^SYNOPSIS$/m);
  const [lines = ""] = section.split(/^\S/m);
  const line = lines.split("\n").find((one) => `${one.trim()} `.startsWith(`${tool} `));
  if (line === undefined) return undefined;
  const groups = line.match(/\[-(?:[^[\]]|\[[^\]]*\])*\]/g) ?? [];
  return groups.map((group) => group.replaceAll(" | ", "|"));
}

/** @param isAlias an alias's options may be explained in a paragraph */
function missingItems(
  { path, source }: Page,
  { tool, options }: ToolOptions,
  isAlias: boolean,
): string[] {
  const explained = itemsIn(source, isAlias ? /^\.(?:It )?Fl .*/gm : /^\.It Fl .*/gm);
  const all = isAlias ? options : [...options, HELP];
  return all
    .filter(({ name }) => !explained.includes(wordOf(name)))
    .map(({ name, argument }) => {
      const item = `.It Fl ${wordOf(name)}${argument === undefined ? "" : ` Ar ${argument}`}`;
      return `${path}: lacks ${tool}'s option ${dashed(name)}: add "${item}" to a list, and explain it`;
    });
}

function strayItems({ path, source }: Page, tools: readonly ToolOptions[]): string[] {
  const known = [HELP, ...tools.flatMap(({ options }) => options)].map(({ name }) => wordOf(name));
  return itemsIn(source, /^\.It Fl .*/gm)
    .filter((word) => !known.includes(word))
    .map((word) => `${path}: has ".It Fl ${word}", which is not in a table of options: remove it`);
}

/**
 * The options after `Fl` in the lines; a letter that is given several times counts as that letter.
 */
function itemsIn(source: string, lines: RegExp): readonly string[] {
  return [...source.matchAll(lines)].flatMap(([line]) =>
    [...line.matchAll(/\bFl (\S+)/g)].map(([, word = ""]) =>
      /^(\w)\1+$/.test(word) ? word.charAt(0) : word,
    ),
  );
}

/** An option in the form that follows `Fl`. */
function wordOf(name: string): string {
  return name.length === 1 ? name : `-${name}`;
}

function dashed(name: string): string {
  return `-${wordOf(name)}`;
}

function macroOf(group: string): string {
  const [word = "", ...argument] = group.slice(2, -1).split(" ");
  return [".Op Fl", word, ...(argument.length > 0 ? ["Ar", ...argument] : [])].join(" ");
}
