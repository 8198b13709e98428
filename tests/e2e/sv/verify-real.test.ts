/**
 * sv verify finds no mistake in service directories that people use: ours, those that Debian's
 * runit installs, and, if tests/support/fetch-services has fetched them, those of other packages.
 * These are not installed, so the machine lacks users, programs and log directories.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { runTool } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";
import { improved, ours } from "../../support/suite.ts";

const HOME = resolve(import.meta.dirname, "../../..");
const PLACES = [
  join(HOME, "examples/services"),
  join(HOME, "dist/services"),
  "/etc/sv",
  "/etc/runit/runsvdir/single",
];

/** The rules about what the machine lacks. */
const LACKING = /\[RV06[3-6]\]$/;

test("sv verify finds no mistake in real directories", improved("sv-words"), async (t) => {
  const directories = PLACES.filter(existsSync).flatMap((place) =>
    readdirSync(place)
      .map((name) => join(place, name))
      .filter((path) => existsSync(join(path, "run"))),
  );
  const { code, stdout } = await runTool(sandbox(t), ours, "sv", ["verify", ...directories]);
  const lines = stdout.trimEnd().split("\n");
  assert.match(lines.pop() ?? "", new RegExp(`^${directories.length} directories: `));
  assert.deepEqual(
    lines.filter((line) => !LACKING.test(line)),
    [],
  );
  assert.equal(code, 0);
  t.diagnostic(`${directories.length} directories`);
});
