/** svlogd runs the processor of a ! line on each rotated file. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isAlive } from "../../support/procfs.ts";
import { improved, stage } from "../../support/svlogd-stage.ts";

test("a processor runs on rotated files, with its state on descriptors 4 and 5", async (t) => {
  const config = "s1000\n!cat; { cat <&4; echo done; } >&5; [ ! -e /proc/self/fd/6 ]\n";
  const { dir, start } = stage(t, config);
  const log = start();
  for (const text of ["one\n", "two\n"]) {
    log.write(text);
    await log.idle();
    await log.until("processed", () => !dir.isProcessing());
  }
  assert.equal(await log.end(), 0);
  assert.deepEqual(
    dir.old().map(({ name, mode, text }) => [name.slice(-2), mode, text]),
    [
      [".s", "744", "one\n"],
      [".s", "744", "two\n"],
    ],
  );
  assert.equal(dir.text("state"), "done\ndone\n");
});

test(
  "svlogd rotates while a processor runs, and processes in order",
  improved("processor-queue"),
  async (t) => {
    const { dir, start } = stage(t, "s1000\n!while [ ! -e go ]; do sleep 0.01; done; tr a-z A-Z\n");
    const log = start();
    log.write("a\nb\nc\n");
    await log.until(
      "three rotations",
      () => dir.old().filter(({ name }) => !name.endsWith("t")).length === 3,
    );
    log.write("d\n");
    await log.idle();
    writeFileSync(join(dir.path, "go"), "");
    assert.equal(await log.end(), 0);
    rmSync(join(dir.path, "go"));
    assert.deepEqual(
      dir.old().map(({ text }) => text),
      ["A\n", "B\n", "C\n", "D\n"],
    );
  },
);

test(
  "a processor that is killed has failed, and nothing is lost",
  improved("processor-killed"),
  async (t) => {
    const { dir, start } = stage(t, "s1000\n!head -c1; [ -e ok ] || kill -9 $$; cat\n");
    const log = start();
    log.write("abc\n");
    await log.until("failure", () => log.stderr.includes("processor failed, restart: log"));
    assert.deepEqual(
      dir.old().map(({ name, text }) => [name.slice(-2), text]),
      [[".u", "abc\n"]],
    );
    writeFileSync(join(dir.path, "ok"), "");
    await log.until("success", () => !dir.isProcessing());
    assert.equal(await log.end(), 0);
    assert.deepEqual(
      dir.old().map(({ name, text }) => [name.slice(-2), text]),
      [[".s", "abc\n"]],
    );
  },
);

test("svlogd reports that the output of a processor could not replace the file", async (t) => {
  // A directory has the name of the processed file.
  const { start } = stage(t, "s1000\n!mkdir -p $(ls | sed -n /^@.*u$/s/u$/s/p); cat\n");
  const log = start();
  log.write("abc\n");
  const message = "svlogd: warning: unable to rename processed: log: is a directory\n";
  await log.until("message", () => log.stderr.includes(message));
});

test(
  "svlogd ends while a processor fails, and leaves the file to the next svlogd",
  improved("processor-failing"),
  async (t) => {
    const { dir, start } = stage(t, "s1000\n!exit 1\n");
    const log = start();
    log.write("abc\n");
    await log.until("failure", () => log.stderr.includes("processor failed"));
    log.write("def\n");
    await log.until("second rotation", () => dir.old().length === 2);
    assert.equal(await log.kill("SIGTERM"), 0);
    dir.configure("!cat\n");
    assert.equal(await start().end(), 0);
    assert.deepEqual(
      dir.old().map(({ name, text }) => [name.slice(-2), text]),
      [
        [".s", "abc\n"],
        [".s", "def\n"],
      ],
    );
  },
);

test("HUP leaves a processor at work alone", improved("hup-processor"), async (t) => {
  const { dir, start } = stage(t, "s1000\n!while [ ! -e go ]; do sleep 0.01; done; cat\n");
  const log = start();
  log.write("abc\n");
  await log.until("processor", () => dir.old().some(({ name }) => name.endsWith(".t")));
  await log.signal("SIGHUP");
  writeFileSync(join(dir.path, "go"), "");
  await log.until("success", () => !dir.isProcessing());
  assert.equal(dir.text("state"), "");
  assert.equal(await log.end(), 0);
});

test("a second TERM does not wait for a processor", improved("term-twice"), async (t) => {
  const { dir, start } = stage(t, "s1000\n!exec sleep 1000\n");
  const log = start();
  log.write("abc\n");
  await log.until("processor", () => dir.old().some(({ name }) => name.endsWith(".t")));
  log.running.signal("SIGTERM");
  await log.idle();
  assert.ok(isAlive(log.running.pid));
  assert.equal(await log.kill("SIGTERM"), 0);
  assert.deepEqual(
    dir.old().map(({ name, text }) => [name.slice(-2), text]),
    [[".u", "abc\n"]],
  );
});
