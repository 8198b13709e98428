/**
 * svlogd beside Debian's: both get the same lines, the same signals at the same places of the input and the same
 * settings, and have to leave the same files: names apart, byte for byte, in the same order, with the same
 * permissions and messages. Where a history has several svlogds, one after the other, the two also take turns: each
 * goes on with what the other has left, in order or by a crash.
 *
 * Most histories are made up at random, by a seed that a failure tells. What is meant to differ
 * (docs/differences.md, `## svlogd`) is left out of them, and tested in tests/e2e/svlogd.test.ts.
 */
import assert from "node:assert/strict";
import type { StdioOptions } from "node:child_process";
import { closeSync, existsSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, type TestContext, test } from "node:test";
import { run } from "../support/run.ts";
import { type Sandbox, sandbox } from "../support/sandbox.ts";
import { originalInPlace, ours } from "../support/suite.ts";
import { DEBIAN, LogDir, LogTool } from "../support/svlogd.ts";
import { untilAlike } from "./attempts.ts";

const HISTORIES = Number(process.env.SVLOGD_HISTORIES ?? 80);
const FIRST = Number(process.env.SVLOGD_FIRST ?? 1);
const AT_ONCE = 4;
const count = { histories: 0, handedOver: 0, lines: 0, again: 0 };
const skip = originalInPlace ? "ours is asked for" : existsSync(DEBIAN) ? false : `no ${DEBIAN}`;

type End = "end" | "SIGTERM" | "SIGKILL";
type Step =
  | { readonly do: "write"; readonly text: string }
  | { readonly do: "signal"; readonly signal: "SIGALRM" | "SIGHUP" }
  | { readonly do: "configure"; readonly dir: number; readonly config: string }
  /** Waits until there are so many old logs, processed, in the first directory. */
  | { readonly do: "await"; readonly old: number }
  | { readonly do: "again"; readonly by: End };

interface History {
  readonly words: readonly string[];
  /** The settings of each directory. */
  readonly configs: readonly string[];
  readonly steps: readonly Step[];
}

const OURS = join(ours.bin, "svlogd");
/** Whose svlogd is started, in turns. */
const CASTS = {
  debian: [DEBIAN],
  ours: [OURS],
  debianFirst: [DEBIAN, OURS],
  oursFirst: [OURS, DEBIAN],
};
type CastName = keyof typeof CASTS;

/** Plays a history, and tells what was said and what is left. */
async function play(box: Sandbox, name: CastName, history: History): Promise<object> {
  const { words, configs, steps } = history;
  const home = new LogDir(join(box.dir, name)).path;
  const dirs = configs.map((config, index) => new LogDir(join(home, `log${index}`), config));
  const line = [...words, ...configs.map((_, index) => `log${index}`)];
  let starts = 0;
  const start = () => {
    const tool = CASTS[name][starts++ % CASTS[name].length] ?? "";
    return new LogTool(box, tool, line, { cwd: home, argv0: "svlogd" });
  };
  let log = start();
  const told: unknown[] = [];
  const leave = async (by: End) => {
    await log.idle();
    const code = by === "end" ? await log.end() : await log.kill(by);
    told.push([by, code, ...messages(log.stderr, dirs.length)]);
  };
  for (const step of steps) {
    switch (step.do) {
      case "write":
        log.write(step.text);
        break;
      case "signal":
        await log.idle();
        // At HUP the original forgets a processor that is at work.
        if (JSON.stringify(history).includes("!tr")) {
          await log.until("processors done", () => !dirs.some((dir) => dir.isProcessing()));
        }
        await log.signal(step.signal);
        break;
      case "configure":
        await log.idle(); // a start that is still under way must not read it
        dirs[step.dir]?.configure(step.config);
        break;
      case "await":
        await log.until("old logs", () => {
          const done = dirs[0]?.old().filter(({ name: file }) => file.endsWith(".s")) ?? [];
          return done.length >= step.old;
        });
        await log.idle();
        break;
      case "again":
        await leave(step.by);
        log = start();
        await log.idle();
    }
  }
  await leave("end");
  const left = dirs.map((dir) => {
    const files = dir.files();
    // Joined, for a file may end within a stamp; and where the oldest are gone, the rest may begin in one.
    const text = timeless(files.map((file) => file.text).join(""));
    const stamped = words.some((word) => word.startsWith("-t"));
    const sizes = files.map((file) => [nameless(file.name), file.mode, file.text.length]);
    return [...sizes, stamped ? text.slice(text.indexOf("\n")) : text];
  });
  return { told, left };
}

/**
 * What was said, times apart, of each directory, and the lines for standard error. When a processor ends is
 * chance; and the order of what is said of two directories differs: `by-directory`.
 */
function messages(stderr: string, directories: number): string[][] {
  const lines = nameless(timeless(stderr)).split("\n");
  const said = lines.filter((line) => !/sigchild received|process(ing|ed): /.test(line));
  const isOf = (line: string, dir: number) => new RegExp(`^svlogd: .* log${dir}\\b`).test(line);
  const dirs = Array.from({ length: directories }, (_, dir) => dir);
  const rest = said.filter((line) => !dirs.some((dir) => isOf(line, dir)));
  const ofEach = dirs.map((dir) => said.filter((line) => isOf(line, dir)));
  return [...ofEach, directories > 1 ? rest.sort() : rest];
}

const nameless = (text: string): string => text.replaceAll(/@[0-9a-f]{24}(\.[stu])/g, "@T$1");
/** What has not the form of a stamp is not taken for one. */
const timeless = (text: string): string =>
  text
    .replaceAll(/@400000006[0-9a-f]{15} /g, "@TAI64N ")
    .replaceAll(/\d{4}-\d\d-\d\d([_T])\d\d:\d\d:\d\d\.\d{5} /g, "TIME$1 ");

async function compare(box: Sandbox, history: History): Promise<void> {
  const isHandedOver = history.steps.some((step) => step.do === "again");
  const others: CastName[] = isHandedOver ? ["ours", "debianFirst", "oursFirst"] : ["ours"];
  const [expected, ...actual] = await Promise.all(
    (["debian", ...others] as const).map((name) => play(box, name, history)),
  );
  for (const [index, name] of others.entries()) {
    assert.deepEqual({ name, ...actual[index] }, { name, ...expected });
  }
  count.histories++;
  if (isHandedOver) count.handedOver++;
}

async function alike(t: TestContext, history: History): Promise<void> {
  count.again += await untilAlike(t, () => compare(sandbox(t), history));
}

/** Numbers at random, the same for the same seed. */
class Chance {
  #state: number;
  constructor(seed: number) {
    this.#state = ((seed * 2_654_435_761) % 0x7fff_fffe) + 1;
    for (let round = 0; round < 5; round += 1) this.below(2);
  }
  below(limit: number): number {
    this.#state = (this.#state * 48_271) % 0x7fff_ffff;
    return Math.floor((this.#state / 0x7fff_ffff) * limit);
  }
  of<T>(...values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }
  upTo<T>(max: number, make: () => T): T[] {
    return Array.from({ length: this.below(max + 1) }, make);
  }
}

/** @param isHandedOver whether svlogd is started again after each step */
function madeUp(seed: number, isHandedOver = false): History {
  const chance = new Chance(seed);
  const lineBytes = chance.of(1_000, 1_000, 20, 300);
  const replaces = chance.below(4) === 0;
  const replacesLetters = chance.below(5) === 0;
  const words = [
    chance.of("", "", "-t", "-tt", "-ttt"),
    lineBytes === 1_000 ? "" : `-l${lineBytes}`,
    chance.of("", "", `-b${lineBytes + 1}`, "-b8192"),
    replaces ? "-r." : "",
    replacesLetters ? "-Rab" : "",
  ].filter(Boolean);
  /** Behind LEN the original replaces nothing. */
  const filler = replaces || replacesLetters ? "x" : chance.of("x", "\0", "\xff");

  const pattern = () =>
    chance.upTo(4, () => chance.of("a", "b", "*", "*", ": ", "pid", "\t", "e")).join("");
  const rule = () => chance.of("+", "-", "-", "e", "E") + pattern();
  /** Of one history: where it is lowered, the original does not come down to it. */
  const keep = chance.of(0, 2, 3, 10);
  const processes = chance.below(4) === 0;
  const settings = () => {
    // More than a line; less is cut differently.
    const size = chance.of(lineBytes, lineBytes + 1, 2 * lineBytes + 7, 5_000 + lineBytes, 0);
    // A processor for every line would take the original long.
    const lines = [`s${processes ? "8k" : chance.of(`${size}`, `${size}`, "8k")}`, `n${keep}`];
    if (chance.below(2) === 0) lines.push(...chance.upTo(3, rule));
    if (chance.below(3) === 0) lines.push(`p${chance.of("web: ", "\xfe", "-")}`);
    if (processes) lines.push("!tr p-z P-Z; cat <&4 >&5; echo . >&5");
    return `${lines.join("\n")}${chance.of("\n", "")}`;
  };
  const word = () =>
    chance.of(
      "a",
      "ab",
      "b",
      " ",
      ": ",
      "*",
      "+",
      "pid",
      "\0",
      "\xff\xfe",
      "\xc3\xa9",
      "\t",
      "\r",
      "e",
    );
  const line = () => {
    const text = chance.upTo(chance.of(1, 3, 8, 30), word).join("");
    if (chance.below(10) !== 0) return text.slice(0, lineBytes - 1);
    const tail = chance.of(0, 1, 100, 3_000, 9_000);
    return text.slice(0, lineBytes).padEnd(lineBytes, "y") + filler.repeat(tail);
  };
  const count = chance.of(1, 1, 2, 3);
  const configs = Array.from({ length: count }, settings);
  const steps: Step[] = [];
  for (let index = chance.below(6); index >= 0; index -= 1) {
    const text = `${chance.upTo(60, line).join("\n")}\n`;
    const at = chance.below(text.length);
    steps.push({ do: "write", text: text.slice(0, at) });
    if (chance.below(2) === 0) {
      // After HUP the original logs the rest of a long line, selected or not.
      const selects = configs.some((config) => /^[-+]/m.test(config));
      steps.push({ do: "signal", signal: selects ? "SIGALRM" : chance.of("SIGALRM", "SIGHUP") });
    }
    steps.push({ do: "write", text: text.slice(at) });
    switch (isHandedOver ? 2 : chance.below(6)) {
      case 0:
        steps.push({ do: "signal", signal: chance.of("SIGALRM", "SIGHUP") });
        break;
      case 1: {
        const dir = chance.below(count);
        // With no rules at all, the original goes on telling standard error what it told it before.
        const [config, signal] = [`Enothing\n${settings()}`, "SIGHUP"] as const;
        configs.push(config);
        steps.push({ do: "configure", dir, config }, { do: "signal", signal });
        break;
      }
      case 2:
        // What a crash leaves is processed by ours only.
        steps.push({ do: "again", by: chance.of("end", "SIGTERM", processes ? "end" : "SIGKILL") });
    }
  }
  return { words, configs: configs.slice(0, count), steps };
}

describe("svlogd: histories made up", { skip, concurrency: AT_ONCE }, () => {
  for (let seed = FIRST; seed < FIRST + HISTORIES; seed += 1) {
    test(`seed ${seed}`, (t) => alike(t, madeUp(seed)));
  }
});

const write = (text: string): Step => ({ do: "write", text });
const old = (count: number): Step => ({ do: "await", old: count });
const alarm: Step = { do: "signal", signal: "SIGALRM" };
const again = (by: End): Step => ({ do: "again", by });

/** Histories with a point. */
const TOLD: Readonly<Record<string, History>> = {
  "rotation by age": {
    words: [],
    configs: ["t1\n"],
    steps: [write("a\nb\n"), old(1), write("c\n"), old(2), write("d\n")],
  },
  "rotation by age, an unterminated line held back": {
    words: ["-t"],
    configs: ["t1\n", "s1000\nn2\n"],
    steps: [write("a\nb"), old(1), write("c\n"), old(2), write("d\n")],
  },
  "rotation by age, with a processor": {
    words: [],
    configs: ["t1\n!cat; cat <&4 >&5; echo 1 >&5\n"],
    steps: [write("a\n"), old(1), write("b\n"), old(2)],
  },
  "no rotation of an empty log by age, ALRM or a restart": {
    words: [],
    configs: ["t1\n", "t1\n"],
    steps: [alarm, again("end"), alarm, again("SIGTERM"), write("a\n"), old(1), alarm, alarm],
  },
  "crash upon crash": {
    words: [],
    configs: ["n2\n"],
    steps: ["a\n", "b\n", "c\n", "d\n"].flatMap((text) => [write(text), again("SIGKILL")]),
  },
  "a crash, and an end in order": {
    words: ["-tt"],
    configs: ["s1001\n"],
    steps: [write("a\nb\n"), again("SIGKILL"), write("c\n"), again("end"), write("d\n"), alarm],
  },
  "a log larger than its limit, taken over": {
    words: [],
    configs: ["s0\n"],
    steps: [
      write("0123456789\n".repeat(1_000)),
      again("end"),
      { do: "configure", dir: 0, config: "s5000\n" },
      { do: "signal", signal: "SIGHUP" },
      write("a\n"),
      write("0123456789\n".repeat(1_000)),
    ],
  },
  "a line of a mebibyte": {
    words: ["-ttt"],
    configs: ["s100000\nn0\n", "-*x\n"],
    steps: [write("x".repeat(1 << 20)), alarm, write("y\nz\n")],
  },
  "a long line at the end of the input": {
    words: [],
    configs: ["s1k\nn0\n"],
    steps: [write(`${"x".repeat(999)}\n${"y".repeat(3_000)}`)],
  },
  "every byte there is": {
    words: [],
    configs: ["s2000\nn0\n"],
    steps: [
      write(`${Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join("")}\n`),
    ],
  },
  "patterns of the manual": {
    words: [],
    configs: [
      "-*\n+*: *: pid *\n",
      "-*ab*\n-*c\n-\n",
      "-**\n-++\n",
      "e*error*\nE*error: none*\n-*debug*\n",
    ],
    steps: [
      write(
        "tcpsvd: info: pid 1\naab\nxxabyy\nabcc\nabc\n\na*b\n+++\nan error\nan error: none\ndebug\n",
      ),
    ],
  },
};

describe("svlogd: histories made up, each start another svlogd", {
  skip,
  concurrency: AT_ONCE,
}, () => {
  for (let seed = FIRST; seed < FIRST + HISTORIES / 2; seed += 1) {
    test(`seed ${seed}`, (t) => alike(t, madeUp(seed, true)));
  }
});

describe("svlogd: histories told", { skip, concurrency: AT_ONCE }, () => {
  for (const [name, history] of Object.entries(TOLD)) test(name, (t) => alike(t, history));
});

/** What is said and left of command lines that end at once, or find one directory in three. */
const LINES: readonly string[] = [
  "",
  "--",
  "-r",
  "-r ab log",
  "-R",
  "-l",
  "-l2000 log",
  "-V",
  "-tVz log",
  "-b10 log",
  "-z log",
  "-tz log",
  "nowhere",
  "file nowhere",
  "-- nowhere",
  "- nowhere",
  "held",
  "held log file nowhere",
  "-v held log log",
  "-vttttr_ -R:; -l 5 -b 6 log/ ./log",
];

/** Each svlogd, while a directory is held by the other. */
async function ends(box: Sandbox, tool: string, holder: string, name: string, line: string) {
  const home = new LogDir(join(box.dir, name)).path;
  const [log] = ["log", "held"].map((dir) => new LogDir(join(home, dir)));
  writeFileSync(join(home, "file"), "");
  const other = new LogTool(box, holder, ["held"], { cwd: home });
  await other.idle();
  const words = line.split(" ").filter((word) => word !== "");
  const input = join(home, "input");
  writeFileSync(input, "one: line\n\ttwo\n");
  const fd = openSync(input, "r");
  const options = { cwd: home, argv0: "svlogd", stdio: [fd, "pipe", "pipe"] as StdioOptions };
  const { code, stderr } = await run(box, [tool, ...words], options);
  closeSync(fd);
  await other.end();
  // `-j`, `close-unopened`, `svlogd-version`
  const said = stderr
    .replace(" [-j key]", "")
    .replaceAll("svlogd: info: close: \n", "")
    .replace(/^(\$Id: .*\$|runits [\d.]+)$/m, "VERSION");
  const left = log?.files().map(({ name: file, mode, text }) => [file, mode, timeless(text)]);
  return { code, said, left };
}

describe("svlogd: command lines", { skip, concurrency: AT_ONCE }, () => {
  for (const line of LINES) {
    test(`svlogd ${line}`, async (t) => {
      const box = sandbox(t);
      const [expected, actual] = await Promise.all([
        ends(box, DEBIAN, OURS, "debian", line),
        ends(box, OURS, DEBIAN, "ours", line),
      ]);
      assert.deepEqual(actual, expected);
      count.lines++;
    });
  }
});

after(() => {
  const { histories, handedOver, lines, again } = count;
  console.log(
    `svlogd does as the original: ${histories} histories compared, ` +
      `${handedOver} of them also with one directory handed back and forth; ${lines} command lines compared; ` +
      `${again} times played again`,
  );
});
