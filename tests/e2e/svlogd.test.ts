/**
 * svlogd, as a whole: the real binary, real directories, real signals. `RUNITS_BIN=/usr/bin` tests the original.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { isAlive } from "../support/procfs.ts";
import { type Cleanup, type Sandbox, sandbox } from "../support/sandbox.ts";
import { mounts, smallDisk } from "../support/small-disk.ts";
import { originalInPlace, ours } from "../support/suite.ts";
import { LogDir, LogTool } from "../support/svlogd.ts";
import { eventually } from "../support/wait.ts";

const TOOL = join(ours.bin, "svlogd");

/** Skips a test of an intended difference; `key` is a row of docs/differences.md. */
const improved = (key: string) => ({ skip: originalInPlace && `the original differs: ${key}` });

const NOBODY = 65_534;

interface Stage {
  readonly box: Sandbox;
  readonly dir: LogDir;
  readonly start: (...words: string[]) => LogTool;
}

/** One log directory, `log`. */
function stage(t: Cleanup, config?: string): Stage {
  const box = sandbox(t);
  const dir = new LogDir(join(box.dir, "log"), config);
  const start = (...words: string[]) => {
    const line = words.some((word) => /(^|\/)log/.test(word)) ? words : [...words, "log"];
    return new LogTool(box, TOOL, line, { cwd: box.dir, argv0: "svlogd" });
  };
  return { box, dir, start };
}

test("svlogd appends lines to current, and marks it closed at the end", async (t) => {
  const { dir, start } = stage(t);
  const log = start();
  log.write("one\n");
  await log.idle();
  assert.deepEqual(dir.files(), [{ name: "current", mode: "644", text: "one\n" }]);
  log.write("two\n");
  assert.equal(await log.end(), 0);
  assert.deepEqual(dir.files(), [{ name: "current", mode: "744", text: "one\ntwo\n" }]);
});

test("a last line without a newline is logged with one", improved("last-line"), async (t) => {
  const { dir, start } = stage(t);
  const log = start();
  log.write("one\ntwo");
  assert.equal(await log.end(), 0);
  assert.equal(dir.text(), "one\ntwo\n");
});

test("TERM: svlogd logs the input so far", improved("term-drains"), async (t) => {
  const { dir, start } = stage(t);
  const log = start();
  await log.idle();
  const text = "0123456789\n".repeat(5_000);
  log.write(`${text}and this`);
  assert.equal(await log.kill("SIGTERM"), 0);
  assert.equal(dir.text(), `${text}and this\n`);
});

test("-t, -tt and -ttt stamp a line in their styles", async (t) => {
  const { dir, start } = stage(t);
  const forms: [string, RegExp][] = [
    ["-t", /^@4[0-9a-f]{23} x\n$/],
    ["-tt", /^\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d\.\d{5} x\n$/],
    ["-ttt", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{5} x\n$/],
  ];
  for (const [word, form] of forms) {
    const log = start(word);
    log.write("x\n");
    await log.end();
    assert.match(dir.text(), form);
    rmSync(join(dir.path, "current"));
  }
});

test("a line has the time of its first byte", async (t) => {
  const { dir, start } = stage(t);
  const log = start("-tt");
  log.write("a");
  await log.idle();
  const before = new Date().toISOString();
  await log.until("another moment", () => new Date().toISOString() > before);
  log.write("b\nc\n");
  await log.end();
  const [first = "", second = ""] = dir.text().split("\n");
  assert.ok(first.slice(0, 25) < second.slice(0, 25), dir.text());
});

test("-j puts the time into lines of JSON and before others", improved("-j"), async (t) => {
  const { dir, start } = stage(t, "pweb: \n");
  const log = start("-j", "at");
  log.write('{"a":1}\ntext\n{"long":"');
  await log.idle();
  log.write(`${"x".repeat(3_000)}"}\n`);
  await log.end();
  const time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{5}";
  const [object, text, long] = dir.text().split("\n");
  assert.match(object ?? "", new RegExp(`^\\{"at":"${time}Z","a":1\\}$`));
  assert.match(text ?? "", new RegExp(`^${time} web: text$`));
  assert.match(long ?? "", new RegExp(`^\\{"at":"${time}Z","long":"x{3000}"\\}$`));
});

test("-r replaces in the whole of a long line", improved("replace-whole"), async (t) => {
  const { dir, start } = stage(t);
  const log = start("-r_");
  log.write(`${"a".repeat(1_500)}\x1b[31m\n`);
  await log.end();
  assert.equal(dir.text(), `${"a".repeat(1_500)}_[31m\n`);
});

test(
  "patterns select lines, and a plus means once or more",
  improved("pattern-plus"),
  async (t) => {
    const { dir, start } = stage(t, "-*\n+foo+bar\n");
    const log = start();
    log.write("foob\nfoobbbar\nfoobar\nfoo\n");
    await log.end();
    assert.equal(dir.text(), "foobbbar\nfoobar\n");
  },
);

test("svlogd ends, whatever the rules and the lines are", async (t) => {
  // A pattern of 990 characters, and a line that follows it to its end.
  const pattern = "abcdefghijklmnopqrstuvwxyz,.-#/()".repeat(30);
  const { dir, start } = stage(t, `-${pattern}*\n`);
  const log = start();
  log.write(`${pattern}tail\nsecond\n`);
  assert.equal(await log.end(), 0);
  assert.equal(dir.text(), "second\n");
});

test("e rules print shortened lines, on a standard error that does not keep up", async (t) => {
  const { box, dir, start } = stage(t, "-*\ne*\nE*not*\npweb: \n");
  writeFileSync(join(box.dir, "lines"), "abcd\nnot\nabcdef\n".repeat(20_000));
  const log = start("-l", "5");
  await log.feed(box, ["cat", join(box.dir, "lines")]);
  assert.equal(await log.end(), 0);
  assert.equal(log.stderr, "web: abcd\nweb: abcde...\n".repeat(20_000));
  assert.equal(dir.text(), "");
});

test("u sends shortened lines by UDP", async (t) => {
  const { dir, start } = stage(t);
  const socket = createSocket("udp4");
  t.after(async () => {
    socket.close();
  });
  const got: string[] = [];
  socket.on("message", (message) => got.push(message.toString("latin1")));
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  dir.configure(`u127.0.0.1:${port}\npx: \n-skip\n`);
  const log = start("-l", "5");
  log.write("abc\nskip\n1234567890\n");
  await log.until("two datagrams", () => got.length === 2);
  assert.deepEqual(got, ["x: abc\n", "x: 12345...\n"]);
  await log.end();
  assert.equal(dir.text(), "x: abc\nx: 1234567890\n");
  dir.configure(`U127.0.0.1:${port}\n`);
  const again = start();
  again.write("only there\n");
  await again.until("datagram", () => got.length === 3);
  await again.end();
  assert.equal(dir.text(), "x: abc\nx: 1234567890\n");
});

test("with a wrong UDP address, lines still go to the file", improved("udp-address"), async (t) => {
  const { dir, start } = stage(t, "U1.2.3.400\n");
  const log = start();
  log.write("kept\n");
  await log.end();
  assert.equal(dir.text(), "kept\n");
  assert.match(log.stderr, /^svlogd: warning: unable to scan ip address: 1\.2\.3\.400$/m);
});

test(
  "config: a setting that is not understood is reported, at the start and at HUP",
  improved("config-warnings"),
  async (t) => {
    const { dir, start } = stage(t, "s10X\nn2\nnfoo\n");
    const log = start();
    log.write(`${"x".repeat(500)}\n`.repeat(10));
    await log.idle();
    const first = [
      "svlogd: warning: log/config:1: ignored: s10X\n",
      "svlogd: warning: log/config:3: ignored: nfoo\n",
    ].join("");
    assert.equal(log.stderr, first);
    assert.deepEqual(dir.old(), []);
    dir.configure("keep 30\n");
    await log.signal("SIGHUP");
    assert.equal(log.stderr, `${first}svlogd: warning: log/config:1: ignored: keep 30\n`);
    assert.equal(await log.end(), 0);
  },
);

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
  assert.deepEqual(
    dir.old().map(({ text }) => text),
    ["one\n", "two\n"],
  );
  assert.equal(await again.end(), 0);
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

test("-l and -b take numbers of any size, and long lines are held", async (t) => {
  const { box, dir, start } = stage(t, "-*x\n+*y\n");
  const long = "a".repeat(300_000);
  writeFileSync(join(box.dir, "lines"), `${long}x\n${long}y\nx\ny\n`);
  const log = start("-l", "4000000000", "-b", "4000000001");
  await log.feed(box, ["cat", join(box.dir, "lines")]);
  assert.equal(await log.end(), 0);
  assert.equal(dir.text(), `${long}y\ny\n`);
});

test("wrong usage: exit code 111", async (t) => {
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

const strace = existsSync("/usr/bin/strace") ? {} : { skip: "needs strace" };

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
