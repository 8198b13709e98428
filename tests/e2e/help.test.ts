/** `TOOL --help`, for every tool with a table of options. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { TOOLS as CHPST } from "../../tools/chpst/help.ts";
import { DESCRIBED as PAUSE } from "../../tools/pause/help.ts";
import { DESCRIBED as RUNIT } from "../../tools/runit/help.ts";
import { DESCRIBED as RUNSV } from "../../tools/runsv/help.ts";
import { DESCRIBED as RUNSVCHDIR } from "../../tools/runsvchdir/help.ts";
import { DESCRIBED as RUNSVDIR } from "../../tools/runsvdir/help.ts";
import { DESCRIBED as SV } from "../../tools/sv/option-help.ts";
import { DESCRIBED as SVLOGD } from "../../tools/svlogd/help.ts";
import { DESCRIBED as UTMPSET } from "../../tools/utmpset/help.ts";
import { run } from "../support/run.ts";
import { sandbox } from "../support/sandbox.ts";
import { type DifferenceKey, improved, ours } from "../support/suite.ts";

const TABLES = [
  { name: "runit", options: RUNIT, key: "init-version" },
  { name: "pause", options: PAUSE, key: "pause" },
  { name: "runsv", options: RUNSV, key: "runsv-help" },
  { name: "runsvdir", options: RUNSVDIR, key: "runsvdir-help" },
  { name: "sv", options: SV, key: "sv-help" },
  { name: "svlogd", options: SVLOGD, key: "svlogd-help" },
  { name: "runsvchdir", options: RUNSVCHDIR, key: "runsvchdir-help" },
  { name: "utmpset", options: UTMPSET, key: "utmpset-help" },
  ...Object.entries(CHPST).map(([name, { options }]) => ({ name, options, key: "chpst-help" })),
];
const toolPath = (name: string) => join(ours.bin, name);

for (const { name, options, key } of TABLES) {
  describe(`${name} --help`, improved(key as DifferenceKey), () => {
    test("prints a page on standard output, with a line for each option", async (t) => {
      const outcome = await run(sandbox(t), [toolPath(name), "--help"]);
      assert.deepEqual([outcome.code, outcome.stderr], [0, ""]);
      const lines = outcome.stdout.split("\n");
      assert.match(lines[0] ?? "", new RegExp(`^usage: ${name}( |$)`));
      for (const option of [...options, { name: "help", help: "print this page" }]) {
        const dashed = option.name.length === 1 ? `-${option.name}` : `--${option.name}`;
        const found = lines.filter(
          (line) => /[ [=]/.test(line.charAt(dashed.length + 2)) && line.startsWith(`  ${dashed}`),
        );
        assert.equal(found.length, 1, dashed);
        assert.ok(found[0]?.endsWith(`  ${option.help}`), found[0]);
      }
      for (const line of lines) assert.ok(line.length < 80, line);
    });

    test("reports by its exit code that the page could not be written", async (t) => {
      const box = sandbox(t);
      const { code } = await run(box, [
        "/bin/sh",
        "-c",
        `exec "$0" --help > /dev/full`,
        toolPath(name),
      ]);
      assert.notEqual(code, 0);
    });
  });
}

test("chpst reads a directory named --help as ./--help", improved("chpst-help"), async (t) => {
  const box = sandbox(t);
  mkdirSync(join(box.dir, "--help"));
  writeFileSync(join(box.dir, "--help/X"), "y\n");
  const words = [toolPath("envdir"), "./--help", "sh", "-c", "echo $X"];
  assert.equal((await run(box, words)).stdout, "y\n");
  const operand = [toolPath("chpst"), "-e", "--help", "sh", "-c", "echo $X"];
  assert.equal((await run(box, operand)).stdout, "y\n");
});

test(
  "runsv takes a service directory named --help as ./--help",
  improved("runsv-help"),
  async (t) => {
    const { code, stderr } = await run(sandbox(t), [toolPath("runsv"), "./--help"]);
    assert.equal(code, 111);
    assert.match(stderr, /^runsv \.\/--help: fatal: unable to change to directory/);
  },
);
