/**
 * `npm test [PART OF A PATH...]`: builds, then runs every *.test.ts, or those whose path contains
 * one of the parts. Tests find the product in RUNITS_BIN, the programs of tests/programs in
 * RUNITS_TEST_BIN.
 *
 * The last line is `N passed, N failed`; the exit code is 1 if any failed, or the build did.
 */
import { commandLine } from "./command-line.ts";
import { filesUnder } from "./files.ts";
import { BIN, inRoot, TEST_BIN } from "./paths.ts";
import { run, script } from "./run.ts";
import { sum } from "./test-counts.ts";
import { runTwice } from "./test-twice.ts";

const FOLDERS = ["base", "protocol", "supervisor", "tools", "build", "tests", "bench", "node"];

const USAGE = `usage: npm test [-- PART OF A PATH...]

Builds, and runs all tests, or the test files that have one of the parts in their path.
npm run rounds, order and client:calls run some of them with more rounds: CONTRIBUTING.md.
`;

async function main(): Promise<boolean> {
  const { positionals: parts } = commandLine({ usage: USAGE, options: {}, takesOperands: true });
  const built = await run(process.execPath, [...process.execArgv, "build/build.ts", "--tests"]);
  process.stdout.write(built.output);
  const files = (await filesUnder(FOLDERS)).filter(
    (name) =>
      name.endsWith(".test.ts") &&
      (parts.length === 0 || parts.some((part) => name.includes(part))),
  );
  process.env.RUNITS_BIN ??= BIN;
  process.env.RUNITS_TEST_BIN ??= TEST_BIN;
  const counts = await runTwice(files.map((name) => inRoot(name)));
  const { passed, failed, skipped } = sum(counts);
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  return built.ok && failed === 0;
}

await script(main);
