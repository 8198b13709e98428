/** How many tests passed, by file, and which of them are unsteady. */

/** What became of the tests of one file. */
export interface FileCount {
  passed: number;
  skipped: number;
  /** Titles of the tests that failed. */
  readonly failed: string[];
}

/** By the absolute path of the file. */
type Counts = ReadonlyMap<string, FileCount>;

export function filesWithFailures(counts: Counts): string[] {
  return [...counts].filter(([, { failed }]) => failed.length > 0).map(([file]) => file);
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
    total.passed += passed;
    total.failed += failed.length;
    total.skipped += skipped;
  }
  return total;
}
