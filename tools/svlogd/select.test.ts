import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bytesOf } from "./bytes.ts";
import type { Rule } from "./config.ts";
import { ALERTED, LOGGED, Selector } from "./select.ts";

const matches = (pattern: string, text: string): boolean => {
  const bytes = bytesOf(text);
  const rules: Rule[] = [{ kind: "-", pattern }];
  return new Selector(rules).outcome(bytes, 0, bytes.length) !== LOGGED;
};

test("matches whole lines, a star up to the first character that follows it", () => {
  const table: [pattern: string, text: string, expected: boolean][] = [
    ["", "", true],
    ["", "a", false],
    ["abc", "abcd", false],
    ["*", "anything", true],
    ["*pid*", "tcpsvd: pid 3", false],
    ["*: *: pid *", "tcpsvd: info: pid 1", true],
    ["**", "a*b", true],
    ["**", "abc", false],
    ["**", "", false],
    ["*c", "abcc", false],
    ["*c*", "abcc", true],
    ["*ab*", "aab", false],
    ["*ab*", "xxabyy", true],
    ["*+a", "xaaa", false],
    ["*+a", "x+aaa", false],
    ["+ab", "aaab", true],
    ["+ab", "b", false],
    ["++", "+++", true],
    ["+*a", "**a", true],
    ["a+bXYZ", "abX", false],
    ["ab+c", "abccc", true],
  ];
  for (const [pattern, text, expected] of table) {
    assert.equal(matches(pattern, text), expected, `${pattern} on ${text}`);
  }
});

test("a plus asks for what follows it once or more, and for the rest of the pattern too", () => {
  assert.equal(matches("+abXYZ", "aaa"), false);
  assert.equal(matches("foo+bar", "foob"), false);
  assert.equal(matches("ab+c", "ab"), false);
  assert.equal(matches("a+b*", "abb"), true);
  assert.equal(matches("a+", "a+"), true);
});

test("the last rule of each kind that matches decides", () => {
  const rules: Rule[] = [
    { kind: "-", pattern: "*" },
    { kind: "+", pattern: "*b*" },
    { kind: "e", pattern: "a*" },
    { kind: "-", pattern: "ab" },
    { kind: "E", pattern: "ac" },
  ];
  const outcome = (text: string) => new Selector(rules).outcome(bytesOf(text), 0, text.length);
  assert.equal(outcome("xb"), LOGGED);
  assert.equal(outcome("ab"), ALERTED);
  assert.equal(outcome("abc"), LOGGED | ALERTED);
  assert.equal(outcome("ac"), 0);
});

/** The pattern language as its page walks it: slow, and without an automaton. */
function walk(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  const [character = "", next = ""] = pattern;
  if (character === "*" && next === "") return true;
  if (character === "*") {
    const at = text.indexOf(next);
    return at >= 0 && walk(pattern.slice(1), text.slice(at));
  }
  if (character === "+" && next !== "") {
    if (!text.startsWith(next)) return false;
    let rest = text;
    while (rest.startsWith(next)) rest = rest.slice(1);
    return walk(pattern.slice(2), rest);
  }
  return text.startsWith(character) && walk(pattern.slice(1), text.slice(1));
}

function expected(rules: readonly Rule[], text: string): number {
  let outcome = LOGGED;
  for (const { kind, pattern } of rules) {
    if (!walk(pattern, text)) continue;
    if (kind === "+") outcome |= LOGGED;
    if (kind === "-") outcome &= ~LOGGED;
    if (kind === "e") outcome |= ALERTED;
    if (kind === "E") outcome &= ~ALERTED;
  }
  return outcome;
}

/** Takes a text through the table, as posix.copyLines does. */
function run(selector: Selector, text: string): number {
  for (;;) {
    let words = new Uint16Array(selector.table);
    if (words.length === 0) return LOGGED;
    let state = selector.start;
    let at = 0;
    while (at < text.length && ((words[state] ?? 0) & 0x8000) === 0) {
      const byte = text.charCodeAt(at);
      const next = words[state + (words[byte] ?? 0)] ?? 0;
      if (next === 0) {
        if (!selector.grow(state, byte)) break;
        words = new Uint16Array(selector.table);
        continue;
      }
      state = next;
      at += 1;
    }
    if (at === text.length || ((words[state] ?? 0) & 0x8000) !== 0)
      return (words[state] ?? 0) & 0x7fff;
  }
}

const characters = fc.constantFrom(..."ab*+: \xff");
const word = (maxLength: number) =>
  fc.array(characters, { maxLength }).map((letters) => letters.join(""));
const rule = fc
  .tuple(fc.constantFrom("+", "-", "e", "E"), word(6))
  .map(([kind, pattern]): Rule => ({ kind, pattern }));

test("the automaton decides as the walk does, for all rules and lines", () => {
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 6 }), fc.array(word(12)), (rules, texts) => {
      const selector = new Selector(rules);
      for (const text of texts) {
        const bytes = bytesOf(text);
        assert.equal(selector.outcome(bytes, 0, bytes.length), expected(rules, text));
        assert.equal(run(selector, text), expected(rules, text), text);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("rules by the dozen, which no table could hold at once, decide all the same", () => {
  const letters = [..."abcdefghijklmnopqrst"];
  const rules = letters.map((letter): Rule => ({ kind: "-", pattern: `*${letter}${letter}*` }));
  const selector = new Selector(rules);
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...letters), { maxLength: 60 }), (line) => {
      const text = line.join("");
      assert.equal(run(selector, text), expected(rules, text));
    }),
    { numRuns: 3_000 },
  );
});
