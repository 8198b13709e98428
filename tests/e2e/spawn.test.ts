/**
 * A child that becomes another program has this process's memory until it does: nothing may be left
 * of it there.
 */
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { run } from "../support/run.ts";
import { sandbox } from "../support/sandbox.ts";
import { originalInPlace } from "../support/suite.ts";

const PROGRAM = join(resolve(process.env.RUNITS_TEST_BIN ?? "dist/test"), "spawns");
/** Of 7,200 children: not 11 bytes of each. */
const GROWTH_KIB = 64;
/** Of the 800 calls that fit on the stack. */
const DEPTH_CALLS = 20;

test("a child that becomes another program leaves nothing in its parent", {
  skip: originalInPlace && "a program of ours",
}, async (t) => {
  const { code, stdout, stderr } = await run(sandbox(t), [PROGRAM]);
  assert.equal(code, 0, stderr);
  const [codes, growth = "", ...rest] = stdout.trimEnd().split("; ");
  assert.equal(
    codes,
    [
      "executes: 3 1000",
      "has what it is given: 4 1000",
      "shares descriptors: 7 1000",
      "is told to end: signal 15 1000",
      "writes in vain: 6 1000",
      "cannot execute: 99 1000",
      "ends instead: 98 1000",
      "throws: 97 1000",
    ].join(", "),
  );
  assert.ok(Number.parseInt(growth, 10) <= GROWTH_KIB, growth);
  const [files, directory, depth = "", input] = rest;
  assert.deepEqual([files, directory, input], ["0 files", "/tmp", "the same input"]);
  assert.ok(Math.abs(Number.parseInt(depth, 10)) <= DEPTH_CALLS, depth);
  assert.equal(stderr, "");
});

test("a child that is killed before its exec ends its parent, whose memory it had", {
  skip: originalInPlace && "a program of ours",
}, async (t) => {
  const { code, stderr } = await run(sandbox(t), [PROGRAM, "killed"]);
  assert.equal(code, 111);
  assert.equal(stderr, "runits: fatal: a child was killed before it executed anything\n");
});
