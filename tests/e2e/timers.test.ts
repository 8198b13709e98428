/**
 * A timer that is over keeps nothing: whoever has it goes away with it, and not only when garbage
 * is looked for.
 */
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { run } from "../support/run.ts";
import { sandbox } from "../support/sandbox.ts";
import { originalInPlace } from "../support/suite.ts";

const PROGRAM = join(resolve(process.env.RUNITS_TEST_BIN ?? "dist/test"), "timers");
/** Of the 400 that it lets go of; if they stayed, it would be more than that. */
const GROWTH_KIB = 200;

for (const how of ["cancelled", "run"]) {
  test(`a timer that was ${how} keeps nothing of what it was for`, {
    skip: originalInPlace && "a program of ours",
  }, async (t) => {
    const { code, stdout, stderr } = await run(sandbox(t), [PROGRAM, how]);
    assert.equal(code, 0, stderr);
    assert.ok(Number(stdout) < GROWTH_KIB, `grew by ${stdout} KiB`);
  });
}
