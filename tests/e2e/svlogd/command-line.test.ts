/** svlogd's arguments and standard input. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { sandbox } from "../../support/sandbox.ts";
import { LogDir, LogTool } from "../../support/svlogd.ts";
import { improved, stage, TOOL } from "../../support/svlogd-stage.ts";

test("a directory that is locked, missing or a file is skipped", async (t) => {
  const { dir, start } = stage(t);
  const log = start();
  await log.idle();
  const other = new LogDir(`${dir.path}2`);
  writeFileSync(`${dir.path}3`, "");
  const second = start("log", "log3", "log4", "log2");
  second.write("x\n");
  await second.end();
  assert.equal(other.text(), "x\n");
  for (const text of [
    "svlogd: warning: unable to lock directory: log: temporary failure\n",
    "svlogd: warning: unable to change directory: log3: not a directory\n",
    "svlogd: warning: unable to open log directory: log4: file does not exist\n",
  ]) {
    assert.ok(second.stderr.includes(text), second.stderr);
  }
  const third = start("log", "log4");
  assert.equal((await third.running.exit()).code, 111);
  assert.ok(third.stderr.endsWith("svlogd: fatal: no functional log directories.\n"));
  await log.end();
});

test("svlogd exits 111 for wrong usage", async (t) => {
  const box = sandbox(t);
  for (const words of [[], ["-l2000", "d"], ["-x", "d"], ["-r", "ab", "d"], ["-V"]]) {
    const log = new LogTool(box, TOOL, words, { argv0: "svlogd" });
    assert.equal((await log.running.exit()).code, 111);
    assert.match(log.stderr, /^usage: svlogd \[-ttv\] .*dir \.\.\.\n\n$/m);
    await log.end();
  }
});

test(
  "svlogd leaves the flags of its standard input as they were",
  improved("stdin-blocking"),
  async (t) => {
    const { start } = stage(t);
    const log = start();
    await log.idle();
    const flags = /flags:\s*(\d+)/.exec(
      readFileSync(`/proc/${log.running.pid}/fdinfo/0`, "latin1"),
    )?.[1];
    assert.equal(Number.parseInt(flags ?? "0", 8) & 0o4000, 0);
    await log.end();
  },
);
