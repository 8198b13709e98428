/** svlogd on a full disk waits or deletes old files, and loses nothing while it lives. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sandbox } from "../../support/sandbox.ts";
import { mounts, smallDisk } from "../../support/small-disk.ts";
import { LogDir, LogTool } from "../../support/svlogd.ts";
import { improved, stage, TOOL } from "../../support/svlogd-stage.ts";

test("a full disk stops neither other directories nor signals, and loses nothing", {
  ...improved("bad-directory"),
  ...(mounts === false ? {} : { skip: mounts }),
}, async (t) => {
  const { dir, start } = stage(t);
  const disk = smallDisk(t, 65_536);
  const full = new LogDir(join(disk, "log"));
  writeFileSync(join(disk, "filler"), "x".repeat(60_000));
  const log = start(full.path, "log");
  const text = "0123456789\n".repeat(3_000);
  for (let round = 0; round < 20; round += 1) log.write(text);
  await log.until("the other directory", () => dir.text().length === 20 * text.length);
  await log.until("pause", () =>
    log.stderr.includes(`pausing: unable to write to current: ${full.path}: out of disk space`),
  );
  await log.signal("SIGALRM");
  assert.equal(dir.old().length, 1);
  execFileSync("mount", ["-o", "remount,size=8m", disk]);
  await log.until("all of it", () => full.whole().length === 20 * text.length);
  assert.equal(full.whole(), text.repeat(20));
  assert.equal(await log.kill("SIGTERM"), 0);
});

test("with one directory on a full disk the input waits, and TERM ends svlogd", {
  ...improved("bad-directory"),
  ...(mounts === false ? {} : { skip: mounts }),
}, async (t) => {
  const box = sandbox(t);
  const full = new LogDir(join(smallDisk(t, 65_536), "log"));
  const log = new LogTool(box, TOOL, [full.path]);
  log.write("0123456789\n".repeat(10_000));
  await log.until("pause", () => log.stderr.includes("pausing: unable to write"));
  assert.equal(await log.kill("SIGTERM"), 111);
  assert.match(
    log.stderr,
    /^svlogd: warning: unable to write to current, lost \d+ bytes: \S*\/log$/m,
  );
  assert.ok(full.text().length > 0);
});

test("after the end of the input, a full disk delays the end for seconds; the loss is reported", {
  ...improved("bad-directory"),
  ...(mounts === false ? {} : { skip: mounts }),
}, async (t) => {
  const box = sandbox(t);
  const full = new LogDir(join(smallDisk(t, 65_536), "log"));
  const log = new LogTool(box, TOOL, [full.path]);
  const text = "0123456789\n".repeat(10_000);
  // Half of it stays in the pipe, so that svlogd does not see the end of its input.
  log.write(text);
  await log.until("pause", () => log.stderr.includes("pausing: unable to write"));
  assert.equal(await log.end(), 111);
  const lost = /^svlogd: warning: unable to write to current, lost (\d+) bytes: \S*\/log\n/m;
  const [, bytes = ""] = lost.exec(log.stderr) ?? [];
  assert.equal(full.whole().length + Number(bytes), text.length);
});

test("HUP is served while the disk is full, and nothing is lost", {
  ...improved("bad-directory"),
  ...(mounts === false ? {} : { skip: mounts }),
}, async (t) => {
  const box = sandbox(t);
  const disk = smallDisk(t, 65_536);
  const full = new LogDir(join(disk, "log"), "s0\n##\n");
  const log = new LogTool(box, TOOL, ["-v", full.path], { argv0: "svlogd" });
  const text = "0123456789\n".repeat(10_000);
  log.write(text);
  await log.until("pause", () => log.stderr.includes("pausing: unable to write"));
  writeFileSync(join(full.path, "config"), "s0\nnx\n"); // as large: there is room
  await log.signal("SIGHUP");
  await log.until("settings", () => log.stderr.includes("/config:2: ignored: nx\n"));
  execFileSync("mount", ["-o", "remount,size=8m", disk]);
  await log.until("all of it", () => full.whole().length === text.length);
  assert.equal(await log.end(), 0);
  assert.equal(full.whole(), text);
});

test(
  "N: on a full disk the oldest files are deleted, down to the least to keep",
  mounts === false ? {} : { skip: mounts },
  async (t) => {
    const box = sandbox(t);
    const dir = new LogDir(join(smallDisk(t, 262_144), "log"), "s20000\nn20\nN2\n");
    const log = new LogTool(box, TOOL, [dir.path]);
    const text = "0123456789\n".repeat(40_000);
    log.write(text);
    await log.idle();
    assert.equal(await log.end(), 0);
    assert.match(
      log.stderr,
      /^svlogd: warning: out of disk space, delete: \S*\/log\/@[0-9a-f]{24}\.s$/m,
    );
    assert.ok(text.endsWith(dir.whole()), "what is kept is the end, whole");
    assert.ok(dir.old().length >= 2);
  },
);
