/**
 * `npm run bench [-- OPTION...]`: measures ours beside Debian's runit, s6 and daemontools, prints
 * figures and goals.
 *
 *   --quick         a few minutes: fewer rounds, smaller loads, at most 1,000 services
 *   --only PATTERN  only the rows that have this in their name; may be given more than once
 *   --out FILE      the file for the JSON
 *   --pages         measures nothing: writes the figures of the last full run into
 *                   docs/benchmarks.md and docs/bench.svg, and six rows into the README
 *
 * All files are in memory, or below TMPDIR if that is set; see place.ts.
 *
 * A full run writes bench/results/DATE.json, which is kept; a run with --quick or --only writes
 * dist/bench/latest.json. The exit code is 1 if a measurement failed for another reason than being
 * unsupported. A missed goal is not a failure.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { commandLine } from "../build/command-line.ts";
import { writeSection, writeWhole } from "../build/page.ts";
import { inRoot } from "../build/paths.ts";
import { BuildError, script } from "../build/run.ts";
import { chart } from "./chart.ts";
import { Driver, nowMs } from "./driver.ts";
import { machine, versions } from "./machine.ts";
import { Refused, type Row, type SubjectName } from "./measurement.ts";
import { MEASUREMENTS } from "./measurements.ts";
import { choosePlace, place } from "./place.ts";
import type { BenchResults, MeasuredRow } from "./results.ts";
import type { Bench, Measurement, Session } from "./session.ts";
import { type Subject, subjects } from "./subjects.ts";
import {
  absences,
  benchmarksSection,
  circumstances,
  goalList,
  goalTable,
  growthTables,
  otherTable,
  readmeSection,
} from "./table.ts";
import { closeTrees } from "./tree.ts";

/** Full runs, one file a day. */
const KEPT = inRoot("bench/results");
const PASSING = inRoot("dist/bench/latest.json");
const MARKS = {
  begin: "<!-- figures: npm run bench -- --pages -->",
  end: "<!-- end of figures -->",
};

/**
 * The rounds of one measurement: A B C, A B C, ... so that all subjects meet the same conditions.
 */
class Rounds {
  readonly #samples = new Map<string, Partial<Record<SubjectName, number[]>>>();
  readonly #absent: Partial<Record<SubjectName, string>> = {};
  readonly #sessions = new Map<SubjectName, Session>();
  readonly #measurement: Measurement;
  /** Whether a measurement failed for another reason than being unsupported. */
  hasFailed = false;

  constructor(measurement: Measurement) {
    this.#measurement = measurement;
  }

  async run(bench: Bench, all: readonly Subject[]): Promise<void> {
    const { rounds, warmsUp } = this.#measurement;
    const count = bench.isQuick ? rounds.quick : rounds.full;
    if (count === 0) {
      for (const { name } of all) this.#absent[name] = "left out by --quick";
      return;
    }
    try {
      for (const subject of all) {
        await this.#attempt(subject.name, async () => {
          if (subject.missing !== undefined) throw new Refused(subject.missing);
          this.#sessions.set(subject.name, await this.#measurement.open(bench, subject));
        });
      }
      for (let round = warmsUp ? -1 : 0; round < count; round += 1) {
        for (const [name, session] of [...this.#sessions]) {
          await this.#attempt(name, async () => {
            const found = await session.measure(round + 1);
            if (round >= 0) for (const [row, sample] of found) this.#add(row, name, sample);
          });
        }
      }
    } finally {
      for (const session of this.#sessions.values()) await session.close();
      await closeTrees();
    }
  }

  /** A failure for one subject ends its part, and does not affect the others. */
  async #attempt(name: SubjectName, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      const session = this.#sessions.get(name);
      this.#sessions.delete(name);
      await session?.close();
      const why = error instanceof Error ? error.message : `${error}`;
      this.#absent[name] = why.split("\n").join(" ");
      if (error instanceof Refused) return;
      this.hasFailed = true;
      console.error(`  ${name} failed: ${why}`);
    }
  }

  #add(row: string, name: SubjectName, sample: number): void {
    const samples = this.#samples.get(row) ?? {};
    const own = samples[name] ?? [];
    own.push(sample);
    samples[name] = own;
    this.#samples.set(row, samples);
  }

  measured(row: Row): MeasuredRow {
    return { ...row, samples: this.#samples.get(row.name) ?? {}, absent: this.#absent };
  }
}

const USAGE = `usage: npm run bench [-- OPTION...]

Builds, and measures the tools beside Debian's runit, s6 and daemontools. CONTRIBUTING.md says more.

  --quick         a few minutes, in place of 40
  --only PATTERN  only the rows that have this in their name
  --out FILE      the file for the JSON
  --pages         writes the figures of the last full run into the pages, and measures nothing
`;

async function main(): Promise<boolean> {
  const { values } = commandLine({
    usage: USAGE,
    takesOperands: false,
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      out: { type: "string" },
      pages: { type: "boolean", default: false },
    },
  });
  if (values.pages) return writePages();
  const startedAt = new Date().toISOString();
  const isKept = !values.quick && values.only.length === 0;
  const out = values.out ?? (isKept ? join(KEPT, `${startedAt.slice(0, 10)}.json`) : PASSING);

  const wanted = ({ name }: Row) =>
    values.only.length === 0 || values.only.some((part) => name.includes(part));
  const chosen = MEASUREMENTS.filter(({ rows }) => rows.some(wanted));
  if (chosen.length === 0) {
    throw new BuildError(`no row has ${values.only.join(" or ")} in its name`);
  }

  choosePlace();
  const where = { machine: { ...machine(), files: place() }, versions: versions() };
  const beganMs = nowMs();
  const bench: Bench = { driver: new Driver(), isQuick: values.quick };
  const all = subjects(bench.driver.path);
  const rows: MeasuredRow[] = [];
  const results = (): BenchResults => ({
    startedAt,
    tookS: (nowMs() - beganMs) / 1_000,
    words: process.argv.slice(2),
    ...where,
    rows,
  });
  mkdirSync(dirname(out), { recursive: true });
  let isComplete = true;
  for (const measurement of chosen) {
    console.error(`${((nowMs() - beganMs) / 1_000).toFixed(0)} s: ${measurement.rows[0]?.name}`);
    const rounds = new Rounds(measurement);
    await rounds.run(
      bench,
      all.filter(({ name }) => measurement.subjects.includes(name)),
    );
    isComplete &&= !rounds.hasFailed;
    rows.push(...measurement.rows.filter(wanted).map((row) => rounds.measured(row)));
    // Written after each measurement, so that an hour's results survive a crash of the run.
    writeWhole(out, `${JSON.stringify(results(), undefined, 1)}\n`);
  }
  tell(results());
  console.log(`\nwritten to ${out}`);
  return isComplete;
}

function tell(results: BenchResults): void {
  const { rows } = results;
  const parts = [circumstances(results), goalTable(rows), growthTables(rows), otherTable(rows)];
  console.log(parts.join("\n\n"));
  const left = absences(rows);
  if (left !== "") console.log(`\nleft out:\n${left}`);
  console.log(`\n${goalList(rows)}`);
}

function writePages(): boolean {
  const newest = readdirSync(KEPT).sort().at(-1);
  if (newest === undefined) throw new BuildError("no full run is kept: npm run bench");
  const results = JSON.parse(readFileSync(join(KEPT, newest), "utf8")) as BenchResults;
  writeSection(inRoot("README.md"), MARKS, readmeSection(results));
  writeSection(inRoot("docs/benchmarks.md"), MARKS, benchmarksSection(results));
  writeFileSync(inRoot("docs/bench.svg"), chart(results.rows));
  return true;
}

await script(main);
