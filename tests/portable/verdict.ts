/** Pure: compares results with the list of the tests that are known to fail. */
import type { Counts, FileCount } from "../../build/test-counts.ts";

/** Tests that fail for the same reason. */
export interface KnownFailures {
  /** What the other systems lack. */
  readonly reason: string;
  /** Titles of tests, by their file: its path from tests/e2e, without the suffix. */
  readonly tests: Readonly<Record<string, readonly string[]>>;
  /** The failure depends on timing, so a pass is no error. */
  readonly mayPass?: true;
}

/** Lines of `FILE: TITLE`. */
interface Verdict {
  /** Failures without a reason. */
  readonly unexpected: readonly string[];
  /** Known failures that have passed. */
  readonly passed: readonly string[];
  /** Known failures of files that ran without such a test, or that do not exist. */
  readonly missing: readonly string[];
}

/**
 * @param counts by the names of files that `KnownFailures.tests` has
 * @param files names of all files that exist
 */
export function verdictOn(
  counts: Counts,
  known: readonly KnownFailures[],
  files: ReadonlySet<string>,
): Verdict {
  const unexpected = [...counts].flatMap(([file, { failed }]) =>
    failed.filter((title) => !isKnown(known, file, title)).map((title) => `${file}: ${title}`),
  );
  const passed: string[] = [];
  const missing: string[] = [];
  for (const { tests, mayPass = false } of known) {
    for (const [file, titles] of Object.entries(tests)) {
      const count = counts.get(file);
      for (const title of titles) {
        const line = `${file}: ${title}`;
        const hasPassed = count?.passed.includes(title) ?? false;
        if (hasPassed && !mayPass) passed.push(line);
        else if (!files.has(file)) missing.push(line);
        else if (count !== undefined && !hasPassed && !isIn(count, title)) missing.push(line);
      }
    }
  }
  return { unexpected, passed, missing };
}

/** A test that is skipped on this machine may fail on another. */
function isIn(count: FileCount, title: string): boolean {
  return count.failed.includes(title) || count.skipped.includes(title);
}

export function isKnown(known: readonly KnownFailures[], file: string, title: string): boolean {
  return known.some(({ tests }) => tests[file]?.includes(title));
}
