/** svlogd in a directory of another user follows no link and opens no FIFO. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Sandbox } from "../../support/sandbox.ts";
import { improved, stage } from "../../support/svlogd-stage.ts";

describe("svlogd in a directory of another user", improved("log-files"), () => {
  /** A file that svlogd must not touch, and a link to it. */
  function bait(box: Sandbox, link: string): string {
    const path = join(box.dir, "precious");
    writeFileSync(path, "precious\n", { mode: 0o600 });
    symlinkSync(path, link);
    return path;
  }
  const isUntouched = (path: string) => {
    assert.equal(readFileSync(path, "latin1"), "precious\n");
    assert.equal(statSync(path).mode & 0o777, 0o600);
  };

  test("a link as current is renamed", async (t) => {
    const { box, dir, start } = stage(t, "!cat\n");
    const path = bait(box, join(dir.path, "current"));
    const log = start();
    log.write("line\n");
    assert.equal(await log.end(), 0);
    isUntouched(path);
    assert.equal(dir.text(), "line\n");
    const [aside] = dir.old();
    assert.deepEqual(
      [dir.old().length, log.stderr],
      [1, `svlogd: warning: log/current is not a regular file, renamed to ${aside?.name}\n`],
    );
  });

  test("a FIFO as current is renamed", async (t) => {
    const { dir, start } = stage(t);
    execFileSync("mkfifo", [join(dir.path, "current")]);
    const log = start();
    log.write("line\n");
    assert.equal(await log.end(), 0);
    assert.equal(dir.text(), "line\n");
  });

  test("a link as lock is not followed", async (t) => {
    const { box, dir, start } = stage(t);
    const path = bait(box, join(dir.path, "lock"));
    const log = start();
    assert.equal((await log.running.exit()).code, 111);
    isUntouched(path);
    assert.match(log.stderr, /unable to lock directory: log: lock is not a regular file\n/);
  });

  test("lock keeps its text when its time changes", async (t) => {
    const { dir, start } = stage(t, "t1\n");
    writeFileSync(join(dir.path, "lock"), "text\n");
    const log = start();
    log.write("line\n");
    await log.until("rotation", () => dir.old().length === 1);
    assert.equal(await log.end(), 0);
    assert.equal(dir.text("lock"), "text\n");
  });

  for (const name of ["newstate", "state"]) {
    test(`a link as ${name} is not written through`, async (t) => {
      const { box, dir, start } = stage(t, "s1000\n!cat; echo state >&5\n");
      const path = bait(box, join(dir.path, name));
      const log = start();
      log.write("line\n");
      await log.end();
      isUntouched(path);
      assert.equal(dir.whole(), "line\n");
    });
  }

  test("a link that a processor leaves as its output is not accepted", async (t) => {
    const swap = "cat >/dev/null; out=$(echo @*.t); rm $out; ln -s ../precious $out";
    const { box, dir, start } = stage(t, `s1000\n!${swap}\n`);
    const path = bait(box, join(box.dir, "link"));
    const log = start();
    log.write("line\n");
    await log.until("failure", () => log.stderr.includes("processor failed"));
    isUntouched(path);
    assert.deepEqual(
      dir.old().map(({ name, text }) => [name.slice(-2), text]),
      [[".u", "line\n"]],
    );
    await log.kill("SIGTERM");
  });

  test("a file that is not regular does not wait for a processor", async (t) => {
    const { box, dir, start } = stage(t, "s1000\n!cat\n");
    const [link, other] = ["@400000000000000000000000.u", "@400000000000000000000001.u"];
    const path = bait(box, join(dir.path, link));
    mkdirSync(join(dir.path, other));
    const log = start();
    log.write("line\n");
    assert.equal(await log.end(), 0);
    isUntouched(path);
    assert.deepEqual(
      dir
        .old()
        .map(({ text }) => text)
        .slice(1),
      ["line\n"],
    );
  });

  test("a config that is not a file is not read", async (t) => {
    const { dir, start } = stage(t);
    symlinkSync("/dev/zero", join(dir.path, "config"));
    const log = start();
    log.write("line\n");
    assert.equal(await log.end(), 0);
    assert.equal(dir.text(), "line\n");
    assert.equal(log.stderr, "svlogd: warning: unable to read config: log: not a regular file\n");
  });
});
