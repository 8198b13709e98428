/**
 * `npm run faults`: plays the fault matrix with Debian's runit and with ours, and writes the table of
 * docs/reliability.md.
 */
import { writeSection } from "../../build/page.ts";
import { inRoot } from "../../build/paths.ts";
import { script } from "../../build/run.ts";
import { debian, ours, type Suite } from "../support/suite.ts";
import { CASES, type Case } from "./cases.ts";
import { play } from "./play.ts";
import { survived, type Verdict } from "./world.ts";

const PAGE = inRoot("docs/reliability.md");
const MARKS = { begin: "<!-- table: npm run faults -->", end: "<!-- end of table -->" };
const AT_ONCE = 4;

/** What came of the cases of one kind. */
interface Sum {
  cases: number;
  survived: number;
  linesLost: number;
  doubleStarts: number;
}

async function playAll(suite: Suite): Promise<Map<string, Sum>> {
  const sums = new Map<string, Sum>();
  for (const { kind } of CASES) {
    sums.set(kind, { cases: 0, survived: 0, linesLost: 0, doubleStarts: 0 });
  }
  const queue = [...CASES];
  const work = async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      const verdict = await play(suite, one);
      console.log(`${suite.name}: ${one.kind}: ${one.name}: ${tell(verdict)}`);
      add(sums, one, verdict);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return sums;
}

function add(sums: ReadonlyMap<string, Sum>, { kind }: Case, verdict: Verdict): void {
  const sum = sums.get(kind);
  if (sum === undefined) return;
  sum.cases += 1;
  if (survived(verdict)) sum.survived += 1;
  sum.linesLost += verdict.linesLost;
  sum.doubleStarts += verdict.doubleStarts;
}

function tell(verdict: Verdict): string {
  return survived(verdict) ? "survived" : JSON.stringify(verdict);
}

function table(theirs: ReadonlyMap<string, Sum>, mine: ReadonlyMap<string, Sum>): string {
  const rows = [
    "| what strikes | cases | survived: runit | runits | lines lost: runit | runits | second starts: runit | runits |",
    "|---|---|---|---|---|---|---|---|",
  ];
  for (const [kind, my] of mine) rows.push(row(kind, theirs.get(kind), my));
  rows.push(row("**in all**", total(theirs), total(mine)));
  return rows.join("\n");
}

function row(name: string, their: Sum | undefined, my: Sum): string {
  const pairs = (["survived", "linesLost", "doubleStarts"] as const).flatMap((column) => [
    their?.[column] ?? "",
    my[column],
  ]);
  return `| ${[name, my.cases, ...pairs].join(" | ")} |`;
}

function total(sums: ReadonlyMap<string, Sum>): Sum {
  const all: Sum = { cases: 0, survived: 0, linesLost: 0, doubleStarts: 0 };
  for (const sum of sums.values()) {
    for (const column of ["cases", "survived", "linesLost", "doubleStarts"] as const) {
      all[column] += sum[column];
    }
  }
  return all;
}

async function main(): Promise<boolean> {
  const mine = await playAll(ours);
  const theirs = await playAll(debian);
  writeSection(PAGE, MARKS, table(theirs, mine));
  return true;
}

await script(main);
