/** A fault of ours: an exception that nobody catches. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { run } from "../support/run.ts";
import { sandbox } from "../support/sandbox.ts";
import { originalInPlace } from "../support/suite.ts";

const PROGRAM = join(resolve(process.env.RUNITS_TEST_BIN ?? "dist/test"), "throws");
const SOURCE = "tests/programs/throws.ts";
const skip = originalInPlace && "a program of ours";

/** `FILE:LINE` of the first line of the source that contains `text`. */
function positionOf(text: string): string {
  const lines = readFileSync(resolve(import.meta.dirname, "../..", SOURCE), "utf8").split("\n");
  return `${SOURCE}:${lines.findIndex((line) => line.includes(text)) + 1}`;
}

test("an uncaught exception ends the tool with 111, with its stack in TypeScript files and lines", {
  skip,
}, async (t) => {
  const { code, stderr } = await run(sandbox(t), [PROGRAM, "main"]);
  assert.equal(code, 111);
  const [first, ...stack] = stderr.trimEnd().split("\n");
  assert.ok(first?.endsWith("throws: fatal: uncaught exception: TypeError: on purpose"), stderr);
  assert.ok(stack[0]?.includes(`(${positionOf("throw new")})`), stderr);
  assert.ok(stack[1]?.includes(`(${positionOf('where === "main"')})`), stderr);
  assert.ok(
    stack.some((line) => line.includes("(base/start.ts:")),
    stderr,
  );
});

test("an uncaught exception in a callback is reported, and the reactor goes on", {
  skip,
}, async (t) => {
  const { code, stderr } = await run(sandbox(t), [PROGRAM, "callback"]);
  assert.equal(code, 7);
  assert.ok(stderr.startsWith("uncaught exception: TypeError: on purpose\n"), stderr);
  assert.ok(stderr.includes(`(${positionOf("throw new")})`), stderr);
});
