/**
 * `npm run man`: lints the manual pages, docs/man, with mandoc(1), and compares their options with
 * the tables of the tools. Prints each fault, and how to fix it.
 */
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { TOOLS as CHPST } from "../tools/chpst/help.ts";
import { DESCRIBED as PAUSE } from "../tools/pause/help.ts";
import { DESCRIBED as RUNIT } from "../tools/runit/help.ts";
import { DESCRIBED as RUNSV } from "../tools/runsv/help.ts";
import { DESCRIBED as RUNSVCHDIR } from "../tools/runsvchdir/help.ts";
import { DESCRIBED as RUNSVDIR } from "../tools/runsvdir/help.ts";
import { INIT_SCRIPT, DESCRIBED as SV } from "../tools/sv/option-help.ts";
import { SPEC as GRANT } from "../tools/sv/words/grant-options.ts";
import { SPEC as GRAPH } from "../tools/sv/words/graph-options.ts";
import { SPEC as LINK } from "../tools/sv/words/link-options.ts";
import { SPEC as LIST } from "../tools/sv/words/list-options.ts";
import { SPEC as LOGS } from "../tools/sv/words/logs-options.ts";
import { SPEC as METRICS } from "../tools/sv/words/metrics-options.ts";
import { SPEC as REMOVE } from "../tools/sv/words/remove-options.ts";
import { SPEC as VERIFY } from "../tools/sv/words/verify-options.ts";
import { SPEC as WAIT } from "../tools/sv/words/wait-options.ts";
import { SPEC as WATCH } from "../tools/sv/words/watch-options.ts";
import { SPEC as WHY } from "../tools/sv/words/why-options.ts";
import { DESCRIBED as SVLOGD } from "../tools/svlogd/help.ts";
import { DESCRIBED as UTMPSET } from "../tools/utmpset/help.ts";
import { noWords } from "./command-line.ts";
import { filesUnder } from "./files.ts";
import { optionFaults, type ToolOptions } from "./man-options.ts";
import { inRoot } from "./paths.ts";
import { BuildError, run, script } from "./run.ts";

const FOLDER = "docs/man";
/**
 * Messages that depend on the machine, not on the page: on the other installed and listed pages.
 */
const ABOUT_MACHINE = ["referenced manual not found", "outdated mandoc.db"];
/** The maximum that mandoc accepts: enough for the synopsis of each tool in one line. */
const COLUMNS = 1_000;
const BACKSPACE = "\b";

/** The tools by page, with their tables of options. */
const TABLES: Readonly<Record<string, readonly ToolOptions[]>> = {
  "docs/man/chpst.8": Object.entries(CHPST).map(([tool, { options }]) => ({ tool, options })),
  "docs/man/pause.8": [{ tool: "pause", options: PAUSE }],
  "docs/man/runit.8": [{ tool: "runit", options: RUNIT }],
  "docs/man/runsv.8": [{ tool: "runsv", options: RUNSV }],
  "docs/man/runsvchdir.8": [{ tool: "runsvchdir", options: RUNSVCHDIR }],
  "docs/man/runsvdir.8": [{ tool: "runsvdir", options: RUNSVDIR }],
  "docs/man/sv.8": [
    { tool: "sv", options: SV },
    { tool: "/etc/init.d/service", options: INIT_SCRIPT },
  ],
  "docs/man/sv-grant.8": [{ tool: "sv grant", options: GRANT.options }],
  "docs/man/sv-link.8": [{ tool: "sv link", options: LINK.options }],
  "docs/man/sv-graph.8": [{ tool: "sv graph", options: GRAPH.options }],
  "docs/man/sv-list.8": [{ tool: "sv list", options: LIST.options }],
  "docs/man/sv-metrics.8": [{ tool: "sv metrics", options: METRICS.options }],
  "docs/man/sv-logs.8": [{ tool: "sv logs", options: LOGS.options }],
  "docs/man/sv-remove.8": [{ tool: "sv remove", options: REMOVE.options }],
  "docs/man/sv-verify.8": [{ tool: "sv verify", options: VERIFY.options }],
  "docs/man/sv-why.8": [{ tool: "sv why", options: WHY.options }],
  "docs/man/sv-wait.8": [{ tool: "sv wait", options: WAIT.options }],
  "docs/man/sv-watch.8": [{ tool: "sv watch", options: WATCH.options }],
  "docs/man/svlogd.8": [{ tool: "svlogd", options: SVLOGD }],
  "docs/man/utmpset.8": [{ tool: "utmpset", options: UTMPSET }],
};

async function main(): Promise<boolean> {
  noWords("usage: npm run man\n\nChecks the manual pages, docs/man. Needs mandoc.\n");
  const pages = (await filesUnder([FOLDER])).filter((name) => name.endsWith(".8"));
  if (!(await run("mandoc", ["-T", "ascii", ...pages])).output) {
    throw new BuildError("no mandoc: install the package of that name");
  }
  const faults: string[] = [];
  for (const path of pages) {
    const { output } = await run("mandoc", ["-T", "lint", path]);
    faults.push(...faultsIn(output));
    const source = await readFile(inRoot(path), "utf8");
    const rendered = await render(path);
    faults.push(...quoteFaults(path, rendered));
    const tools = TABLES[path];
    if (tools !== undefined) faults.push(...optionFaults({ path, source, rendered }, tools));
  }
  for (const fault of faults) console.error(fault);
  console.log(`${pages.length} manual pages, ${faults.length} faults`);
  return faults.length === 0;
}

/** The page as text, without bold and underlined characters. */
async function render(path: string): Promise<string> {
  const { output } = await run("mandoc", ["-T", "ascii", "-O", `width=${COLUMNS}`, path]);
  return output.replaceAll(new RegExp(`.${BACKSPACE}`, "g"), "");
}

/** The lines of mandoc's output that are about the page. */
export function faultsIn(output: string): string[] {
  return output
    .split("\n")
    .filter((line) => line !== "" && !ABOUT_MACHINE.some((text) => line.includes(text)));
}

/** A macro that quotes takes the rest of its line, also words that another one quotes. */
export function quoteFaults(path: string, rendered: string): string[] {
  return rendered
    .split("\n")
    .filter((line) => line.includes("''"))
    .map((line) => `${path}: quotes within quotes: give each .Ql its own line: ${line.trim()}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await script(main);
