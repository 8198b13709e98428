/** chpst executes nothing if an argument is wrong or a step fails. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { asRoot, box, CHPST, chpst, failed, ourOwn, printed } from "../../support/chpst.ts";
import { run } from "../../support/run.ts";

test("an argument that makes no sense is wrong usage, and nothing is done", ourOwn, async (t) => {
  const at = box(t);
  for (const [option, argument] of [
    ["limit", "nofile=5k"],
    ["oom-score", "2000"],
    ["io-priority", "8"],
    ["cap-drop", "net"],
    ["cap-keep", "all"],
  ] as const) {
    const text = `chpst: invalid argument for --${option}: ${argument}\nusage\n`;
    assert.deepEqual(
      await chpst(at, [`--${option}=${argument}`, "touch", "made"]),
      failed(text, 100),
    );
  }
  assert.ok(!existsSync(join(at.dir, "made")));
});

test("an id that is none or too large is an error, never root", asRoot, async (t) => {
  const at = box(t);
  for (const spec of ["::1", ":1:", ":4294967296:1", ":4294967295:1", ":1:4294967296", ":1::2"]) {
    for (const option of ["-u", "-U"]) {
      const text = `chpst: fatal: invalid uid/gids: ${spec.slice(1)}\n`;
      assert.deepEqual(await chpst(at, [option, spec, "true"]), failed(text));
    }
  }
});

test("a step that fails ends it before the program runs", asRoot, async (t) => {
  const at = box(t);
  const steps = [
    ["-e", "none"],
    ["--env-file", "none"],
    ["-/", "none"],
    ["-C", "none"],
    ["-U", "none"],
    ["-u", "none"],
    ["-l", "none/lock"],
    ["--cap-drop", "63"],
  ];
  for (const step of steps) {
    const { code, stderr } = await chpst(at, [...step, "touch", `${at.dir}/made`]);
    assert.equal(code, 111);
    assert.match(stderr, /^chpst: fatal: .*\n$/);
  }
  assert.ok(!existsSync(join(at.dir, "made")));
});

test("with standard input closed, the lock does not become it", ourOwn, async (t) => {
  const at = box(t);
  const shell = 'exec 0<&-; exec "$@"';
  const show = ["sh", "-c", "readlink /proc/$$/fd/0 /proc/$$/fd/3"];
  const { stdout } = await run(at, ["sh", "-c", shell, "sh", CHPST, "-L", "lock", ...show]);
  assert.equal(stdout, `${at.dir}/lock\n`);
  assert.equal(readFileSync(join(at.dir, "lock"), "utf8"), "");
});

test("the lock is held until the program has ended", async (t) => {
  const at = box(t);
  const inside = await chpst(at, ["-l", "lock", "sh", "-c", `${CHPST} -L lock true; echo $?`]);
  const text = "chpst: fatal: unable to lock: lock: temporary failure\n";
  assert.deepEqual(inside, { code: 0, stdout: "111\n", stderr: text });
  assert.equal(await printed(at, ["-L", "lock", "true"]), "");
});
