/**
 * `npm run faults`: plays the fault matrix with Debian's runit and with ours, and writes the table
 * of docs/reliability.md.
 */
import { noWords } from "../../build/command-line.ts";
import { writeSection } from "../../build/page.ts";
import { inRoot } from "../../build/paths.ts";
import { script } from "../../build/run.ts";
import { debian, ours, type Suite } from "../support/suite.ts";
import { CASES } from "./cases.ts";
import type { Case } from "./fault-case.ts";
import { survived, type Verdict } from "./fault-tree.ts";
import { manyServices } from "./many.ts";
import { STAGES } from "./stages/stages.ts";
import { closeTree } from "./stages/sv.ts";
import { sweep } from "./sweep.ts";

const PAGE = inRoot("docs/reliability.md");
const MARKS = { begin: "<!-- table: npm run faults -->", end: "<!-- end of table -->" };
const AT_ONCE = 4;
const SERVICES = 5_000;

/** The outcome of the cases of one kind. */
interface Sum {
  cases: number;
  survived: number;
  linesLost: number;
  doubleStarts: number;
}
type Sums = ReadonlyMap<string, Sum>;
const NOTHING: Sum = { cases: 0, survived: 0, linesLost: 0, doubleStarts: 0 };

async function playAll(suite: Suite, cases: readonly Case[], atOnce: number): Promise<Sums> {
  const sums = new Map<string, Sum>();
  for (const { kind } of cases) sums.set(kind, { ...NOTHING });
  const queue = [...cases];
  const work = async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      const verdict = await one.play(suite).catch(failed);
      console.log(`${suite.name}: ${one.kind}: ${one.name}: ${tell(one, verdict)}`);
      add(sums, one, verdict);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return sums;
}

function failed(error: Error): Verdict {
  return { complaints: [error.message], linesLost: 0, linesDoubled: 0, doubleStarts: 0 };
}

function add(sums: Sums, one: Case, verdict: Verdict): void {
  const sum = sums.get(one.kind);
  if (sum === undefined) return;
  sum.cases += 1;
  if (isSurvived(one, verdict)) sum.survived += 1;
  sum.linesLost += verdict.linesLost;
  sum.doubleStarts += verdict.doubleStarts;
}

function isSurvived({ mayLoseLines }: Case, verdict: Verdict): boolean {
  return survived(mayLoseLines === true ? { ...verdict, linesLost: 0 } : verdict);
}

function tell(one: Case, verdict: Verdict): string {
  return isSurvived(one, verdict) ? "survived" : JSON.stringify(verdict);
}

function table(theirs: Sums, mine: Sums): string {
  const rows = [
    "| what strikes | cases: runit | runits | survived: runit | runits | lines lost: runit | runits | second starts: runit | runits |",
    "|---|---|---|---|---|---|---|---|---|",
  ];
  for (const [kind, my] of mine) rows.push(row(kind, theirs.get(kind), my));
  rows.push(row("**in all**", total(theirs), total(mine)));
  return rows.join("\n");
}

/** @param their `undefined` if it cannot be played with the original */
function row(name: string, their: Sum | undefined, my: Sum): string {
  const pairs = COLUMNS.flatMap((column) => [their?.[column] ?? "-", my[column]]);
  return `| ${[name, ...pairs].join(" | ")} |`;
}

const COLUMNS = ["cases", "survived", "linesLost", "doubleStarts"] as const;

function total(sums: Sums): Sum {
  const all = { ...NOTHING };
  for (const sum of sums.values()) for (const column of COLUMNS) all[column] += sum[column];
  return all;
}

async function main(): Promise<boolean> {
  noWords(`usage: npm run faults

Builds, plays the fault matrix of tests/faults with runits and runit, and writes the table of
docs/reliability.md: half an hour.
`);
  const cases = [...CASES, ...(await sweep(STAGES))];
  const both = cases.filter(({ isOursAlone }) => isOursAlone !== true);
  const mine = await playAll(ours, cases, AT_ONCE);
  await closeTree();
  const large = await playAll(ours, manyServices(SERVICES), 1);
  const theirs = await playAll(debian, both, AT_ONCE);
  writeSection(PAGE, MARKS, table(theirs, new Map([...mine, ...large])));
  return true;
}

await script(main);
