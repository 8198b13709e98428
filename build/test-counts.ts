/** How many tests passed, by file, and which of them are unsteady. */

/** What became of the tests of one file, by title, after those of its suites: `SUITE > TEST`. */
export interface FileCount {
  readonly passed: string[];
  readonly skipped: string[];
  readonly failed: string[];
}

/** By the absolute path of the file. */
export type Counts = ReadonlyMap<string, FileCount>;

/** Whether a failure is one that `file` is known to have. */
export type IsExpected = (file: string, title: string) => boolean;

export function filesWithFailures(counts: Counts, isExpected: IsExpected = () => false): string[] {
  return [...counts]
    .filter(([file, { failed }]) => failed.some((title) => !isExpected(file, title)))
    .map(([file]) => file);
}

/** The tests that failed in `first`, and not in `again`: `FILE: TITLE` of each. */
export function unsteadyTests(first: Counts, again: Counts): string[] {
  return [...again].flatMap(([file, { failed }]) =>
    (first.get(file)?.failed ?? [])
      .filter((title) => !failed.includes(title))
      .map((title) => `${file}: ${title}`),
  );
}

export function sum(counts: Counts): { passed: number; failed: number; skipped: number } {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of counts.values()) {
    total.passed += passed.length;
    total.failed += failed.length;
    total.skipped += skipped.length;
  }
  return total;
}
