/** The executable itself, by its own name. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { ALIASES, TOOLS } from "../../build/tools.ts";
import { cmdline, comm } from "../support/procfs.ts";
import { run } from "../support/run.ts";
import { sandbox } from "../support/sandbox.ts";
import { originalInPlace, ours } from "../support/suite.ts";
import { eventually } from "../support/wait.ts";

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

test("becomes the tool that its first word names, under that name", { skip }, async (t) => {
  const box = sandbox(t);
  const { code, stderr } = await run(box, [RUNITS, "runsv"]);
  assert.deepEqual([code, stderr], [1, "usage: runsv dir\n\n"]);
  const alias = await run(box, [RUNITS, "pgrphack", "echo", "x"]);
  assert.equal(alias.stdout, "x\n");

  mkdirSync(join(box.dir, "services"));
  const { pid } = box.start([RUNITS, "runsvdir", "services"]);
  await eventually(
    "runsvdir",
    () => (comm(pid) === "runsvdir" ? true : undefined),
    () => comm(pid),
  );
  assert.deepEqual(cmdline(pid), ["runsvdir", "services"]);
});

test("says which tool cannot be executed", { skip }, async (t) => {
  const box = sandbox(t);
  cpSync(RUNITS, join(box.dir, "runits"), { dereference: true });
  const { code, stderr } = await run(box, [join(box.dir, "runits"), "svlogd", "."]);
  const path = join(box.dir, "svlogd");
  const text = `runits: fatal: unable to execute ${path}: file does not exist\n`;
  assert.deepEqual([code, stderr], [111, text]);
});

test("says which tool it does not know", { skip }, async (t) => {
  const { code, stderr } = await run(sandbox(t), [RUNITS, "runsvd"]);
  assert.equal(code, 100);
  assert.ok(stderr.startsWith("runits: unknown tool: runsvd\n"), stderr);
});
