/**
 * chpst and its aliases do as the originals do: what they print, how they end, and in which state they leave the
 * program. The aliases are compared with runit's, setlock with daemontools', whose name it bears.
 *
 * The synopsis after `usage: chpst` is left out of the comparison: ours has more options.
 */
import assert from "node:assert/strict";
import { type StdioOptions, spawn } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import {
  cmdline,
  cwd,
  environ,
  kinship,
  limits,
  openFiles,
  STATUS_LINES,
  statusLines,
} from "../support/procfs.ts";
import { Sandbox } from "../support/sandbox.ts";
import { documentedDifferences, originalInPlace, ours } from "../support/suite.ts";
import { DEADLINE_MS, eventually } from "../support/wait.ts";

const ORIGINAL = "/usr/bin/chpst";
const DAEMONTOOLS_SETLOCK = "/usr/bin/setlock";
const isRoot = process.getuid?.() === 0;
const skip = existsSync(ORIGINAL) ? false : `${ORIGINAL} is not there`;
const skipSetlock = existsSync(DAEMONTOOLS_SETLOCK) ? false : "daemontools is not there";
const AT_ONCE = 4;
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const NOBODY = 65_534;

interface Case {
  /** The words after chpst; `BOX` in them is the sandbox. */
  readonly words: readonly string[];
  /** What it is called by, if not chpst. */
  readonly name?: string;
  /** What is put before the command, to start it in another state. */
  readonly via?: readonly string[];
  /** Prepares the sandbox. */
  readonly prepare?: (dir: string) => void;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  /** Also works for who is not root. */
  readonly unprivileged?: boolean;
  /** The row of docs/differences.md that says why ours differs. */
  readonly differs?: string;
  readonly title?: string;
  /** The original to compare with, if not runit's, or daemontools' for setlock. */
  readonly original?: string;
}

interface Subject {
  readonly chpst: string;
  readonly setlock: string;
}
const THEIRS: Subject = { chpst: ORIGINAL, setlock: DAEMONTOOLS_SETLOCK };
const OURS: Subject = { chpst: join(ours.bin, "chpst"), setlock: join(ours.bin, "chpst") };

const titleOf = ({ title, name = "chpst", words, via, uid }: Case): string =>
  title ??
  [...(uid === undefined ? [] : [`as ${uid}:`]), ...(via ?? []), name, ...words]
    .map((word) => (word === "" ? "''" : word.length > 40 ? `${word.slice(0, 40)}...` : word))
    .join(" ");

function prepared({ prepare }: Case): Sandbox {
  const box = new Sandbox();
  chmodSync(box.dir, 0o755); // for who is not root
  prepare?.(box.dir);
  return box;
}

interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: { readonly env: Readonly<Record<string, string>>; readonly uid?: number };
}

function commandOf(box: Sandbox, one: Case, subject: Subject): Command {
  const { name = "chpst", words, via = [], env = {}, uid } = one;
  const original = subject === THEIRS ? one.original : undefined;
  const tool = original ?? (name === "setlock" ? subject.setlock : subject.chpst);
  const inBox = (word: string) => word.replaceAll("BOX", box.dir);
  // A link of its own, so that also what is started through another program is called by the name.
  const link = join(box.dir, "bin", name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(tool, link);
  const [file = link, ...args] = [...via.map(inBox), link, ...words.map(inBox)];
  return { file, args, options: { env, ...(uid === undefined ? {} : { uid }) } };
}

/** What is chance, and the synopsis of chpst. */
function masked(box: Sandbox, text: string): string {
  return text
    .replaceAll(box.dir, "BOX")
    .replace(/^usage: (\S+) \[-v.*prog$/gm, "usage: $1 OPTIONS prog");
}

/** Runs it to its end, and tells what it said. */
async function outcome(one: Case, subject: Subject): Promise<string> {
  const box = prepared(one);
  try {
    const { file, args, options } = commandOf(box, one, subject);
    const { uid, env } = options;
    const child = spawn(file, args, {
      cwd: box.dir,
      env: { PATH, HOME: box.dir, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      timeout: DEADLINE_MS,
      killSignal: "SIGKILL",
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].on("data", (chunk: Buffer) => {
        said[name] += chunk.toString("latin1");
      });
    }
    const end = await new Promise((resolve) => {
      child.on("close", (code, signal) => resolve(code ?? signal));
    });
    return masked(box, `${end}\n${said.stderr}--\n${said.stdout}`);
  } finally {
    await box.close();
  }
}

/** All that can be seen from outside of the `sleep` that it has become; or how it ended. */
async function portrait(one: Case, subject: Subject): Promise<string> {
  const box = prepared(one);
  let kill = () => {};
  try {
    const { file, args, options } = commandOf(box, one, subject);
    const stdio: StdioOptions = ["ignore", "ignore", "ignore"];
    const running = box.start([file, ...args], { ...options, stdio });
    const { pid } = running;
    kill = () => running.signal("SIGKILL"); // the box does not know it by its mark where that is gone
    let ended: string | undefined;
    void running.ended.then(({ code, signal }) => {
      ended = `ended: ${code ?? signal}`;
    });
    let last = "";
    const isThere = await eventually(
      "program asleep",
      () => {
        if (ended !== undefined) return ended;
        // Seen the same twice: until it sleeps, a program opens its libraries.
        const name = statusLines(pid).get("Name");
        const seen = `${kinship(pid)?.state} ${name} ${JSON.stringify([...openFiles(pid)])}`;
        const again = seen === last;
        last = seen;
        return again && kinship(pid)?.state === "S" && name === "sleep" ? "asleep" : undefined;
      },
      () => last,
    );
    if (isThere !== "asleep") return isThere;
    const status = statusLines(pid);
    const self = kinship(pid);
    const own = (id: number | undefined) => (id === pid ? "itself" : "other");
    const seen = {
      status: STATUS_LINES.map((line) => `${line}: ${status.get(line)}`),
      files: [...openFiles(pid)].map(([fd, { target, flags }]) => `${fd} ${target} ${flags}`),
      environment: environ(pid).sort(),
      limits: limits(pid).split("\n"),
      words: cmdline(pid),
      cwd: cwd(pid),
      root: readlinkSync(`/proc/${pid}/root`),
      nice: self?.nice,
      pgrp: own(self?.pgrp),
      session: own(self?.session),
      oomScore: readFileSync(`/proc/${pid}/oom_score_adj`, "utf8"),
      timerSlack: readFileSync(`/proc/${pid}/timerslack_ns`, "utf8"),
    };
    return masked(box, JSON.stringify(seen, undefined, 1));
  } finally {
    kill();
    await box.close();
  }
}

function compare(
  title: string,
  look: (one: Case, subject: Subject) => Promise<string>,
  cases: readonly Case[],
): void {
  describe(title, { concurrency: AT_ONCE }, () => {
    for (const one of cases) {
      const needs = !isRoot && !one.unprivileged ? "needs to be root" : false;
      const lacks = one.name === "setlock" ? skipSetlock : skip;
      test(titleOf(one), { skip: lacks || needs }, async () => {
        const [theirs, mine] = await Promise.all([look(one, THEIRS), look(one, OURS)]);
        if (one.differs === undefined) {
          assert.equal(mine, theirs);
          return;
        }
        const isKnown = documentedDifferences().has(one.differs);
        assert.ok(isKnown, `docs/differences.md has no row \`${one.differs}\``);
        if (!originalInPlace) assert.notEqual(mine, theirs, "does not differ any more");
      });
    }
  });
}

/** A table of cases that anybody can run. */
const plain = (...lines: readonly string[]): Case[] =>
  lines.map((line) => ({
    words: line.split(" ").map((word) => (word === "''" ? "" : word)),
    unprivileged: true,
  }));
const differ = (differs: string, cases: readonly Case[]): Case[] =>
  cases.map((one) => ({ ...one, differs }));
const called = (name: string, cases: readonly Case[]): Case[] =>
  cases.map((one) => ({ ...one, name }));

// ------------------------------------------------------------------------------- command lines

const commandLines: Case[] = [
  { words: [], unprivileged: true },
  ...plain(
    "-P",
    "-v",
    "-0",
    "--",
    "-",
    "-u",
    "-U",
    "-b",
    "-e",
    "-/",
    "-n",
    "-l",
    "-L",
    "-m",
    "-d",
    "-o",
    "-p",
    "-f",
    "-c",
    "-r",
    "-t",
    "-ux",
    "-vP",
    "-x",
    "-z true",
    "-: true",
    "-? true",
    "-h true",
    "-vz true",
    "-3 true",
    "-a 5 true",
    "-s 5 true",
    "-v true",
    "-P true",
    "-P -P true",
    "-- true",
    "-v -- true",
    "- true",
    "true -z",
    "-- -z",
    "-b x -- sh -c true",
    "-b x",
    "-b '' sh",
    "''",
    "-b x ''",
    "-b x true",
    "-0 -- true",
    "-01 true",
    "-012 true",
    "-2 -1 -0 true",
    "-00 true",
    "-P0 true",
    "-2 nosuch",
    "-2 -u nosuch true",
  ),
  ...plain(
    "-m 5k",
    "-d 5k",
    "-o x true",
    "-p -5 true",
    "-f = true",
    "-c +5 true",
    "-r 0x5 true",
    "-t 1.5 true",
    "-o 5k true",
    "-p 5k true",
    "-t 5m true",
    "-m k true",
    "-d 5kb true",
    "-m unlimite true",
    "-o '' true",
    "-n x true",
    "-n 5x true",
    "-n +-5 true",
    "-n --5 true",
    "-n - true",
    "-n + true",
    "-n '' true",
    "-n +0 true",
    "-n 0 true",
    "-n -0 true",
    "-n 5.0 true",
    "-l a -l b true",
    "-l a -L b true",
    "-L a -L b true",
    "-L a -l a true",
  ),
  // The first that is wrong is told, and nothing is done before.
  ...plain(
    "-n x -z true",
    "-z -n x true",
    "-l a -l b -z",
    "-u nosuch -z true",
    "-n x -u",
    "-e /nosuch -n x true",
  ),
  ...differ("chpst-version", plain("-V", "-Vz", "-vV true", "-u nosuch -V", "-V -z")),
  ...differ("chpst-directory", plain("-C / true", "-C /nosuch true")),
  ...differ("chpst-suffixes", plain("-d 64m true", "-c unlimited true", "-f 1G true")),
  ...differ(
    "chpst-long-options",
    plain(
      "--no-new-privs -v true",
      "--limit",
      "--limit x true",
      "--nosuch true",
      "-v --nosuch true",
    ),
  ),
  ...called("dchpst", plain("-z", "true", "-n x true")),
  ...called("changer", plain("true")),
];

// ----------------------------------------------------------------------------------- programs

const script = (dir: string, name: string, text: string, mode = 0o755) => {
  mkdirSync(join(dir, name, ".."), { recursive: true });
  writeFileSync(join(dir, name), text, { mode });
};
const searched = (path: string, words: readonly string[], extra: Partial<Case> = {}): Case => ({
  words,
  env: { PATH: path },
  unprivileged: true,
  prepare: (dir) => {
    script(dir, "one/prog", "#!/bin/sh\necho one\n");
    script(dir, "two/prog", "#!/bin/sh\necho two\n");
    script(dir, "closed/prog", "#!/bin/sh\necho closed\n", 0o644);
    script(dir, "closed/only", "#!/bin/sh\necho closed\n", 0o644);
    script(dir, "noformat/prog", "echo no format\n");
    script(dir, "broken/prog", "#!/nosuch\necho broken\n");
    script(dir, "prog", "#!/bin/sh\necho here\n");
    script(dir, "file", "");
    mkdirSync(join(dir, "directory/prog"), { recursive: true });
  },
  title: `PATH=${path} ${words.join(" ")}`,
  ...extra,
});
const programs: Case[] = [
  ...[
    "BOX/one",
    "BOX/one:BOX/two",
    "BOX/two:BOX/one",
    "BOX/nosuch:BOX/two",
    "BOX/closed:BOX/two",
    "BOX/closed",
    "BOX/directory:BOX/two",
    "BOX/directory",
    "BOX/noformat:BOX/two",
    "BOX/broken:BOX/two",
    "BOX/broken",
    "BOX/file:BOX/two",
    "BOX/two:BOX/file",
    ":BOX/two",
    "BOX/two:",
    "BOX/nosuch:",
    "",
    ":",
    "/nosuch",
    "one",
    ".",
    "..",
    "BOX/closed:BOX/nosuch",
    "BOX/nosuch:BOX/closed:BOX/nosuch",
    "/bin:BOX/one",
  ].map((path) => searched(path.replaceAll("BOX", "/@@"), ["prog"])),
  ...[
    "./prog",
    "one/prog",
    "closed/prog",
    "directory/prog",
    "noformat/prog",
    "broken/prog",
    "/",
    "/nosuch/prog",
    "./only",
    "file/x",
  ].map((name) => searched("/bin", [name])),
  searched("/@@/closed", ["only"]),
  searched("/@@/one", ["-b", "other", "prog"]),
  searched("/@@/closed", ["-b", "other", "prog"]),
  ...plain("sh -c exit", "false", "-b name sh nosuch", "true --help --nosuch"),
  { words: ["sh", "-c", "exit 7"], unprivileged: true },
  { words: ["sh", "-c", "kill -9 $$"], unprivileged: true },
  { words: ["-b", "-dash", "sh", "-c", "echo $0"], unprivileged: true },
  { words: ["-b", "bytes\u00ff", "sh", "-c", "echo $0"], unprivileged: true },
  {
    words: ["printf", "%s|", "", " ", "a b", "*", "$HOME", "\u00e9\u00ff", "-v"],
    unprivileged: true,
  },
  { via: ["env", "-i"], words: ["true"], unprivileged: true, title: "without PATH: true" },
  { via: ["env", "-i"], words: ["prog"], unprivileged: true, title: "without PATH: prog" },
  { via: ["env", "-i"], words: ["env"], unprivileged: true, title: "without an environment" },
];
// The sandbox is known only when the case is played, so PATH is set by env(1) on the way.
const atHome = (one: Case): Case =>
  one.env?.PATH === undefined
    ? one
    : {
        ...one,
        env: {},
        via: ["/usr/bin/env", `PATH=${one.env.PATH.replaceAll("/@@", "BOX")}`, ...(one.via ?? [])],
      };

// -------------------------------------------------------------------------------------- users

const WHO = ["sh", "-c", "echo $(id -u) $(id -g) $(id -G) UID=$(printenv UID) GID=$(printenv GID)"];
/** The last one is another, so that it is seen to count. */
const groupNames = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    index === 60 ? "sys" : ["root", "daemon", "bin"][index % 3],
  ).join(":");
const groupNumbers = (count: number) =>
  Array.from({ length: count }, (_, index) => 1000 + index).join(":");
const SPECS = [
  "nobody",
  "root",
  "daemon",
  "nobody:root",
  "nobody:nogroup",
  "nobody:daemon:bin",
  "nobody:bin:daemon:bin",
  "root:daemon",
  ":1:2",
  ":1:2:3",
  ":65534:65534",
  ":0:0",
  ":007:008",
  ":12345:54321:1:2:3",
  ":4294967294:4294967294",
  "nosuch",
  "nosuch:root",
  "nosuch:nosuch",
  "nobody:nosuch",
  "nobody:root:nosuch",
  "nobody:1",
  "nobody:",
  "nobody::root",
  "nobody:root:",
  "''",
  ":",
  ":1",
  ":x:2",
  ":1:x",
  ":1:2x",
  ":1:2:x",
  ":-1:2",
  ":+1:2",
  ": 1:2",
  ":0x1:2",
  "0",
  "65534",
  "1:2",
  "Nobody",
  "nobody ",
  `nobody:${groupNames(59)}`,
  `nobody:${groupNames(60)}`,
  `:1:${groupNumbers(59)}`,
  `:1:${groupNumbers(60)}`,
];
const WRONG_IDS = [
  "::",
  "::5",
  ":1:",
  ":1::2",
  ":1:2:",
  ":4294967296:1",
  ":1:4294967296",
  ":1:2:4294967296",
  ":18446744073709551616:1",
];
const specs = (letter: string, list: readonly string[]): Case[] =>
  list.map((spec) => {
    const word = spec === "''" ? "" : spec;
    return {
      words: [letter, word, ...WHO],
      title: `${letter} ${spec.slice(0, 40)} (${spec.length})`,
    };
  });
const users: Case[] = [
  ...specs("-u", SPECS),
  ...specs("-U", SPECS),
  ...differ("chpst-ids", [...specs("-u", WRONG_IDS), ...specs("-U", WRONG_IDS.slice(0, -3))]),
  ...differ("chpst-ids", specs("-u", [":4294967295:1", ":1:4294967295"])),
  ...differ(
    "chpst-many-groups",
    specs("-u", [`nobody:${groupNames(61)}`, `:1:${groupNumbers(61)}`]),
  ),
  ...[
    "-u nobody -U daemon",
    "-U daemon -u nobody",
    "-u nobody -u daemon",
    "-U nobody -U daemon",
  ].map((options) => ({
    words: [...options.split(" "), ...WHO],
  })),
  ...["nobody", ":65534:65534", "root"].map((spec) => ({
    words: ["-u", spec, ...WHO],
    uid: NOBODY,
  })),
  { words: ["-U", "nobody", ...WHO], uid: NOBODY },
];

// -------------------------------------------------------------------------------- environment

const variables =
  (files: Readonly<Record<string, string>>, more?: (dir: string) => void) => (dir: string) => {
    mkdirSync(join(dir, "env"));
    for (const [name, content] of Object.entries(files)) {
      const path = Buffer.concat([Buffer.from(`${dir}/env/`), Buffer.from(name, "latin1")]);
      const fd = openSync(path, "w");
      writeFileSync(fd, Buffer.from(content, "latin1"));
      closeSync(fd);
    }
    more?.(dir);
  };
/** Prints its environment, sorted. */
const SHOW = [
  "perl",
  "-e",
  "open F, '/proc/self/environ'; local $/; print join qq(\\n), sort split /\\0/, <F>",
];
const withFiles = (
  title: string,
  files: Readonly<Record<string, string>>,
  extra: Partial<Case> & { more?: (dir: string) => void } = {},
): Case => {
  const { more, ...rest } = extra;
  return {
    words: ["-e", "BOX/env", ...SHOW],
    env: { KEPT: "kept", K: "old", EMPTY: "" },
    prepare: variables(files, more),
    unprivileged: true,
    title,
    ...rest,
  };
};
const CONTENTS: Readonly<Record<string, string>> = {
  "no byte": "",
  "a newline": "\n",
  blanks: " \t ",
  "blanks and a newline": " \t \n",
  "a value": "v",
  "a line": "v\n",
  "two lines": "v\nw\n",
  "a blank line, then one": "\nw",
  "blanks at the end": "v w \t \n",
  "blanks before": " \tv\n",
  NUL: "\0",
  "NUL within": "a\0b\0\0c\n",
  "NUL at the end": "a\0",
  "NUL before blanks": "a\0 \n",
  "CR LF": "v\r\n",
  CR: "\r",
  "blank CR": "v \r\n",
  "bytes above 127": "\u00ff\u00fe\u0080",
  "an assignment": "K=v",
  quotes: "'v' \"w\" $HOME `x`",
  "vertical tab": "v\v\f\n",
  "5,000 bytes": "x".repeat(5_000),
  "100,000 bytes": `${"y".repeat(100_000)} \nz`,
  "70,000 blanks": `v${" ".repeat(70_000)}\nz`,
  "a newline after 65,536 bytes": `${"z".repeat(65_536)}\nw`,
};
/** Small, and the same each time. */
function* chance(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state >>> 8;
  }
}
function generated(seed: number): Case {
  const numbers = chance(seed);
  const pick = (list: string) => list.charAt(numbers.next().value % list.length);
  const text = (list: string, most: number) =>
    Array.from({ length: numbers.next().value % most }, () => pick(list)).join("");
  const files = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [
      `${pick("ABKxyz_")}${text("ABxy01-. \u00e9", 6)}${index}`,
      text("ab \t\t\n\n\0\r=\u00ff", 24),
    ]),
  );
  return withFiles(`generated files, ${seed}`, files);
}
const environments: Case[] = [
  ...Object.entries(CONTENTS).map(([what, content]) => withFiles(what, { K: content })),
  ...Array.from({ length: 25 }, (_, index) => generated(index + 1)),
  withFiles("several files", { A: "1", B: "2", K: "", EMPTY: "x", KEPT: "y" }),
  withFiles(
    "names that start with a dot",
    { ".K": "1", ".": "", "..A": "2" } as Record<string, string>,
    {
      prepare: variables({ ".K": "1", "..A": "2", K: "k" }),
    },
  ),
  withFiles("names of all kinds", {
    "a b": "1",
    "\u00e9": "2",
    "\u00ff": "3",
    "-": "4",
    k: "5",
    "%n": "6",
    "a\nb": "7",
  }),
  withFiles("the same as before", { K: "old" }),
  withFiles("an empty directory", {}),
  withFiles("a directory within", { K: "new" }, { more: (dir) => mkdirSync(join(dir, "env/D")) }),
  withFiles(
    "a directory within, told",
    { K: "new" },
    {
      more: (dir) => mkdirSync(join(dir, "env/D")),
      words: ["-v", "-e", "BOX/env", ...SHOW],
    },
  ),
  withFiles(
    "a link to a file",
    { K: "new" },
    { more: (dir) => symlinkSync("K", join(dir, "env/L")) },
  ),
  withFiles("a relative path", { K: "new" }, { words: ["-e", "env", ...SHOW] }),
  withFiles("a path with slashes at its end", { K: "new" }, { words: ["-e", "env//", ...SHOW] }),
  withFiles("no directory", {}, { words: ["-e", "BOX/nosuch", ...SHOW] }),
  withFiles("a file for a directory", {}, { words: ["-e", "/etc/passwd", ...SHOW] }),
  withFiles("an empty path", {}, { words: ["-e", "", ...SHOW] }),
  withFiles(
    "no right to the directory",
    { K: "v" },
    { uid: NOBODY, more: (dir) => chmodSync(join(dir, "env"), 0) },
  ),
  withFiles(
    "no right to list",
    { K: "v" },
    { uid: NOBODY, more: (dir) => chmodSync(join(dir, "env"), 0o711) },
  ),
  withFiles(
    "no right to enter",
    { K: "v" },
    { uid: NOBODY, more: (dir) => chmodSync(join(dir, "env"), 0o744) },
  ),
  withFiles(
    "no right to a file",
    { K: "v" },
    { uid: NOBODY, more: (dir) => chmodSync(join(dir, "env/K"), 0) },
  ),
  withFiles("a link to itself", {}, { more: (dir) => symlinkSync("K", join(dir, "env/K")) }),
  withFiles(
    "-U over -e",
    { UID: "9", GID: "9" },
    { words: ["-U", "nobody", "-e", "BOX/env", ...SHOW] },
  ),
  withFiles(
    "-U over -e, the other way round",
    { UID: "9" },
    { words: ["-e", "BOX/env", "-U", "nobody", ...SHOW] },
  ),
  withFiles("an entry without a name", { K: "v" }, { via: ["env", "=x"] }),
  withFiles(
    "a dangling link",
    { A: "1" },
    {
      more: (dir) => symlinkSync("/nosuch", join(dir, "env/Z")),
      words: ["-v", "-e", "BOX/env", ...SHOW],
      differs: "chpst-dangling",
    },
  ),
  withFiles("a name with =", { "A=B": "1" }, { differs: "chpst-equals" }),
  withFiles("PATH", { PATH: "/nosuch" }, { differs: "chpst-path" }),
  withFiles(
    "PATH removed",
    { PATH: "" },
    { words: ["-e", "BOX/env", "/usr/bin/perl", ...SHOW.slice(1)] },
  ),
  withFiles(
    "two directories",
    { A: "1" },
    {
      prepare: (dir) => {
        variables({ A: "1", B: "1" })(dir);
        mkdirSync(join(dir, "more"));
        writeFileSync(join(dir, "more/A"), "2");
      },
      words: ["-e", "BOX/env", "-e", "BOX/more", ...SHOW],
      differs: "chpst-env-dirs",
    },
  ),
];

// ------------------------------------------------------------------------------ limits and nice

const ULIMIT = [
  "sh",
  "-c",
  "for o in d s l v n p f c m t; do echo $o $(ulimit -S -$o) $(ulimit -H -$o); done 2>&1",
];
const limitLines = [
  "-d 500000000",
  "-d 500000000 -d 400000000",
  "-m 3000000000",
  "-m 3000000000 -d 2000000000",
  "-d 2000000000 -m 3000000000",
  "-o 64",
  "-o 64 -o 32",
  "-p 4000",
  "-f 1000000",
  "-c 0",
  "-c 1000",
  "-r 1000000",
  "-t 100",
  "-o 99999999",
  "-o 9223372036854775807",
  "-o 9223372036854775808",
  "-o 64 -p 4000 -f 1000000 -c 0 -r 5 -t 9 -d 600000000",
  "-c ''",
  "-c 007",
  "-f 18446744073709551615",
];
const lower = [
  "sh",
  "-c",
  'ulimit -n 100; ulimit -c 10; ulimit -f 200; ulimit -t 50; exec "$@"',
  "sh",
];
const SESSION = [
  "perl",
  "-e",
  "open F, '/proc/self/stat'; my @f = split / /, <F>; print 'group ', $f[4] == $$, ' session ', $f[5] == $$",
];
const AS_CHILD = ["sh", "-c", '"$@"; exit $?', "sh"];
const limitCases: Case[] = [
  ...limitLines.map((line) => ({
    words: [...line.split(" ").map((word) => (word === "''" ? "" : word)), ...ULIMIT],
    unprivileged: true,
  })),
  ...["-o 50", "-o 100", "-o 101", "-o 5000", "-c 0", "-c 99999", "-f 0", "-t 51", "-t 49"].map(
    (line) => ({
      words: [...line.split(" "), ...ULIMIT],
      via: lower,
      unprivileged: true,
      title: `under lower limits: ${line}`,
    }),
  ),
  ...[
    "-o 18446744073709551621",
    "-t 18446744073709551616",
    "-c 9223372036854775807",
    "-c 9223372036854775808",
  ].map((line) => ({
    words: [...line.split(" "), ...ULIMIT],
    unprivileged: true,
    differs: "chpst-numbers",
  })),
  {
    words: ["-v", "-o", "101", "true"],
    via: lower,
    unprivileged: true,
    differs: "chpst-limit-warning",
  },
  // Too little to run on: the program is killed, or complains, as the system has it.
  ...[
    "-m 0",
    "-m 1000",
    "-m 100000",
    "-m 1000000",
    "-d 0",
    "-o 0",
    "-o 3",
    "-p 0",
    "-f 0",
    "-m 0 -o 0 -f 0 -c 0",
  ].map((line) => ({
    words: [...line.split(" "), "/bin/true"],
    unprivileged: true,
  })),
  ...["-m 0", "-m 1000", "-m 1000000", "-d 0", "-o 0", "-m 0 -o 0"].map((line) => ({
    words: [...line.split(" "), "nosuch"],
    unprivileged: true,
  })),
  ...["-m 0", "-d 0"].map((line) => ({
    words: [...line.split(" "), "-e", "BOX/env", "nosuch"],
    prepare: variables(
      Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`V${i}`, "v".repeat(500)])),
    ),
    unprivileged: true,
    title: `${line}, with an environment of 100 KB`,
  })),
  ...["0", "5", "+5", "-5", "19", "20", "100", "-20", "-100", "+", "-", "''", "007"].map(
    (text) => ({
      words: ["-n", text === "''" ? "" : text, "nice"],
    }),
  ),
  { words: ["-n", "5", "-n", "3", "nice"] },
  { words: ["-n", "5", "nice"], via: ["nice", "-n", "7"] },
  { words: ["-n", "-5", "nice"], via: ["nice", "-n", "7"] },
  { words: ["-n", "-5", "nice"], uid: NOBODY },
  { words: ["-n", "5", "nice"], uid: NOBODY },
  { words: ["-n", "99999999999999999999", "nice"] },
  { words: ["-n", "4294967297", "nice"], differs: "chpst-numbers" },
];

// -------------------------------------------------------------------------- locks and descriptors

const held = (path: string): readonly string[] => ["flock", "-x", path];
const files: Case[] = [
  ...plain(
    "-l BOX/lock true",
    "-L BOX/lock true",
    "-l lock true",
    "-l /nosuch/lock true",
    "-L BOX true",
    "-l '' true",
    "-L /dev/null true",
    "-l /etc/passwd/x true",
  ),
  ...["-L", "-v -L"].map((options) => ({
    words: [...options.split(" "), "BOX/lock", "true"],
    via: held("BOX/lock"),
    unprivileged: true,
    title: `${options} of a lock that is held`,
  })),
  {
    words: ["-L", "BOX/lock", "sh", "-c", "stat -c '%a %s' lock; flock -n lock true; echo $?"],
    unprivileged: true,
  },
  {
    words: ["-l", "BOX/lock", "cat", "lock"],
    prepare: (dir) => writeFileSync(join(dir, "lock"), "content\n"),
    unprivileged: true,
  },
  {
    words: ["-L", "BOX/lock", "-u", "nobody", "true"],
    title: "the lock is made by the new user, who may not",
  },
  { words: ["-l", "BOX/lock", "-l", "BOX/lock", "true"], unprivileged: true },
  ...differ("chpst-closed", [
    { words: ["-0", "true"], via: ["sh", "-c", 'exec 0<&-; exec "$@"', "sh"], unprivileged: true },
    { words: ["-1", "true"], via: ["sh", "-c", 'exec 1<&-; exec "$@"', "sh"], unprivileged: true },
  ]),
];

// ----------------------------------------------------------------------------------- directories

const directories: Case[] = [
  { words: ["-/", "/", "pwd"] },
  { words: ["-/", "BOX/nosuch", "true"] },
  { words: ["-/", "/etc/passwd", "true"] },
  { words: ["-/", "", "true"] },
  { words: ["-/", "/", "true"], uid: NOBODY },
  { words: ["-/", "BOX", "/bin/true"] },
  {
    words: ["-/", "BOX", "-u", ":1:1", "/prog"],
    prepare: (dir) => script(dir, "prog", "#!/nosuch\n"),
  },
  { words: ["-/", "BOX", "-l", "/made", "/bin/true"] },
  { words: ["-/", "BOX", "-e", "BOX/env", "/bin/true"], prepare: variables({ K: "v" }) },
  { words: ["-/", "BOX", "-e", "/env", "/bin/true"], prepare: variables({ K: "v" }) },
  { words: ["-/", "/", "-u", "nobody", "-U", "daemon", ...WHO] },
];

// --------------------------------------------------------------------------------------- aliases

const aliases: Case[] = [
  ...[
    "setuidgid",
    "envuidgid",
    "envdir",
    "pgrphack",
    "softlimit",
    "dsetuidgid",
    "denvuidgid",
    "denvdir",
    "dpgrphack",
    "dsoftlimit",
  ].flatMap((name) => [
    { words: [], name, unprivileged: true },
    ...called(name, plain("''", "nosuch", "-z", "-v true")),
  ]),
  ...["nobody", "root", "nosuch", "nobody:root", ":1:2", "''", "-u", "0"].flatMap((account) =>
    ["setuidgid", "envuidgid"].map((name) => ({
      name,
      words: [account === "''" ? "" : account, ...WHO],
    })),
  ),
  { name: "setuidgid", words: ["nobody", ...WHO], uid: NOBODY },
  withFiles(
    "envdir",
    { A: "1", K: "", B: "x y \t\nz" },
    { name: "envdir", words: ["BOX/env", ...SHOW] },
  ),
  withFiles(
    "envdir, a directory within",
    { A: "1" },
    {
      name: "envdir",
      words: ["BOX/env", ...SHOW],
      more: (dir) => mkdirSync(join(dir, "env/D")),
    },
  ),
  withFiles("envdir, no directory", {}, { name: "envdir", words: ["BOX/nosuch", ...SHOW] }),
  withFiles("denvdir", { A: "1" }, { name: "denvdir", words: ["BOX/env", ...SHOW] }),
  ...called("pgrphack", plain("true", "sh -c true", "-P true", "/nosuch/x")),
  ...[
    "-a 3000000000",
    "-c 5",
    "-d 500000000",
    "-f 5000",
    "-l 5000",
    "-m 3000000000",
    "-o 50",
    "-p 4000",
    "-r 5000",
    "-s 4000000",
    "-t 50",
    "-o = -c =",
    "-m =",
    "-a = -m 3000000000",
    "-m 3000000000 -a =",
    "-o 99999999",
    "-o 50 -o =",
    "-o =  -c 1".replace("  ", " "),
    "-f 9223372036854775808",
  ].map((line) => ({
    name: "softlimit",
    words: [...line.split(" ").map((word) => (word === "''" ? "" : word)), ...ULIMIT],
    unprivileged: true,
  })),
  ...["-o =", "-c =", "-c 99999", "-o 101"].map((line) => ({
    name: "softlimit",
    words: [...line.split(" "), ...ULIMIT],
    via: lower,
    unprivileged: true,
    title: `softlimit under lower limits: ${line}`,
  })),
  ...called(
    "softlimit",
    plain(
      "-m",
      "-z true",
      "-o 5",
      "-- true",
      "-v true",
      "-V",
      "-n 5 true",
      "-P true",
      "-o 50 nosuch",
    ),
  ),
  ...differ(
    "softlimit-usage",
    called("softlimit", plain("-m x true", "-o == true", "-t 5x true", "-c -1 true")),
  ),
];

const setlock: Case[] = called("setlock", [
  { words: [], unprivileged: true },
  ...plain(
    "-n",
    "-z",
    "BOX/lock",
    "-n BOX/lock",
    "-z BOX/lock true",
    "-",
    "- nosuch",
    "-- BOX/lock true",
    "BOX/lock true",
    "-n BOX/lock true",
    "-N BOX/lock true",
    "-x BOX/lock true",
    "-X BOX/lock true",
    "-nNxX BOX/lock true",
    "-nx BOX/lock false",
    "BOX/lock nosuch",
    "-x BOX/lock nosuch",
    "-nx BOX/lock nosuch",
    "BOX/lock -x true",
    "BOX/lock /etc",
    "BOX/lock ''",
    "/nosuch/lock true",
    "-x /nosuch/lock true",
    "-nX /nosuch/lock true",
    "-xX /nosuch/lock true",
    "BOX true",
    "-x BOX true",
    "'' true",
    "-V BOX/lock true",
    "-v BOX/lock true",
    "-n -x BOX/lock echo got",
    "-nx -- BOX/lock echo got",
  ),
  ...["-n", "-nx", "-n -X", "-Nn", "-xn"].map((options) => ({
    words: [...options.split(" "), "BOX/lock", "echo", "got"],
    via: held("BOX/lock"),
    unprivileged: true,
    title: `${options} of a lock that is held`,
  })),
  // Waiting, until timeout(1) ends it.
  ...["-N", "", "-nN", "-x"].map((options) => ({
    words: [...options.split(" ").filter(Boolean), "BOX/lock", "echo", "got"],
    via: [...held("BOX/lock"), "timeout", "0.3"],
    unprivileged: true,
    title: `${options || "without options,"} waits for a lock that is held`,
  })),
  {
    words: ["BOX/lock", "sh", "-c", "stat -c '%a %s' lock; flock -n lock true; echo $?"],
    unprivileged: true,
  },
]);
const runitSetlock: Case[] = differ(
  "setlock-daemontools",
  called("setlock", [
    ...plain("-n", "BOX/lock nosuch", "-x BOX/lock nosuch", "/nosuch/lock true"),
    ...["", "-N"].map((options) => ({
      words: [...options.split(" ").filter(Boolean), "BOX/lock", "echo", "got"],
      via: [...held("BOX/lock"), "timeout", "0.3"],
      unprivileged: true,
      title: `runit's setlock ${options} of a lock that is held`,
    })),
  ]),
).map((one) => ({ ...one, original: ORIGINAL }));

// ------------------------------------------------------------------------ the state of the program

const SLEEP = ["sleep", "1000"];
const STARTS: Readonly<Record<string, readonly string[]>> = {
  "as it comes": [],
  "with HUP, QUIT and USR1 ignored": ["sh", "-c", "trap '' HUP QUIT USR1; exec \"$@\"", "sh"],
  "with PIPE and CHLD ignored": ["sh", "-c", "trap '' PIPE CHLD; exec \"$@\"", "sh"],
  "with INT and USR2 blocked": [
    "perl",
    "-e",
    "use POSIX; sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGINT, SIGUSR2)) or die; exec @ARGV or die",
  ],
  "with limits, umask and priority of its own": [
    "sh",
    "-c",
    'umask 027; ulimit -c 0; ulimit -Sn 512; ulimit -s 4096; exec nice -n 5 "$@"',
    "sh",
  ],
  "with descriptors of its own": [
    "sh",
    "-c",
    'exec 5</dev/null 7>/dev/zero 9<>/dev/full; exec "$@"',
    "sh",
  ],
  "with standard input closed": ["sh", "-c", 'exec 0<&-; exec "$@"', "sh"],
  "with all three closed": ["sh", "-c", 'exec 0<&- 1>&- 2>&-; exec "$@"', "sh"],
  "with an environment of its own": [
    "env",
    "-i",
    "B=2",
    "A=1",
    "EMPTY=",
    "=x",
    "PATH=/usr/bin:/bin",
    "SP=a  b",
  ],
};
const CHANGES: readonly string[] = [
  "",
  "-v",
  "-P",
  "-0",
  "-1",
  "-2",
  "-012",
  "-u nobody",
  "-u daemon:bin:root",
  "-u :12:34:56",
  "-U nobody",
  "-e BOX/env",
  "-n 3",
  "-n -3",
  "-l BOX/lock",
  "-o 64",
  "-m 3000000000",
  "-c 5 -t 99 -p 4000",
  "-/ /",
  "-b other",
  "-P -u nobody -U daemon -e BOX/env -n 2 -l /dev/null -0 -m 3000000000 -o 99 -b all",
];
const states: Case[] = Object.entries(STARTS).flatMap(([how, via]) =>
  CHANGES.map((change) => {
    const one: Case = {
      words: [...change.split(" ").filter(Boolean), ...SLEEP],
      via,
      prepare: variables({ A: "new", FRESH: "fresh", EMPTY: "" }),
      title: `${change || "nothing"}, ${how}`,
    };
    // A standard descriptor that is closed: see the table.
    const closed =
      how === "with all three closed" ? "012" : how === "with standard input closed" ? "0" : "";
    if (closed !== "" && change.includes("-l")) return { ...one, differs: "chpst-lock-descriptor" };
    const closes = [...closed].some((fd) =>
      ["-0", "-1", "-2", "-012"].some((c) => change.split(" ").includes(c) && c.includes(fd)),
    );
    return closes ? { ...one, differs: "chpst-closed" } : one;
  }),
);
states.push(
  ...[
    "setuidgid nobody",
    "envuidgid nobody",
    "envdir BOX/env",
    "pgrphack",
    "softlimit -o 50 -s 4000000",
  ].map((line) => {
    const [name = "", ...words] = line.split(" ");
    return {
      name,
      words: [...words, ...SLEEP],
      prepare: variables({ A: "new" }),
      title: `the state after ${line}`,
    };
  }),
  { name: "setlock", words: ["BOX/lock", ...SLEEP], title: "the state after setlock" },
);

compare("command lines are read as by the original", outcome, commandLines);
compare("programs are found and started as by the original", outcome, programs.map(atHome));
compare("users and groups are taken as by the original", outcome, users);
compare("variables are read as by the original", outcome, environments);
const sessions: Case[] = ["", "-P", "-P -v", "-P -P"].flatMap((options) => {
  const words = [...options.split(" ").filter(Boolean), ...SESSION];
  return [
    { words, unprivileged: true, title: `${options || "nothing"}, leading a session` },
    { words, via: AS_CHILD, unprivileged: true, title: `${options || "nothing"}, not leading one` },
  ];
});
sessions.push({ name: "pgrphack", words: SESSION, via: AS_CHILD, unprivileged: true });

compare("sessions are begun as by the original", outcome, sessions);
compare("limits and nice are set as by the original", outcome, limitCases);
compare("locks and descriptors are treated as by the original", outcome, files);
compare("directories are changed as by the original", outcome, directories);
compare("aliases do as the original's", outcome, aliases);
compare("setlock does as daemontools'", outcome, [...setlock, ...runitSetlock]);
compare("a program is left in the state that the original leaves it in", portrait, states);
