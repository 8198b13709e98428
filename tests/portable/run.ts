/**
 * `npm run portable [-- PART OF A PATH...]`: builds the portable variant into dist/portable/bin,
 * and runs the black-box tests on it, or those whose path contains one of the parts.
 * known-failures.ts lists the tests that have to fail, and the files that do not run. One of the
 * former that passes, or any that does not exist any more, is an error.
 */

import { commandLine } from "../../build/command-line.ts";
import { filesUnder } from "../../build/files.ts";
import { buildHost } from "../../build/host.ts";
import { inRoot } from "../../build/paths.ts";
import { executablesIn, product } from "../../build/product.ts";
import { buildPrograms } from "../../build/programs.ts";
import { BuildError, script } from "../../build/run.ts";
import { type Counts, sum } from "../../build/test-counts.ts";
import { runTwice } from "../../build/test-twice.ts";
import { KNOWN_FAILURES, MISSING_SUBJECTS } from "./known-failures.ts";
import { isKnown, verdictOn } from "./verdict.ts";

const FOLDER = "tests/e2e/";
const SUFFIX = ".test.ts";
const BIN = inRoot("dist/portable/bin");

/** The directories of tests/e2e that try the tools themselves. */
const SUBJECTS = [
  ..."chpst dependencies keep-output kill-group limit-files order readiness runsv".split(" "),
  ..."runsvdir stop sv svlogd takeover".split(" "),
];

const USAGE = `usage: npm run portable [-- PART OF A PATH...]

Builds the portable variant, which makes no calls that only Linux has, and runs the black-box tests
on it, one after the other: half an hour or more. With parts, it runs only the test files that have
one of them in their path. docs/portability.md lists the tests that have to fail, and why.
`;

async function main(): Promise<boolean> {
  const { positionals: parts } = commandLine({ usage: USAGE, options: {}, takesOperands: true });
  const all = (await filesUnder([FOLDER])).filter((path) => path.endsWith(SUFFIX));
  const wanted = parts.length > 0 ? parts : SUBJECTS.map((name) => `${FOLDER}${name}/`);
  const missing = Object.keys(MISSING_SUBJECTS).map((subject) => `${FOLDER}${subject}`);
  const gone = missing.find((subject) => !all.some((path) => path.startsWith(subject)));
  if (gone !== undefined) throw new BuildError(`no test is in ${gone}, which is listed`);
  const files = all.filter(
    (path) =>
      wanted.some((part) => path.includes(part)) &&
      !missing.some((subject) => path.startsWith(subject)),
  );
  if (files.length === 0) throw new BuildError(`no tests in ${wanted.join(", ")}`);
  await buildHost("portable");
  await buildPrograms(product(), executablesIn(BIN));
  process.env.RUNITS_BIN = BIN;
  const counts = await runTwice(
    files.map((path) => inRoot(path)),
    (file, title) => isKnown(KNOWN_FAILURES, nameOf(file), title),
  );
  return report(counts, new Set(all.map((path) => nameOf(inRoot(path)))));
}

/** As known-failures.ts names a file. */
function nameOf(file: string): string {
  return file.slice(inRoot(FOLDER).length, -SUFFIX.length);
}

/** @param names of all files of tests/e2e */
function report(counts: Counts, names: ReadonlySet<string>): boolean {
  const named = new Map([...counts].map(([file, count]) => [nameOf(file), count]));
  const { unexpected, passed, missing } = verdictOn(named, KNOWN_FAILURES, names);
  for (const line of unexpected) console.log(`failed: ${line}`);
  for (const line of passed) console.log(`passed, but is listed in known-failures.ts: ${line}`);
  for (const line of missing) console.log(`does not exist, but is listed: ${line}`);
  const total = sum(counts);
  const known = total.failed - unexpected.length;
  const wrong = unexpected.length + passed.length + missing.length;
  console.log(`${known} tests failed as known-failures.ts says, ${total.skipped} were skipped`);
  console.log(`${total.passed - passed.length} passed, ${wrong} failed`);
  return wrong === 0;
}

await script(main);
