/** Runs test files, and counts their tests by file. */
import { run as runTests } from "node:test";
import { spec } from "node:test/reporters";
import type { FileCount } from "./test-counts.ts";

interface TestRun {
  readonly filesAtOnce: number;
  /** For each file: one that hangs is reported as failed, and delays no others. */
  readonly timeoutMs: number;
}

/** Prints what the tests report. @param files absolute paths @returns the counts by file */
export async function runFiles(
  files: readonly string[],
  { filesAtOnce, timeoutMs }: TestRun,
): Promise<Map<string, FileCount>> {
  const counts = new Map<string, FileCount>();
  const countOf = (file = "no file"): FileCount => {
    const count = counts.get(file) ?? { passed: 0, skipped: 0, failed: [] };
    counts.set(file, count);
    return count;
  };
  const tests = runTests({ files: [...files], concurrency: filesAtOnce, timeout: timeoutMs });
  tests.on("test:pass", ({ details, file, skip, todo }) => {
    if (details.type === "suite") return;
    countOf(file)[skip === undefined && todo === undefined ? "passed" : "skipped"]++;
  });
  tests.on("test:fail", ({ details, file, name }) => {
    if (details.type === "suite" && failedByItsTests(details.error)) return;
    countOf(file).failed.push(name);
  });
  for await (const text of tests.compose(new spec())) process.stdout.write(text);
  return counts;
}

/** A suite that throws has failed itself; one with tests that fail is not counted beside them. */
function failedByItsTests(error: Error): boolean {
  return "failureType" in error && error.failureType === "subtestsFailed";
}
