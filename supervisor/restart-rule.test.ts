import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExitResult } from "../protocol/history.ts";
import fc from "../tests/support/fast-check.ts";
import { ALWAYS, parseRestartRule, type RestartRule, startsAfter } from "./restart-rule.ts";

const SIGNALS: Readonly<Record<string, number>> = { TERM: 15, SEGV: 11, INT: 2 };
const parse = (text: string) => parseRestartRule(text, (name) => SIGNALS[name]);

const code = (number: number): ExitResult => ({ code: number, status: 0 });
const signal = (number: number): ExitResult => ({ code: -1, status: number });
const UNKNOWN: ExitResult = { code: -1, status: 0 };

/** Which of these exits a service with this rule starts after. */
function startsIn(text: string): string {
  const rule = parse(text);
  if (!("exits" in rule)) assert.fail(`${text}: ${rule.word} ${rule.problem}`);
  const exits = {
    "0": code(0),
    "1": code(1),
    "2": code(2),
    TERM: signal(15),
    SEGV: signal(11),
    "SEGV+core": signal(11 + 128),
    unknown: UNKNOWN,
  };
  const starting = Object.entries(exits).filter(([, exit]) => startsAfter(rule, exit));
  return starting.map(([name]) => name).join(" ");
}

test("a restart rule is a word, or the exits that a service starts after, or does not", () => {
  for (const [text, starts] of [
    ["always\n", "0 1 2 TERM SEGV SEGV+core unknown"],
    ["on-failure", "1 2 TERM SEGV SEGV+core unknown"],
    ["never\n", ""],
    ["1 2 SEGV\n", "1 2 SEGV SEGV+core unknown"],
    ["!0 !TERM\n", "1 2 SEGV SEGV+core unknown"],
    ["!0\n", "1 2 TERM SEGV SEGV+core unknown"],
    ["sigterm sigSEGV", "TERM SEGV SEGV+core unknown"],
    ["\r\n# only these:\n\t1 # usage\r\n2\n", "1 2 unknown"],
  ] as const) {
    assert.equal(startsIn(text), starts, text);
  }
});

test("a restart rule that cannot be understood has a line, a word and a problem", () => {
  for (const [text, line, word, problem] of [
    ["", 1, "", "is not a restart policy"],
    ["# always\n", 1, "", "is not a restart policy"],
    ["1\n2 256\n", 2, "256", "is not an exit code or a signal"],
    ["-1", 1, "-1", "is not an exit code or a signal"],
    ["Always", 1, "Always", "is not an exit code or a signal"],
    ["!always", 1, "!always", "is not an exit code or a signal"],
    ["! 0", 1, "!", "is not an exit code or a signal"],
    ["!!0", 1, "!!0", "is not an exit code or a signal"],
    ["constructor", 1, "constructor", "is not an exit code or a signal"],
    ["never\n1", 2, "1", "cannot follow never"],
    ["1 never", 1, "never", "is not an exit code or a signal"],
    ["1\n\n!0", 3, "!0", "differs from the words before it: all have a ! or none"],
    ["!0 1", 1, "1", "differs from the words before it: all have a ! or none"],
  ] as const) {
    assert.deepEqual(parse(text), { line, word, problem }, text);
  }
});

const exits: fc.Arbitrary<ExitResult> = fc.oneof(
  fc.integer({ min: 0, max: 255 }).map(code),
  fc.integer({ min: 1, max: 64 }).map(signal),
  fc.integer({ min: 129, max: 192 }).map(signal),
);

test("exits with a ! are exactly those that the same exits without it leave out", () => {
  const lists = fc.array(fc.integer({ min: -64, max: 255 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(lists, exits, (listed, exit) => {
      const only: RestartRule = { exits: listed, starts: "afterThese" };
      const others: RestartRule = { exits: listed, starts: "afterOthers" };
      assert.notEqual(startsAfter(only, exit), startsAfter(others, exit));
      assert.equal(startsAfter(ALWAYS, exit), true);
    }),
  );
});

test("any text is a rule, or a fault in one of its lines", () => {
  const words = fc.constantFrom("always", "never", "!", "0", "!0", "TERM", "!sigterm", "#", "\n");
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(words).map((all) => all.join(" ")),
  );
  fc.assert(
    fc.property(texts, exits, (text, exit) => {
      const rule = parse(text);
      if ("exits" in rule) {
        assert.equal(typeof startsAfter(rule, exit), "boolean");
      } else {
        const line = text.split("\n")[rule.line - 1] ?? "";
        assert.ok(line.includes(rule.word), `${rule.line}: ${rule.word}`);
      }
    }),
    { numRuns: 200 },
  );
});
