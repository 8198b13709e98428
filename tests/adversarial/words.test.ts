/**
 * Arguments made up at random for every tool: the same words and the same exit code as the
 * original's. What is meant to differ is not among the arguments: `-V` (`version`), what only ours
 * has (`chpst-directory`, `chpst-long-options`, `chpst-suffixes`, `-j`), and runsvdir's unknown
 * options (`scan-options`).
 */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "../support/fast-check.ts";
import { type Outcome, run } from "../support/run.ts";
import { type Sandbox, type StartOptions, sandbox } from "../support/sandbox.ts";
import { debian, originalInPlace, ours, type Suite } from "../support/suite.ts";
import { withoutPath } from "../support/sv.ts";
import { eventually } from "../support/wait.ts";
import { forEach, randomValues } from "./fuzz.ts";

const COMMANDS = 25;
const AT_ONCE = 3;

/** Words without a meaning, except that a letter may be an option. */
const noise = fc.string({
  unit: fc.constantFrom(..."abdhikmqwyzAEKPXZ019 :;,.=+*?%$\\'\"\t\n\x01\x7f~"),
  maxLength: 6,
});
/** Names no directory that is there, nor an option. */
const plain = noise.filter((word) => !word.startsWith("-") && !word.startsWith("."));
/** A service directory without a supervisor, a file, and a missing name. */
const place = fc.constantFrom(
  "none",
  "dir",
  "file",
  "./none",
  "dir/",
  "/none/none",
  "",
  "n".repeat(300),
);
const number = fc.oneof(
  fc.nat({ max: 70_000 }).map(String),
  fc.constantFrom("0", "1", "-1", "007", "1x", "x1", "", "2147483648", "99999999999999999999"),
);
const letters = (of: string) =>
  fc.string({ unit: fc.constantFrom(...of), minLength: 1, maxLength: 4 }).map((text) => `-${text}`);
const words = (...of: readonly fc.Arbitrary<string | readonly string[]>[]) =>
  fc.array(fc.oneof(...of), { maxLength: 5 }).map((list) => list.flat());

interface Subject {
  readonly tool: string;
  /** The name that it is called by, if not its own. */
  readonly as?: string;
  readonly args: fc.Arbitrary<readonly string[]>;
}

/** Waiting is short, for ours waits for the supervisor of a directory that is there. */
const ENV = { SVWAIT: "0", SVDIR: "." };
const verbs = [
  ..."status up down once pause cont hup alarm interrupt quit 1 2 term kill exit".split(" "),
  ..."start stop restart shutdown force-stop force-reload try-restart check reload".split(" "),
];
const program = fc.constantFrom(
  ["true"],
  ["false"],
  ["echo", "-n", "a  b"],
  ["none"],
  ["sh", "-c", "exit 7"],
  ["./file"],
  ["dir"],
  [""],
  [],
);
const account = fc.constantFrom(
  "nobody",
  "none",
  "root:none",
  ":1:1",
  ":1",
  "daemon:bin:tty",
  "",
  ":",
);
/** An option, mostly with its argument. */
const option = (names: readonly string[], value: fc.Arbitrary<string>) =>
  fc.tuple(fc.constantFrom(...names), value, fc.boolean()).map(([name, text, isJoined]) => {
    return isJoined ? [`-${name}${text}`] : [`-${name}`, text];
  });
const LIMITS = ["o", "p", "f", "c"];
/** None of CPU at all ends whoever sets it, the sooner the slower it is: `chpst-no-cpu`. */
const seconds = number.filter((word) => Number.parseInt(word, 10) > 0);
const before = (...of: readonly fc.Arbitrary<string | readonly string[]>[]) =>
  fc.tuple(words(...of), program).map(([list, command]) => [...list, ...command]);

const SUBJECTS: readonly Subject[] = [
  {
    tool: "sv",
    args: fc
      .tuple(
        words(letters("vwxz"), fc.constantFrom("--", "-", "-w0", "-w1", "-v", "-wx")),
        fc.oneof(fc.constantFrom(...verbs), noise),
        words(place, noise),
      )
      .map(([options, verb, names]) => [...options, verb, ...names]),
  },
  {
    tool: "runsv",
    args: words(
      place.filter((word) => !word.startsWith("dir")),
      noise,
    ),
  },
  {
    tool: "runsvdir",
    // Of a second `-P` the original makes a directory: `scan-options`. A log of seven characters
    // takes the messages.
    args: fc
      .tuple(
        fc.constantFrom(["-P"], []),
        fc
          .oneof(
            place.filter((word) => !word.startsWith("dir")),
            plain,
          )
          .map((word) => [word]),
        fc.array(plain, { maxLength: 2 }),
      )
      .map((list) => list.flat()),
  },
  {
    tool: "svlogd",
    args: words(
      letters("tvxyz"),
      option(["l", "b"], number),
      option(["r", "R"], noise),
      fc.constantFrom("--", "-"),
      place,
    ),
  },
  {
    tool: "chpst",
    args: before(
      letters("v0P12xyz"),
      option(["u", "U"], account),
      option(["n", ...LIMITS], number),
      option(["t"], seconds),
      option(["e", "/"], place),
      option(["l", "L"], fc.constantFrom("lock", "none/lock", "dir", "")),
      option(["b"], noise),
      fc.constantFrom("-"),
    ),
  },
  { tool: "chpst", as: "setuidgid", args: before(account, letters("xyz")) },
  { tool: "chpst", as: "envuidgid", args: before(account, letters("xyz")) },
  { tool: "chpst", as: "envdir", args: before(place, letters("xyz")) },
  { tool: "chpst", as: "pgrphack", args: before(letters("xyz"), noise) },
  { tool: "chpst", as: "softlimit", args: before(option(LIMITS, number), option(["t"], seconds)) },
];

/** A directory for one command, the same for both. */
function furnished(box: Sandbox, name: string): string {
  const dir = join(box.dir, name);
  mkdirSync(join(dir, "dir"), { recursive: true });
  writeFileSync(join(dir, "file"), "FOO=bar\n");
  writeFileSync(join(dir, "dir/FOO"), "bar\n");
  return dir;
}

/** The message of runsvdir about a missing directory, once, because it waits until there is one. */
async function firstWords(
  box: Sandbox,
  command: readonly string[],
  options: StartOptions,
): Promise<Outcome> {
  const scanner = box.start(command, options);
  let hasEnded = false;
  void scanner.ended.then(() => {
    hasEnded = true;
  });
  await eventually(
    "word",
    () => hasEnded || scanner.stderr().includes(": unable to ") || undefined,
    () => scanner.stderr(),
  );
  scanner.signal("SIGTERM");
  const { code } = await scanner.exit();
  const lines = [...new Set(scanner.stderr().split("\n"))];
  return { code, stdout: scanner.stdout(), stderr: lines.join("\n") };
}

async function ask(
  box: Sandbox,
  suite: Suite,
  subject: Subject,
  args: readonly string[],
  index: number,
): Promise<Outcome> {
  const { tool, as = tool } = subject;
  const dir = furnished(box, `${suite.name}-${index}`);
  const command = [join(suite.bin, tool), ...args];
  const options = { argv0: as, cwd: dir, env: ENV };
  const outcome = await (tool === "runsvdir" ? firstWords : run)(box, command, options);
  const mask = (text: string) =>
    withoutPath(text)
      .replaceAll(dir, "DIR")
      // Ours has more options.
      .replaceAll(/^usage: .*(\n {2,}.*)*/gm, "USAGE")
      // `sv-wait-number`
      .replaceAll(/^sv: warning: not a number of seconds: [\s\S]*? \(taken as \d+\)\n/gm, "")
      // `sv-unknown-command`
      .replaceAll(/^sv: unknown command: .*\n/gm, "")
      // Services are answered in the order in which they are known: `sv-waits-by-event`.
      .split("\n")
      .sort()
      .join("\n");
  return { ...outcome, stdout: mask(outcome.stdout), stderr: mask(outcome.stderr) };
}

const skip = debian.missing ?? (originalInPlace && "ours is asked for");

describe("arguments made up", { skip }, () => {
  for (const subject of SUBJECTS) {
    test(subject.as ?? subject.tool, async (t) => {
      const box = sandbox(t);
      await forEach(randomValues(subject.args, COMMANDS), AT_ONCE, async (args, index) => {
        const expected = await ask(box, debian, subject, args, index);
        const actual = await ask(box, ours, subject, args, index);
        assert.deepEqual({ args, ...actual }, { args, ...expected });
      });
    });
  }
});
