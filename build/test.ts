/**
 * `npm test [PART OF A PATH...]`: builds, then runs every *.test.ts, or those whose path contains
 * one of the parts. Tests find the product in RUNITS_BIN, the programs of tests/programs in
 * RUNITS_TEST_BIN.
 *
 * The last line is `N passed, N failed`; the exit code is 1 if any failed, or the build did.
 */
import { run as runTests } from "node:test";
import { spec } from "node:test/reporters";
import { filesUnder } from "./files.ts";
import { BIN, inRoot, TEST_BIN } from "./paths.ts";
import { run, script } from "./run.ts";

const FOLDERS = ["base", "protocol", "supervisor", "tools", "build", "tests", "bench", "node"];
/** End-to-end tests mostly wait; more at once would make them wait for each other. */
const FILES_AT_ONCE = 2;
/**
 * No file needs a third of it on a busy machine. A file that hangs is reported as failed, and
 * delays no others.
 */
const FILE_TIMEOUT_MS = 1_200_000;

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
  const count = { passed: 0, failed: 0, skipped: 0 };
  const tests = runTests({
    files: files.map((name) => inRoot(name)),
    concurrency: FILES_AT_ONCE,
    timeout: FILE_TIMEOUT_MS,
  });
  tests.on("test:pass", ({ details, skip, todo }) => {
    if (details.type === "suite") return;
    count[skip === undefined && todo === undefined ? "passed" : "skipped"]++;
  });
  tests.on("test:fail", ({ details }) => {
    if (details.type !== "suite") count.failed++;
  });
  for await (const text of tests.compose(new spec())) process.stdout.write(text);
  const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : "";
  console.log(`${count.passed} passed, ${count.failed} failed${skipped}`);
  return built.ok && count.failed === 0;
}

await script(main);
