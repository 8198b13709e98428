/**
 * Rule sets made up at random, on lines of the letters that the patterns have: svlogd logs the
 * lines, and prints those on standard error, that the language of svlogd(8) selects. A hang fails
 * the test: each svlogd has to end. How long matching may take is measured by `npm run bench`, row
 * `worst of 1,000`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "../support/fast-check.ts";
import { sandbox } from "../support/sandbox.ts";
import { originalInPlace, ours } from "../support/suite.ts";
import { LogDir, LogTool } from "../support/svlogd.ts";
import { forEach, randomValues } from "./fuzz.ts";

const SETS = 150;
const AT_ONCE = 3;
const LINE_BYTES = 40;

interface Rule {
  readonly kind: string;
  readonly pattern: string;
}

const word = (letters: string, maxLength: number) =>
  fc.array(fc.constantFrom(...letters), { maxLength }).map((chosen) => chosen.join(""));

const made = fc.constantFrom("ab*+: \xff", "abcdefgh*", "a*").chain((letters) =>
  fc.record({
    rules: fc.array(
      fc.record({ kind: fc.constantFrom("+", "-", "e", "E"), pattern: word(letters, 8) }),
      { minLength: 1, maxLength: 30 },
    ),
    lines: fc.array(word(letters, LINE_BYTES + 10), { maxLength: 60 }),
  }),
);

/** The language as svlogd(8) describes it, step by step. */
function matches(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  const [character = "", next = ""] = pattern;
  if (character === "*" && next === "") return true;
  if (character === "*") {
    const at = text.indexOf(next);
    return at >= 0 && matches(pattern.slice(1), text.slice(at));
  }
  if (character === "+" && next !== "") {
    if (!text.startsWith(next)) return false;
    let rest = text;
    while (rest.startsWith(next)) rest = rest.slice(1);
    return matches(pattern.slice(2), rest);
  }
  return text.startsWith(character) && matches(pattern.slice(1), text.slice(1));
}

/** Whether the last rule that matches is of kind `on`. */
function selects(rules: readonly Rule[], on: string, off: string, line: string): boolean {
  const seen = line.slice(0, LINE_BYTES);
  const last = rules.findLast(
    ({ kind, pattern }) => (kind === on || kind === off) && matches(pattern, seen),
  );
  return last === undefined ? on === "+" : last.kind === on;
}

/** A line as standard error has it, read as UTF-8. */
function excerpt(line: string): string {
  const text = line.length < LINE_BYTES ? line : `${line.slice(0, LINE_BYTES)}...`;
  return Buffer.from(text, "latin1").toString();
}

const skip = originalInPlace && "the original differs: pattern-plus";

describe("svlogd's rules made up", { skip }, () => {
  test("select the lines that the language says", async (t) => {
    const box = sandbox(t);
    await forEach(randomValues(made, SETS), AT_ONCE, async ({ rules, lines }, index) => {
      const config = rules.map(({ kind, pattern }) => `${kind}${pattern}\n`).join("");
      const dir = new LogDir(join(box.dir, `${index}`), config);
      const words = [`-l${LINE_BYTES}`, dir.path];
      const log = new LogTool(box, join(ours.bin, "svlogd"), words);
      log.write(lines.map((line) => `${line}\n`).join(""));
      const code = await log.end();
      const logged = lines.filter((line) => selects(rules, "+", "-", line));
      const printed = lines.filter((line) => selects(rules, "e", "E", line)).map(excerpt);
      assert.deepEqual(
        { code, logged: dir.text().split("\n"), printed: log.stderr.split("\n"), config },
        { code: 0, logged: [...logged, ""], printed: [...printed, ""], config },
      );
    });
  });
});
