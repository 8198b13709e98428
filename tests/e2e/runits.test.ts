/** The executable itself, by its own name. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { ALIASES, TOOLS } from "../../build/tools.ts";
import { run } from "../support/run.ts";
import { sandbox } from "../support/sandbox.ts";
import { originalInPlace, ours } from "../support/suite.ts";

const RUNITS = join(ours.bin, "runits");
const skip = originalInPlace && "ours only";

test("--help names every tool and every other name of one", { skip }, async (t) => {
  const { code, stdout } = await run(sandbox(t), [RUNITS, "--help"]);
  assert.equal(code, 0);
  const names = [...TOOLS.filter((name) => name !== "runits"), ...Object.values(ALIASES).flat()];
  const told = stdout.match(/^Tools: (.*)$/m)?.[1]?.split(" ");
  assert.deepEqual(told?.sort(), names.sort());
});

test("--version tells the version of package.json", { skip }, async (t) => {
  const { stdout } = await run(sandbox(t), [RUNITS, "--version"]);
  const { version } = JSON.parse(
    readFileSync(resolve(import.meta.dirname, "../../package.json"), "utf8"),
  );
  assert.equal(stdout, `runits ${version}\n`);
});

test("is the tool that its first word names, under that name", { skip }, async (t) => {
  const { code, stderr } = await run(sandbox(t), [RUNITS, "runsv"]);
  assert.deepEqual([code, stderr], [1, "usage: runsv dir\n\n"]);
});

test("says which tool it does not know", { skip }, async (t) => {
  const { code, stderr } = await run(sandbox(t), [RUNITS, "runsvd"]);
  assert.equal(code, 100);
  assert.ok(stderr.startsWith("runits: unknown tool: runsvd\n"), stderr);
});
