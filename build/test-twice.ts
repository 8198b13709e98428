/**
 * Runs test files. If a few files of many fail, they run once more, with no other beside them. A
 * test that passes then is listed as unsteady: a fault to mend, of the test or of the product, but
 * no reason to refuse a change that did not cause it.
 */
import { type Counts, filesWithFailures, type IsExpected, unsteadyTests } from "./test-counts.ts";
import { runFiles } from "./test-run.ts";

/** End-to-end tests mostly wait; more at once would make them wait for each other. */
const FILES_AT_ONCE = 2;
/** More than any file needs, at a load of 60 too. */
const FILE_TIMEOUT_MS = 2_400_000;
/** With no other file beside it, and on a machine whose time may be limited. */
const AGAIN_TIMEOUT_MS = 1_200_000;
/** If more files fail, or a larger share of those that ran, the cause is not chance. */
const FILES_AGAIN_MAX = 4;
const SHARE_AGAIN_MAX = 0.1;

/**
 * @param isExpected failures for which no file runs again
 * @returns the counts, in the order of `files`
 */
export async function runTwice(files: readonly string[], isExpected?: IsExpected): Promise<Counts> {
  const counts = await runFiles(files, { filesAtOnce: FILES_AT_ONCE, timeoutMs: FILE_TIMEOUT_MS });
  const failing = filesWithFailures(counts, isExpected);
  const atMost = Math.min(FILES_AGAIN_MAX, files.length * SHARE_AGAIN_MAX);
  if (failing.length === 0 || failing.length > atMost) return counts;
  console.log(`\n${failing.length} of the files had failures, and run once more:\n`);
  const again = await runFiles(failing, { filesAtOnce: 1, timeoutMs: AGAIN_TIMEOUT_MS });
  for (const line of unsteadyTests(counts, again)) console.log(`unsteady: ${line}`);
  return new Map([...counts, ...again]);
}
