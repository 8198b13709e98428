/**
 * `npm run man`: lints the manual pages, docs/man, with mandoc(1), and compares them with what the tools say of
 * themselves: each option of a synopsis has to be explained. Prints what is wrong.
 */
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { readAlias } from "../tools/chpst/aliases.ts";
import { readCommandLine } from "../tools/chpst/command.ts";
import { applyExtension } from "../tools/chpst/extension-options.ts";
import { filesUnder } from "./files.ts";
import { inRoot } from "./paths.ts";
import { BuildError, run, script } from "./run.ts";

const FOLDER = "docs/man";
/** What depends on the machine, not on the page: which other pages are installed, and listed. */
const ABOUT_MACHINE = ["referenced manual not found", "outdated mandoc.db"];

/** The synopses that can be asked for without the engine, by page. */
const SYNOPSES: Readonly<Record<string, readonly string[]>> = {
  "docs/man/chpst.8": ["chpst", "softlimit", "setlock"].map(synopsisOf),
};

async function main(): Promise<boolean> {
  const pages = (await filesUnder([FOLDER])).filter((name) => name.endsWith(".8"));
  if (!(await run("mandoc", ["-T", "ascii", ...pages])).output) {
    throw new BuildError("no mandoc: install the package of that name");
  }
  const faults: string[] = [];
  for (const page of pages) {
    const { output } = await run("mandoc", ["-T", "lint", page]);
    faults.push(...faultsIn(output));
    const source = await readFile(inRoot(page), "utf8");
    const synopsis = (SYNOPSES[page] ?? []).join(" ");
    for (const option of unexplained(synopsis, source)) faults.push(`${page}: lacks ${option}`);
  }
  for (const fault of faults) console.error(fault);
  console.log(`${pages.length} manual pages, ${faults.length} faults`);
  return faults.length === 0;
}

function synopsisOf(tool: string): string {
  const reading = readCommandLine([tool], "", () => ({ readAlias, applyExtension }));
  return reading.ok ? "" : reading.text;
}

/** The lines of mandoc's output that are about the page. */
export function faultsIn(output: string): string[] {
  return output
    .split("\n")
    .filter((line) => line !== "" && !ABOUT_MACHINE.some((text) => line.includes(text)));
}

/** The options of a usage text that have no `.It` of their own, or a part of one, in a page. */
export function unexplained(usage: string, page: string): string[] {
  const long = [...usage.matchAll(/\[--([a-z-]+)/g)].map(([, name]) => `-${name}`);
  const letters = [...usage.matchAll(/\[ ?-([\w/]+)(?:\|-(\w))?/g)].flatMap(
    ([, some = "", other = ""]) => [...some, ...other],
  );
  const items = page
    .split("\n")
    .filter((line) => line.startsWith(".It ") || line.startsWith(".Fl "));
  const words = new Set(
    items.flatMap((line) => [...line.matchAll(/\bFl (\S+)/g)].map(([, word]) => word)),
  );
  return [...new Set([...long, ...letters])]
    .filter((option) => !words.has(option))
    .map((o) => `-${o}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await script(main);
