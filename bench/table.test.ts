import assert from "node:assert/strict";
import { test } from "node:test";
import { chart } from "./chart.ts";
import { atLeastTimes, atMost, atMostTimes, type Goal } from "./measurement.ts";
import { MEASUREMENTS } from "./measurements.ts";
import { type BenchResults, type MeasuredRow, verdicts } from "./results.ts";
import {
  absences,
  benchmarksSection,
  figure,
  goalList,
  goalTable,
  growthTables,
  README_ROWS,
  readmeSection,
} from "./table.ts";

const row = (
  name: string,
  goals: readonly Goal[],
  samples: MeasuredRow["samples"],
): MeasuredRow => ({
  name,
  unit: "ms",
  better: "lower",
  goals,
  samples,
  absent: {},
});
const STATUS = row("status", [atMostTimes(1.5)], { ours: [2, 2, 3], runit: [2, 2, 2], s6: [1] });
const SEEN = row("seen", [atMost(10)], { ours: [12], runit: [2_400] });
const DENSE: MeasuredRow = {
  ...row("dense memory", [atMostTimes(0.1, "dense")], { ours: [1], runit: [1] }),
  absent: { dense: "no such option" },
};
const FAST: MeasuredRow = {
  ...row("fast", [{ ...atLeastTimes(4), aheadOfPeers: true }], { ours: [9], runit: [2], s6: [10] }),
  better: "higher",
};
const ROWS = [STATUS, SEEN, DENSE, FAST];

test("a goal is met by the ratio, by the value, and only ahead of the peers where that is asked", () => {
  const found = verdicts(ROWS).map(({ got, isMet, behind }) => [got, isMet, behind]);
  assert.deepEqual(found, [
    [1, true, []],
    [12, false, []],
    [undefined, false, []],
    [4.5, false, ["s6"]],
  ]);
});

test("figures have three digits that count", () => {
  const told = [0, 0.00123, 0.0567, 1.2345, 12.345, 123.45, Number.NaN].map(figure);
  assert.deepEqual(told, ["0", "0.0012", "0.057", "1.23", "12.3", "123", "-"]);
});

test("the table has a column for each subject that was measured, and tells median and quartiles", () => {
  const [head, , status, , dense, fast] = goalTable(ROWS).split("\n");
  assert.equal(head, "| what | unit | runits | runit | s6 | measured | goal | met |");
  assert.equal(status, "| status | ms | 2 (2-2.5) | 2 | 1 | 1 x | <= 1.5 x runit | yes |");
  assert.ok(dense?.endsWith("| dense: not measured | dense: <= 0.1 x runit | dense: - |"));
  assert.ok(fast?.endsWith("| 4.5 x | >= 4 x runit, ahead of all | no: behind s6 |"));
});

test("rows of a series become one table, a column for each size", () => {
  const sized = [1, 1_000].map((size) => ({ ...STATUS, series: { name: "time", size } }));
  assert.equal(growthTables(sized).split("\n")[0], "| time, ms | 1 | 1,000 |");
  assert.ok(growthTables(sized).includes("| runits | 2 | 2 |"));
});

test("the end tells what is met, missed and not measured, and why", () => {
  assert.deepEqual(goalList(ROWS).split("\n"), [
    "met: 1 of 4",
    "  status: 1 x, goal <= 1.5 x runit",
    "not measured: 1 of 4",
    "  dense memory [dense]: not measured (no such option), goal <= 0.1 x runit",
    "missed: 2 of 4",
    "  seen: 12, goal <= 10",
    "  fast: 4.5 x, goal >= 4 x runit, ahead of all, behind s6",
  ]);
  assert.equal(absences(ROWS), "  runits, dense: no such option (dense memory)");
});

const run = (rows: readonly MeasuredRow[]): BenchResults => ({
  startedAt: "2026-01-01",
  tookS: 60,
  words: [],
  machine: {},
  versions: {},
  rows,
});

test("docs/benchmarks.md shows how a run was made, its goals and how things grow", () => {
  const section = benchmarksSection(run(ROWS));
  assert.ok(section.startsWith("`npm run bench`, 2026-01-01, 1 minutes."));
  assert.ok(section.includes(goalTable(ROWS)));
});

test("the README shows the medians of its own rows, and of nobody but runits, runit and s6", () => {
  const [status = ""] = README_ROWS;
  const samples = { ours: [1, 2, 3], dense: [4], runit: [5], s6: [6], daemontools: [7] };
  const section = readmeSection(run([...ROWS, row(status, [atMostTimes(2)], samples)]));
  const [, , line] = section.split("\n");
  assert.equal(line, `| ${status}, ms | 2 | 4 | 5 | 6 |`);
  assert.ok(!section.includes("| fast"));
  for (const name of README_ROWS)
    assert.ok(
      MEASUREMENTS.some(({ rows }) => rows.some((each) => each.name === name)),
      name,
    );
});

test("in the chart right is better, whichever way a row counts", () => {
  // The last such circle: the first is in the legend.
  const at = (times: number) => {
    const svg = chart([row("x", [atMostTimes(1)], { ours: [1], runit: [times] })]);
    return Number(svg.split('class="ours" cx="').at(-1)?.split('"')[0]);
  };
  assert.ok(at(5) > at(1));
  const svg = chart([row("a < b & c", [atMostTimes(1)], { ours: [1], runit: [2] }), FAST]);
  assert.ok(svg.includes("a &lt; b &amp; c"));
  assert.ok(svg.includes("<title>runits: 2 x</title>"));
  assert.ok(svg.includes("<title>runits: 4.5 x</title>"));
  assert.ok(svg.includes("prefers-color-scheme: dark"));
});

test("the chart has a place for what is measured beside a nought", () => {
  const growth = row("growth", [atMost(2)], { ours: [0], dense: [1], runit: [0] });
  const svg = chart([growth, FAST]);
  assert.ok(!/NaN|Infinity/.test(svg), svg);
});
