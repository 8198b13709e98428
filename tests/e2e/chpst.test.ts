/**
 * chpst, as a whole: what it does that the original does not, and what the manual promises of every program that
 * is started through it. What both do alike is in differential/chpst.test.ts.
 */
import assert from "node:assert/strict";
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { isAlive, openFiles } from "../support/procfs.ts";
import { run } from "../support/run.ts";
import { type Sandbox, sandbox } from "../support/sandbox.ts";
import { originalInPlace, ours } from "../support/suite.ts";
import { eventually } from "../support/wait.ts";

const CHPST = join(ours.bin, "chpst");
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
/** For tests of what the original does not do. */
const ourOwn = { skip: originalInPlace && "the original does not do this" };
const asRoot = { skip: isRoot ? ourOwn.skip : "needs to be root" };
const onLinux = { skip: process.platform === "linux" ? asRoot.skip : "is about Linux" };

function box(t: TestContext): Sandbox {
  const made = sandbox(t);
  chmodSync(made.dir, 0o755);
  return made;
}

async function chpst(at: Sandbox, words: readonly string[], options = {}) {
  const { code, stdout, stderr } = await run(at, [CHPST, ...words], { argv0: "chpst", ...options });
  return { code, stdout, stderr: stderr.replace(/^usage: chpst .*\n\n/m, "usage\n") };
}

/** What the program prints, which has to end well and without a message. */
async function printed(at: Sandbox, words: readonly string[], options = {}): Promise<string> {
  const { code, stdout, stderr } = await chpst(at, words, options);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return stdout;
}

const failed = (stderr: string, code = 111) => ({ code, stdout: "", stderr });

/** Lines of its own /proc/self/status. */
const status = (...names: readonly string[]) => [
  "grep",
  "-E",
  `^(${names.join("|")}):`,
  "/proc/self/status",
];

// ------------------------------------------------------------------------------- nothing of its own

/** Prints what a program can find out about how it was started; but not pids, nor what changes by itself. */
const STATE = [
  "sh",
  "-c",
  [
    "grep -E '^(Umask|Uid|Gid|Groups|Sig[^Q]|ShdPnd|Cap|NoNew|Seccomp:|Cpus_allowed:)' /proc/self/status",
    "cat /proc/$$/limits /proc/$$/oom_score_adj /proc/$$/timerslack_ns",
    "sort -z /proc/$$/environ | tr '\\0' '\\n'",
    "for f in /proc/$$/fd/* /proc/$$/cwd /proc/$$/root; do readlink $f; done | grep -vE '^(pipe|socket):'",
    "cut -d' ' -f 18,19,40,41 /proc/$$/stat",
  ].join("; "),
];

test("the program finds all as it would without chpst", async (t) => {
  const at = box(t);
  const env = { GREETING: "hello  world", EMPTY: "" };
  const starts = [
    [],
    ["sh", "-c", "trap '' HUP PIPE; umask 027; ulimit -c 0; ulimit -Sn 99; exec \"$@\"", "sh"],
    ["sh", "-c", 'exec 7</dev/null; exec nice -n 3 "$@"', "sh"],
  ];
  for (const via of starts) {
    const alone = await run(at, [...via, ...STATE], { env });
    const changed = await run(at, [...via, CHPST, "-v", ...STATE], { env });
    assert.equal(changed.stdout, alone.stdout);
    assert.equal(changed.stderr, "");
  }
});

test("the exit code is the program's", async (t) => {
  for (const code of [0, 1, 100, 111, 255]) {
    assert.equal((await chpst(box(t), ["sh", "-c", `exit ${code}`])).code, code);
  }
});

test("answers to each of its names", ourOwn, async (t) => {
  const at = box(t);
  for (const name of ["envdir", "envuidgid", "pgrphack", "setlock", "setuidgid", "softlimit"]) {
    const { code, stderr } = await run(at, [join(ours.bin, name)]);
    assert.equal(code, 100);
    assert.match(stderr, new RegExp(`^(setlock: )?usage: ${name} `));
    assert.equal(readlinkSync(join(ours.bin, name)), "chpst");
  }
});

// ------------------------------------------------------------------------------------- directories

test("-C changes the directory of the program", ourOwn, async (t) => {
  const at = box(t);
  mkdirSync(join(at.dir, "sub"));
  assert.equal(await printed(at, ["-C", "sub", "pwd"]), `${at.dir}/sub\n`);
  assert.equal(await printed(at, ["-C", "sub", "-C", "/", "pwd"]), "/\n");
  // Before the program is looked for, and after the variables are.
  writeFileSync(join(at.dir, "sub/prog"), "#!/bin/sh\necho prog $V\n", { mode: 0o755 });
  mkdirSync(join(at.dir, "env"));
  writeFileSync(join(at.dir, "env/V"), "v");
  assert.equal(await printed(at, ["-C", "sub", "-e", "env", "./prog"]), "prog v\n");
  const text = "chpst: fatal: unable to change directory: none: file does not exist\n";
  assert.deepEqual(await chpst(at, ["-C", "none", "true"]), failed(text));
});

test("-C is done with the rights of whom chpst was started by", asRoot, async (t) => {
  const at = box(t);
  mkdirSync(join(at.dir, "closed"), { mode: 0o700 });
  assert.equal(
    await printed(at, ["-C", "closed", "-u", "nobody", "sh", "-c", "id -u"]),
    `${NOBODY}\n`,
  );
});

/** A root with these programs in it, and the libraries that they need. */
async function makeRoot(at: Sandbox, ...programs: readonly string[]): Promise<string> {
  const root = join(at.dir, "root");
  const libraries = await run(at, ["ldd", ...programs]);
  const files = libraries.stdout.match(/\/\S+?(?=:?(\s|$))/g) ?? [];
  for (const file of new Set([...programs, ...files])) {
    if (!existsSync(file)) continue;
    mkdirSync(join(root, dirname(file)), { recursive: true });
    copyFileSync(file, join(root, file));
  }
  mkdirSync(join(root, "sub"), { recursive: true });
  return root;
}

test("-C is within the root that -/ changes to", asRoot, async (t) => {
  const at = box(t);
  const root = await makeRoot(at, "/bin/pwd");
  assert.equal(await printed(at, ["-/", root, "-C", "sub", "/bin/pwd"]), "/sub\n");
  assert.equal(await printed(at, ["-C", "/sub", "-/", root, "/bin/pwd"]), "/sub\n");
  assert.equal(await printed(at, ["-/", root, "/bin/pwd"]), "/\n");
});

test("names that the new root does not know mean what they mean outside", asRoot, async (t) => {
  const at = box(t);
  const root = await makeRoot(at, "/usr/bin/printenv", "/bin/cat");
  const who = ["-/", root, "-U", "nobody", "printenv", "UID", "GID"];
  assert.equal(await printed(at, who), `${NOBODY}\n${NOBODY}\n`);
  // What it does know comes first.
  mkdirSync(join(root, "etc"));
  writeFileSync(join(root, "etc/passwd"), "nobody:x:77:88::/:/bin/false\n");
  assert.equal(await printed(at, who), "77\n88\n");
  const other = ["-/", root, "-u", "daemon:daemon", "-U", "daemon", "printenv", "UID"];
  assert.equal(await printed(at, other), "1\n");
  const text = "chpst: fatal: unknown user/group: nosuch\n";
  assert.deepEqual(await chpst(at, ["-/", root, "-u", "nosuch", "cat"]), failed(text));
});

/** A getent(1) for a root, which leaves a mark there that it was executed. */
function placeGetent(root: string): void {
  const getent = join(root, "bin/getent");
  const lines =
    "case $1 in passwd) echo Alien:x:4321:1234::/:/bin/sh;; group) echo space:x:99:; esac";
  const known = '[ "$2" = alien ] || [ "$2" = space ] || exit 2';
  writeFileSync(getent, `#!/bin/sh\n: >/executed\n${known}\n${lines}\n`);
  chmodSync(getent, 0o755);
}

test("a name that is not in the files is what getent(1) says", asRoot, async (t) => {
  const at = box(t);
  const tool = join(ours.bin, "chpst");
  const root = await makeRoot(at, "/bin/sh", "/usr/bin/printenv", tool);
  placeGetent(root);
  const within = ["-/", root, tool];
  const ids = ["printenv", "UID", "GID"];
  assert.equal(await printed(at, [...within, "-U", "alien", ...ids]), "4321\n1234\n");
  assert.equal(await printed(at, [...within, "-U", "alien:space", ...ids]), "4321\n99\n");
  for (const name of ["nosuch", "1", "alien:nosuch"]) {
    const text = `chpst: fatal: unknown user/group: ${name}\n`;
    assert.deepEqual(await chpst(at, [...within, "-U", name, ...ids]), failed(text));
  }
});

test("nothing in the root that -/ changes to is executed to look up a name", asRoot, async (t) => {
  const at = box(t);
  const root = await makeRoot(at, "/bin/sh", "/usr/bin/printenv");
  placeGetent(root);
  mkdirSync(join(root, "etc"));
  for (const option of ["-u", "-U"]) {
    for (const name of ["alien", "nobody:space"]) {
      const text = `chpst: fatal: unknown user/group: ${name}\n`;
      const words = ["-/", root, option, name, "printenv"];
      assert.deepEqual(await chpst(at, words), failed(text));
    }
  }
  assert.ok(!existsSync(join(root, "executed")));
});

// ------------------------------------------------------------------------------------- environment

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
  const limit = ["--limit", "stack=64m", join(ours.bin, "chpst")]; // what an exec takes is a quarter of that
  assert.equal(await printed(at, [...limit, "--env-file", "vars", "printenv", "LAST"]), "1\n");
});

test("--env-file that cannot be used is fatal, and told with the line", ourOwn, async (t) => {
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

test("-e works where the current directory cannot be opened", asRoot, async (t) => {
  const at = box(t);
  mkdirSync(join(at.dir, "env"));
  writeFileSync(join(at.dir, "env/A"), "a");
  mkdirSync(join(at.dir, "closed"), { mode: 0o711 });
  const words = ["-e", "../env", "printenv", "A"];
  assert.equal(await printed(at, words, { cwd: join(at.dir, "closed"), uid: NOBODY }), "a\n");
});

// ------------------------------------------------------------------------------------------ limits

const limitsOf = (...letters: readonly string[]) => [
  "sh",
  "-c",
  letters.map((letter) => `echo $(ulimit -S${letter}) $(ulimit -H${letter})`).join("; "),
];

test("--limit sets the soft limit, the hard one, or both", ourOwn, async (t) => {
  const at = box(t);
  const show = limitsOf("n", "c");
  const hard = (await printed(at, limitsOf("n"))).split(" ")[1]?.trim();
  for (const [options, expected] of [
    [["--limit", "nofile=10:20"], "10 20"],
    [["--limit", "nofile=15"], "15 15"],
    [["--limit", "nofile=10:"], `10 ${hard}`],
    [["--limit", "nofile=:12", "-o", "11"], "11 12"],
    [["--limit=nofile=:12", "-o", "50"], "12 12"],
  ] as const) {
    assert.equal((await printed(at, [...options, ...show])).split("\n")[0], expected);
  }
  const [, core] = (await printed(at, ["--limit", "core=0", ...show])).split("\n");
  assert.equal(core, "0 0");
});

/** Whether we may raise limits: in a container, root often may not. */
function mayRaise(): boolean {
  const SYS_RESOURCE = 24n;
  const [, set = "0"] = /^CapEff:\t(.*)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return ((BigInt(`0x${set}`) >> SYS_RESOURCE) & 1n) === 1n;
}
const asRaiser = { skip: onLinux.skip || (mayRaise() ? false : "may not raise limits") };
const LOWER = ["sh", "-c", 'ulimit -n 50; exec "$@"', "sh"];

test("--limit raises no hard limit without the privilege", asRoot, async (t) => {
  const words = [...LOWER, CHPST, "--limit", "nofile=60", "true"];
  const refused = await run(box(t), words, { uid: NOBODY });
  assert.equal(refused.stderr, "chpst: fatal: unable to setrlimit(): permission denied\n");
});

test("--limit raises hard limits before privileges are given up", asRaiser, async (t) => {
  const words = [...LOWER, CHPST, "-u", "nobody", "--limit", "nofile=60", ...limitsOf("n")];
  assert.equal((await run(box(t), words)).stdout, "60 60\n");
});

test("amounts of bytes may have a unit", ourOwn, async (t) => {
  const at = box(t);
  const show = ["grep", "Max core file size", "/proc/self/limits"];
  const amounts = ["4k", "4K", "1m", "2g", "1t", "unlimited"];
  const seen: string[] = [];
  for (const amount of amounts) {
    const line = await printed(at, ["-c", amount, ...show]);
    seen.push(line.trim().split(/ {2,}/)[1] ?? "");
  }
  assert.deepEqual(seen, ["4096", "4096", "1048576", "2147483648", "1099511627776", "unlimited"]);
});

test("-v tells of a limit that the hard limit does not allow", ourOwn, async (t) => {
  const at = box(t);
  const told = await run(at, [...LOWER, CHPST, "-v", "-o", "60", ...limitsOf("n")]);
  const text = "chpst: warning: RLIMIT_NOFILE: 60 is above the hard limit, 50 is set\n";
  assert.deepEqual([told.stdout, told.stderr], ["50 50\n", text]);
});

test("limits too low for chpst itself do not keep it from the exec", async (t) => {
  const at = box(t);
  mkdirSync(join(at.dir, "env"));
  for (let index = 0; index < 100; index += 1) {
    writeFileSync(join(at.dir, "env", `V${index}`), "x".repeat(1_000));
  }
  const path = {
    env: { PATH: Array.from({ length: 50 }, (_, index) => `/none/${index}`).join(":") },
  };
  for (const limit of [
    ["-m", "0"],
    ["-d", "0", "-o", "0"],
    ["-m", "100000"],
  ]) {
    const { code, stderr } = await chpst(at, [...limit, "-e", "env", "nosuch"], path);
    assert.deepEqual(
      [code, stderr],
      [111, "chpst: fatal: unable to run: nosuch: file does not exist\n"],
    );
  }
});

// --------------------------------------------------------------------------------------- privileges

test("--no-new-privs is seen by the program, and is not there without it", onLinux, async (t) => {
  const at = box(t);
  const show = status("NoNewPrivs");
  assert.equal(await printed(at, ["--no-new-privs", "-u", "nobody", ...show]), "NoNewPrivs:\t1\n");
  assert.equal(await printed(at, ["-u", "nobody", ...show]), "NoNewPrivs:\t0\n");
});

/** The bounding set that the program sees, by number. */
async function bounding(at: Sandbox, words: readonly string[]): Promise<number[]> {
  return numbersIn(await printed(at, [...words, ...status("CapBnd")]));
}

/** The capabilities in a line of /proc/PID/status. */
function numbersIn(line: string): number[] {
  const set = BigInt(`0x${line.split("\t")[1]?.trim()}`);
  return Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (set >> BigInt(bit)) & 1n);
}

test(
  "--cap-drop takes capabilities out of the bounding set, --cap-keep all others",
  onLinux,
  async (t) => {
    const at = box(t);
    const all = await bounding(at, []);
    const [NET_RAW, KILL, SETPCAP] = [13, 5, 8];
    const without = all.filter((one) => one !== NET_RAW && one !== SETPCAP);
    assert.deepEqual(await bounding(at, ["--cap-drop", "net_raw,CAP_SETPCAP"]), without);
    assert.deepEqual(await bounding(at, ["--cap-drop", "net_raw", "--cap-drop=8"]), without);
    assert.deepEqual(await bounding(at, ["--cap-drop", "all"]), []);
    assert.deepEqual(await bounding(at, ["--cap-drop", "all", "-u", "nobody"]), []);
    assert.deepEqual(
      await bounding(at, ["--cap-keep", "kill,net_raw"]),
      [KILL, NET_RAW].filter((one) => all.includes(one)),
    );
    const nobody = await chpst(at, ["--cap-drop", "kill", "true"], { uid: NOBODY });
    assert.deepEqual(
      nobody,
      failed("chpst: fatal: unable to drop capability kill: permission denied\n"),
    );
    const unknown = await chpst(at, ["--cap-drop", "63", "true"]);
    assert.deepEqual(unknown, failed("chpst: fatal: system does not support capability 63\n"));
  },
);

test("what --cap-drop and --cap-keep drop is not inherited either", onLinux, async (t) => {
  const at = box(t);
  const given = ["+net_raw,+kill,+checkpoint_restore", "+net_raw,+kill"] as const;
  const setpriv = ["setpriv", "--inh-caps", given[0], "--ambient-caps", given[1]];
  const left = async (set: string, words: readonly string[]) => {
    const command = [...setpriv, join(ours.bin, "chpst"), ...words, ...status(set)];
    return numbersIn(await printed(at, command));
  };
  const [NET_RAW, KILL] = [13, 5];
  assert.deepEqual(await left("CapAmb", []), [KILL, NET_RAW], "the sets are as given");
  for (const set of ["CapInh", "CapAmb", "CapEff", "CapPrm"]) {
    assert.deepEqual(await left(set, ["--cap-drop", "all"]), [], set);
    assert.deepEqual(await left(set, ["--cap-keep", "kill"]), [KILL], set);
    assert.ok(!(await left(set, ["--cap-drop", "net_raw"])).includes(NET_RAW), set);
  }
});

test("--oom-score sets the score, also where the new root has no /proc", onLinux, async (t) => {
  const at = box(t);
  const show = ["cat", "/proc/self/oom_score_adj"];
  assert.equal(await printed(at, ["--oom-score", "500", "-u", "nobody", ...show]), "500\n");
  assert.equal(await printed(at, ["--oom-score", "+7", ...show]), "7\n");
  const root = await makeRoot(at, "/bin/true");
  assert.equal(await printed(at, ["--oom-score", "7", "-/", root, "/bin/true"]), "");
  const nobody = await chpst(at, ["--oom-score", "-7", "true"], { uid: NOBODY });
  assert.deepEqual(nobody, failed("chpst: fatal: unable to set oom score: access denied\n"));
});

test("--io-priority sets class and level", onLinux, async (t) => {
  const at = box(t);
  for (const [priority, shown] of [
    ["idle", "idle"],
    ["best-effort:7", "best-effort: prio 7"],
    ["best-effort", "best-effort: prio 4"],
    ["realtime:0", "realtime: prio 0"],
  ] as const) {
    assert.equal(
      await printed(at, ["--io-priority", priority, "-u", "nobody", "ionice"]),
      `${shown}\n`,
    );
  }
  const nobody = await chpst(at, ["--io-priority", "realtime", "true"], { uid: NOBODY });
  assert.deepEqual(nobody, failed("chpst: fatal: unable to set io priority: permission denied\n"));
});

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

// ------------------------------------------------------------------------------ ids, locks, failures

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
