/** svlogd rotates current by age and size, and deletes the oldest rotated files. */
import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { mounts } from "../../support/small-disk.ts";
import { ours } from "../../support/suite.ts";
import { LogTool } from "../../support/svlogd.ts";
import { improved, NOBODY, stage, TOOL } from "../../support/svlogd-stage.ts";
import { eventually } from "../../support/wait.ts";

const strace = existsSync("/usr/bin/strace") ? {} : { skip: "needs strace" };

test("t rotates by age, also across a restart", improved("age-persists"), async (t) => {
  const { dir, start } = stage(t, "t1\n");
  const log = start();
  log.write("one\n");
  await log.until("rotation", () => dir.old().length === 1);
  log.write("two\n");
  await log.idle();
  const began = statSync(join(dir.path, "lock")).mtimeMs;
  await log.end();
  await eventually("more than a second", () => Date.now() > began + 1_050 || undefined, String);
  const again = start();
  await again.until("rotation at once", () => dir.old().length === 2);
  assert.equal(await again.end(), 0);
  assert.deepEqual(
    dir.old().map(({ text }) => text),
    ["one\n", "two\n"],
  );
});

test(
  "n: a rotation deletes all rotated files beyond those to keep",
  improved("prune-all"),
  async (t) => {
    const { dir, start } = stage(t, "s1000\nn8\n");
    const log = start();
    log.write("a\nb\nc\nd\ne\nf\n");
    await log.idle();
    assert.equal(dir.old().length, 6);
    dir.configure("s1000\nn2\n");
    await log.signal("SIGHUP");
    log.write("g\n");
    await log.end();
    assert.deepEqual(
      dir.old().map(({ text }) => text),
      ["f\n", "g\n"],
    );
  },
);

test("s: a small limit splits no line that fits a file", improved("small-limit"), async (t) => {
  const { dir, start } = stage(t, "s10\nn0\n");
  const log = start();
  log.write("1234\n1234567\n12\n");
  await log.end();
  assert.deepEqual(
    dir.old().map(({ text }) => text),
    ["1234\n", "1234567\n"],
  );
  assert.equal(dir.text(), "12\n");
});

test("a rotated file gets a later name than all others", improved("names-ascend"), async (t) => {
  const { dir, start } = stage(t, "s1000\n");
  writeFileSync(join(dir.path, "@4000000090000000000000ff.s"), "from the future\n");
  const log = start();
  log.write("a\n");
  await log.end();
  assert.deepEqual(
    dir.old().map(({ name }) => name),
    ["@4000000090000000000000ff.s", "@400000009000000000000100.s"],
  );
});

test("a rotation replaces no rotated file, whatever the names are", async (t) => {
  const { dir, start } = stage(t, "s1000\nn0\n");
  writeFileSync(join(dir.path, "@ffffffffffffffffffffffff.s"), "");
  const log = start();
  log.write("a\nb\nc\nd\n");
  await log.end();
  assert.deepEqual(
    dir.old().map(({ text }) => text),
    ["a\n", "b\n", "c\n", "d\n", ""],
  );
});

test(
  "a current that a crash left is renamed and processed",
  improved("crash-processed"),
  async (t) => {
    const { dir, start } = stage(t, "!tr a-z A-Z\n");
    const log = start();
    log.write("abc\n");
    await log.idle();
    await log.kill("SIGKILL");
    assert.equal(await start().end(), 0);
    assert.deepEqual(
      dir.old().map(({ text }) => text),
      ["ABC\n"],
    );
  },
);

test("a current that was removed is made again", improved("current-vanished"), async (t) => {
  const { dir, start } = stage(t);
  const log = start();
  log.write("a\n");
  await log.idle();
  rmSync(join(dir.path, "current"));
  await log.signal("SIGALRM");
  log.write("b\n");
  assert.equal(await log.end(), 0);
  assert.equal(dir.text(), "b\n");
});

test("no line is in memory while a rotation waits for the disk", strace, async (t) => {
  const { box, dir } = stage(t, "s4000\nn0\n");
  const calls = join(box.dir, "calls");
  const slow = ["-D", "-o", calls, "-e", "trace=fsync", "-e", "inject=fsync:delay_enter=3s"];
  const log = new LogTool(box, "/usr/bin/strace", [...slow, TOOL, dir.path]);
  await log.until("start", () => dir.files().length > 0);
  const text = Array.from({ length: 3_000 }, (_, line) => `line ${line}\n`).join("");
  log.write(text);
  await log.until("fsync", () => readFileSync(calls, "latin1").includes("fsync("));
  await log.kill("SIGKILL");
  assert.equal(dir.whole(), text);
});

test("current grows beyond its limit while it cannot be renamed", {
  ...improved("bad-directory"),
  ...(mounts === false ? {} : { skip: "needs root, to be nobody" }),
}, async (t) => {
  const { box, dir } = stage(t, "s1000\nn0\n");
  writeFileSync(join(dir.path, "current"), "");
  writeFileSync(join(dir.path, "lock"), "");
  for (const name of ["", "current", "lock"]) chownSync(join(dir.path, name), NOBODY, NOBODY);
  for (const path of [box.dir, dir.path]) chmodSync(path, 0o555);
  const words = ["-u", `:${NOBODY}:${NOBODY}`, TOOL, "-v", dir.path];
  const log = new LogTool(box, join(ours.bin, "chpst"), words);
  log.write("a\nb\nc\n");
  await log.until("failure", () => /pausing: unable to rename current: /.test(log.stderr));
  await log.idle();
  assert.deepEqual([dir.text(), dir.old()], ["a\nb\nc\n", []]);
  chmodSync(dir.path, 0o755);
  await log.until("rotation", () => dir.old().some(({ name }) => name.endsWith(".s")));
  chmodSync(dir.path, 0o555);
  log.write("d\ne\n");
  assert.equal(await log.kill("SIGTERM"), 0);
  chmodSync(box.dir, 0o755);
  assert.equal(dir.whole(), "a\nb\nc\nd\ne\n");
});
