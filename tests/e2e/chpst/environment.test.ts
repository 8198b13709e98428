/** chpst -e and --env-file: the variables of the program. */
import assert from "node:assert/strict";
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { box, CHPST, chpst, failed, ourOwn, printed } from "../../support/chpst.ts";
import { isAlive, openFiles } from "../../support/procfs.ts";
import { run } from "../../support/run.ts";
import { ours } from "../../support/suite.ts";
import { eventually } from "../../support/wait.ts";

test("--env-file sets the variables of a dotenv file", ourOwn, async (t) => {
  const at = box(t);
  writeFileSync(
    join(at.dir, "vars"),
    "# all of them\nexport A=one two # !\nB='$A'\nC=\"x\\ny\"\nK=\n",
  );
  const words = ["sh", "-c", 'echo "$A|$B|$C|$K|$OLD"'];
  const options = { env: { K: "k", OLD: "old" } };
  assert.equal(
    await printed(at, ["--env-file", "vars", ...words], options),
    "one two|$A|x\ny||old\n",
  );
  assert.equal(await printed(at, ["--env-file=vars", ...words], options), "one two|$A|x\ny||old\n");
});

test("--env-file takes any number of variables", ourOwn, async (t) => {
  const at = box(t);
  const lines = Array.from({ length: 70_000 }, (_, index) => `A${index}=`);
  writeFileSync(join(at.dir, "vars"), `${lines.join("\n")}\nLAST=1\n`);
  // An exec takes a quarter of that.
  const limit = ["--limit", "stack=64m", join(ours.bin, "chpst")];
  assert.equal(await printed(at, [...limit, "--env-file", "vars", "printenv", "LAST"]), "1\n");
});

test("--env-file that cannot be used is fatal, and the message has the line", ourOwn, async (t) => {
  const at = box(t);
  writeFileSync(join(at.dir, "vars"), "A=1\nB\n");
  for (const [file, text] of [
    ["vars", "unable to use vars: line 2: not NAME=VALUE"],
    ["none", "unable to read none: file does not exist"],
    [".", "unable to read .: is a directory"],
  ] as const) {
    assert.deepEqual(
      await chpst(at, ["--env-file", file, "true"]),
      failed(`chpst: fatal: ${text}\n`),
    );
  }
});

test("a FIFO that is being written is read to its end", ourOwn, async (t) => {
  const at = box(t);
  mkdirSync(join(at.dir, "env"));
  for (const [path, words, start, rest] of [
    ["vars", ["--env-file", "vars"], "V=", "long\n"],
    ["env/V", ["-e", "env"], "", "long\n"],
  ] as const) {
    const fifo = join(at.dir, path);
    assert.equal((await run(at, ["mkfifo", fifo])).code, 0);
    const writer = openSync(fifo, constants.O_RDWR);
    writeSync(writer, start);
    const reading = at.start([CHPST, ...words, "sh", "-c", 'echo "$V"']);
    const files = () => [...openFiles(reading.pid).values()].map(({ target }) => target);
    const isRead = () => files().includes(fifo) || !isAlive(reading.pid) || undefined;
    await eventually("reader", isRead, () => files().join("\n"));
    writeSync(writer, rest);
    closeSync(writer);
    assert.equal((await reading.exit()).code, 0);
    assert.equal(reading.stdout(), "long\n");
  }
});

test("the writer of a FIFO is waited for by --env-file, and not by -e", ourOwn, async (t) => {
  const at = box(t);
  mkdirSync(join(at.dir, "env"));
  assert.equal((await run(at, ["mkfifo", "vars", "env/V"])).code, 0);
  const show = ["sh", "-c", "printenv V || echo none"];
  assert.equal(await printed(at, ["-e", "env", ...show], { env: { V: "old" } }), "none\n");
  const reading = at.start([CHPST, "--env-file", "vars", ...show]);
  // Waits in its turn until somebody has opened the FIFO for reading.
  assert.equal((await run(at, ["sh", "-c", "echo V=new >vars"])).code, 0);
  assert.equal((await reading.exit()).code, 0);
  assert.equal(reading.stdout(), "new\n");
});

test(
  "-e and --env-file may be given often; the last word on a variable counts",
  ourOwn,
  async (t) => {
    const at = box(t);
    for (const [directory, files] of Object.entries({
      one: { A: "1", B: "1", C: "1" },
      two: { A: "2", B: "" },
    })) {
      mkdirSync(join(at.dir, directory));
      for (const [name, value] of Object.entries(files))
        writeFileSync(join(at.dir, directory, name), value);
    }
    writeFileSync(join(at.dir, "vars"), "A=3\n");
    const show = ["sh", "-c", 'echo "$A $(printenv B || echo none) $C"'];
    assert.equal(await printed(at, ["-e", "one", "-e", "two", ...show]), "2 none 1\n");
    assert.equal(await printed(at, ["-e", "two", "-e", "one", ...show]), "1 1 1\n");
    assert.equal(
      await printed(at, ["-e", "one", "--env-file", "vars", "-e", "two", ...show]),
      "2 none 1\n",
    );
    assert.equal(
      await printed(at, ["-e", "one", "-e", "two", "--env-file", "vars", ...show]),
      "3 none 1\n",
    );
  },
);

test("the program is looked up in the PATH that it gets", ourOwn, async (t) => {
  const at = box(t);
  mkdirSync(join(at.dir, "bin"));
  mkdirSync(join(at.dir, "env"));
  writeFileSync(join(at.dir, "bin/only-here"), "#!/bin/sh\necho here\n", { mode: 0o755 });
  writeFileSync(join(at.dir, "env/PATH"), `${at.dir}/bin\n`);
  assert.equal(await printed(at, ["-e", "env", "only-here"]), "here\n");
  const text = "chpst: fatal: unable to run: printenv: file does not exist\n";
  assert.deepEqual(await chpst(at, ["-e", "env", "printenv"]), failed(text));
});

test(
  "a link that leads nowhere is passed over, and a name with = is refused",
  ourOwn,
  async (t) => {
    const at = box(t);
    mkdirSync(join(at.dir, "env"));
    symlinkSync("/nosuch", join(at.dir, "env/A"));
    const options = { env: { A: "old" } };
    assert.equal(await printed(at, ["-e", "env", "printenv", "A"], options), "old\n");
    const told = await chpst(at, ["-v", "-e", "env", "printenv", "A"], options);
    assert.equal(told.stderr, "chpst: warning: unable to read env/A: file does not exist\n");
    writeFileSync(join(at.dir, "env/B=C"), "x");
    const text = 'chpst: fatal: unable to use env/B=C: "=" in a variable\'s name\n';
    assert.deepEqual(await chpst(at, ["-e", "env", "true"]), failed(text));
  },
);
