/**
 * Settings of svlogd made up at random, from lines that mean something to bytes that mean nothing:
 * both svlogds leave the same files and say the same.
 *
 * What is not among them: processors, which would be programs made up at random; addresses for
 * lines to be sent to; ages, for which a test would have to wait; and what differs by a row of
 * docs/differences.md, named below.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parseConfig } from "../../tools/svlogd/config.ts";
import fc from "../support/fast-check.ts";
import { type Sandbox, sandbox } from "../support/sandbox.ts";
import { debian, originalInPlace, ours, type Suite } from "../support/suite.ts";
import { LogDir, LogTool } from "../support/svlogd.ts";
import { forEach, randomValues } from "./fuzz.ts";

const CONFIGS = 60;
const AT_ONCE = 3;

/** Bytes, one to a character. */
const text = (unit: fc.Arbitrary<number>, maxLength: number) =>
  fc.array(unit, { maxLength }).map((bytes) => String.fromCharCode(...bytes));
const anyByte = fc.integer({ min: 0, max: 255 });
const letter = fc.constantFrom(..."ab*: \t\\\xe9").map((one) => one.charCodeAt(0));

const number = fc.oneof(
  fc.nat({ max: 5_000 }).map(String),
  fc.constantFrom(
    "",
    "0",
    "00",
    "-1",
    "x",
    "2k",
    "1kk",
    "1m",
    "3000x",
    "4294967296",
    "18446744073709551616",
  ),
);
/** As large as a line, or none: less is `small-limit`. */
const size = number.filter((word) => {
  const bytes = Number.parseInt(word, 10) || 0;
  return bytes === 0 || bytes > LINE_BYTES || /^[12][km]/.test(word);
});
const LINE_BYTES = 1_000;

const line = fc.oneof(
  size.map((word) => `s${word}`),
  number.map((word) => `N${word}`),
  fc.tuple(fc.constantFrom("+", "-", "e", "E"), text(letter, 5)).map((parts) => parts.join("")),
  text(letter, 5).map((prefix) => `p${prefix}`),
  text(anyByte, 12),
  fc.constantFrom("", "#", "# comment", " ", "\0", "p", "+", "-", "e", "E", "s", "N", "-*", "+a*"),
);
const config = fc
  .oneof(
    fc.tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom("\n", "")).map(([lines, end]) => {
      return `${lines.join("\n")}${end}`;
    }),
    text(anyByte, 200),
    text(
      fc.constantFrom(..."\n\n+-eEpNab*12k \0").map((one) => one.charCodeAt(0)),
      60,
    ),
  )
  .map((settings) =>
    settings
      .split("\n")
      .filter((one) => !isLeftOut(one))
      .join("\n"),
  )
  // A whole file of one line may have come to begin with such a letter.
  .filter((settings) => !settings.split("\n").some(isLeftOut));
/**
 * What a test cannot run, or wait for; a size below that of a line; what `prune-all` is about;
 * `pattern-plus`; and `config-nul`.
 */
const LEFT_OUT = /^[!uUtn]|^s(?!0*$|[12][km]|\d{4})|^[-+eE].*(\+|\0[-+eE])/s;
/** Nor lines that svlogd does not understand: `config-warnings`. */
function isLeftOut(one: string): boolean {
  return LEFT_OUT.test(one) || parseConfig(`${one}\n`, "config").problems.length > 0;
}

const input = text(
  fc.oneof(letter, fc.constant(10), fc.constantFrom(...Buffer.from("ab\0\xff\n", "latin1"))),
  3_000,
);

/** The files that a config makes of lines. */
async function outcome(box: Sandbox, suite: Suite, name: string, made: Made): Promise<unknown> {
  const dir = new LogDir(join(box.dir, `${name}-${suite.name}`), made.config);
  const log = new LogTool(box, join(suite.bin, "svlogd"), [...made.words, dir.path], {
    argv0: "svlogd",
  });
  log.write(`${made.input}\n`); // a last line without an end is `last-line`
  const code = await log.end();
  const files = dir.files().map(({ name: file, mode, text: content }) => {
    return [file.replace(/^@.*(\.[stu])$/s, "@T$1"), mode, content];
  });
  return { code, stderr: log.stderr.replaceAll(dir.path, "DIR"), files };
}

interface Made {
  readonly config: string;
  readonly words: readonly string[];
  readonly input: string;
}
const made: fc.Arbitrary<Made> = fc.record({
  config,
  words: fc.constantFrom([], ["-v"], ["-l20"], ["-v", "-l7"]),
  input,
});

const skip = debian.missing ?? (originalInPlace && "ours is asked for");

describe("svlogd's settings made up", { skip }, () => {
  test("make of the same lines the same files", async (t) => {
    const box = sandbox(t);
    await forEach(randomValues(made, CONFIGS), AT_ONCE, async (one, index) => {
      const expected = await outcome(box, debian, `${index}`, one);
      const actual = await outcome(box, ours, `${index}`, one);
      assert.deepEqual({ ...one, actual }, { ...one, actual: expected });
    });
  });
});
