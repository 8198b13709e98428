/**
 * `npm test [PART OF A PATH...]`: builds, then runs every *.test.ts, or those whose path contains
 * one of the parts. Tests find the product in RUNITS_BIN, the programs of tests/programs in
 * RUNITS_TEST_BIN.
 *
 * If a few files of many fail, they run once more, with no other beside them. A test that passes
 * then is listed as unsteady: a fault to mend, of the test or of the product, but no reason to
 * refuse a change that did not cause it.
 *
 * The last line is `N passed, N failed`; the exit code is 1 if any failed, or the build did.
 */
import { filesUnder } from "./files.ts";
import { BIN, inRoot, TEST_BIN } from "./paths.ts";
import { run, script } from "./run.ts";
import { type FileCount, filesWithFailures, sum, unsteadyTests } from "./test-counts.ts";
import { runFiles } from "./test-run.ts";

const FOLDERS = ["base", "protocol", "supervisor", "tools", "build", "tests", "bench", "node"];
/** End-to-end tests mostly wait; more at once would make them wait for each other. */
const FILES_AT_ONCE = 2;
/** More than any file needs, at a load of 60 too. */
const FILE_TIMEOUT_MS = 2_400_000;
/** With no other file beside it, and on a machine whose time may be limited. */
const AGAIN_TIMEOUT_MS = 1_200_000;
/** If more files fail, or a larger share of those that ran, the cause is not chance. */
const FILES_AGAIN_MAX = 4;
const SHARE_AGAIN_MAX = 0.1;

async function main(): Promise<boolean> {
  const built = await run(process.execPath, [...process.execArgv, "build/build.ts", "--tests"]);
  process.stdout.write(built.output);
  const parts = process.argv.slice(2);
  const files = (await filesUnder(FOLDERS)).filter(
    (name) =>
      name.endsWith(".test.ts") &&
      (parts.length === 0 || parts.some((part) => name.includes(part))),
  );
  process.env.RUNITS_BIN ??= BIN;
  process.env.RUNITS_TEST_BIN ??= TEST_BIN;
  const counts = await runFiles(
    files.map((name) => inRoot(name)),
    {
      filesAtOnce: FILES_AT_ONCE,
      timeoutMs: FILE_TIMEOUT_MS,
    },
  );
  await runAgain(counts, files.length);
  const { passed, failed, skipped } = sum(counts);
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  return built.ok && failed === 0;
}

/** Runs the files with a failure once more, if they are few, and puts the new counts in place. */
async function runAgain(counts: Map<string, FileCount>, fileCount: number): Promise<void> {
  const files = filesWithFailures(counts);
  const atMost = Math.min(FILES_AGAIN_MAX, fileCount * SHARE_AGAIN_MAX);
  if (files.length === 0 || files.length > atMost) return;
  console.log(`\n${files.length} of the files had failures, and run once more:\n`);
  const again = await runFiles(files, { filesAtOnce: 1, timeoutMs: AGAIN_TIMEOUT_MS });
  for (const line of unsteadyTests(counts, again)) console.log(`unsteady: ${line}`);
  for (const [file, count] of again) counts.set(file, count);
}

await script(main);
