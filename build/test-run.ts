/** Runs test files, and counts their tests by file. */
import { Readable } from "node:stream";
import { run as runTests } from "node:test";
import { spec, type TestEvent } from "node:test/reporters";
import type { FileCount } from "./test-counts.ts";

interface TestRun {
  readonly filesAtOnce: number;
  /** For each file: one that hangs is reported as failed, and delays no others. */
  readonly timeoutMs: number;
}

/** Prints what the tests report, file by file. @returns the counts, in the order of `files` */
export async function runFiles(
  files: readonly string[],
  { filesAtOnce, timeoutMs }: TestRun,
): Promise<Map<string, FileCount>> {
  const counts = new Map(files.map((file) => [file, newCount()]));
  const rest = counts.entries();
  const work = async (): Promise<void> => {
    for (const [file, count] of rest) await runFile(file, count, timeoutMs);
  };
  await Promise.all(Array.from({ length: filesAtOnce }, work));
  return counts;
}

function newCount(): FileCount {
  return { passed: [], skipped: [], failed: [] };
}

/**
 * A run of its own for each file: the events of a test name the file that calls `test`, which may
 * be a helper of several.
 */
async function runFile(file: string, count: FileCount, timeoutMs: number): Promise<void> {
  const tests = runTests({ files: [file], concurrency: 1, timeout: timeoutMs });
  // The names of a test that runs and of the suites that it is in.
  const path: string[] = [];
  tests.on("test:start", ({ name, nesting }) => {
    path.splice(nesting, path.length, name);
  });
  const titleOf = (name: string, nesting: number): string =>
    [...path.slice(0, nesting), name].join(" > ");
  tests.on("test:pass", ({ details, name, nesting, skip, todo }) => {
    if (details.type === "suite") return;
    const list = skip === undefined && todo === undefined ? count.passed : count.skipped;
    list.push(titleOf(name, nesting));
  });
  tests.on("test:fail", ({ details, name, nesting }) => {
    if (details.type === "suite" && failedByItsTests(details.error)) return;
    count.failed.push(titleOf(name, nesting));
  });
  const report = Readable.from(withoutTotals(tests)).pipe(new spec());
  let output = "";
  for await (const text of report) output += text;
  process.stdout.write(`${output.trimEnd()}\n`);
}

const TOTALS = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/;

/** The totals of one file are of no use beside those of all. */
async function* withoutTotals(events: AsyncIterable<TestEvent>): AsyncGenerator<TestEvent> {
  for await (const event of events) {
    if (event.type === "test:diagnostic" && TOTALS.test(event.data.message)) continue;
    yield event;
  }
}

/** A suite that throws has failed itself; one with tests that fail is not counted beside them. */
function failedByItsTests(error: Error): boolean {
  return "failureType" in error && error.failureType === "subtestsFailed";
}
