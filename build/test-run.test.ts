import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { scratchDirectory } from "../tests/support/scratch.ts";
import { inRoot } from "./paths.ts";

const FILES = {
  "both.ts": `
    import { test } from "node:test";
    export const both = (name, run) => { test(name + " 1", run); test(name + " 2", run); };`,
  "good.test.ts": 'import { both } from "./both.ts"; both("good", () => {});',
  "bad.test.ts": `
    import { both } from "./both.ts";
    both("bad", () => { throw new Error("as it should"); });`,
  "suite.test.ts": `
    import { describe, test } from "node:test";
    describe("throws", () => { throw new Error("before its tests"); });
    describe("has one that fails", () => { test("one", () => { throw new Error("fails"); }); });`,
  "crash.test.ts": 'throw new Error("at its start");',
};

test("counts belong to the file that ran, not to the helper that calls test", () => {
  const dir = scratchDirectory(tmpdir());
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(dir, name), text);
  const names = Object.keys(FILES).filter((name) => name.endsWith(".test.ts"));
  const program = `
    import { writeFileSync } from "node:fs";
    import { runFiles } from ${JSON.stringify(inRoot("build/test-run.ts"))};
    process.chdir(${JSON.stringify(dir)});
    const counts = await runFiles(${JSON.stringify(names)}, { filesAtOnce: 2, timeoutMs: 300_000 });
    writeFileSync("counts", JSON.stringify([...counts]));`;
  writeFileSync(join(dir, "program.mts"), program);
  // Without the variable, the run would report to this process.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  execFileSync(process.execPath, [...process.execArgv, join(dir, "program.mts")], { env });
  assert.deepEqual(JSON.parse(readFileSync(join(dir, "counts"), "utf8")), [
    ["good.test.ts", { passed: ["good 1", "good 2"], skipped: [], failed: [] }],
    ["bad.test.ts", { passed: [], skipped: [], failed: ["bad 1", "bad 2"] }],
    ["suite.test.ts", { passed: [], skipped: [], failed: ["throws", "has one that fails > one"] }],
    ["crash.test.ts", { passed: [], skipped: [], failed: ["crash.test.ts"] }],
  ]);
});
