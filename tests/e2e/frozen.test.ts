/** Frozen objects change like others, in the process that changes them (docs/engine.md). */
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { run } from "../support/run.ts";
import { sandbox } from "../support/sandbox.ts";
import { originalInPlace } from "../support/suite.ts";

const PROGRAM = join(resolve(process.env.RUNITS_TEST_BIN ?? "dist/test"), "frozen");

test("frozen objects change in a forked child and in its parent as if they were not frozen", {
  skip: originalInPlace && "a program of ours",
}, async (t) => {
  const box = sandbox(t);
  const linesOf = async (how: string): Promise<string[]> => {
    const { code, stdout, stderr } = await run(box, [PROGRAM, how]);
    assert.deepEqual([code, stderr], [0, ""], how);
    return stdout.trimEnd().split("\n").sort(); // two children write at the same time
  };
  const [plain, frozen] = [await linesOf("plain"), await linesOf("frozen")];
  assert.ok(plain.length > 1_000 && plain.filter((line) => line.includes("promises")).length === 3);
  assert.deepEqual(frozen, plain);
});
