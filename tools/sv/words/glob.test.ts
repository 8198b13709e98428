import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "../../../tests/support/fast-check.ts";
import { isPattern, matches } from "./glob.ts";

test("a word is a pattern if it holds one of the characters of patterns", () => {
  assert.deepEqual(["web*", "we?", "w[ae]b", "web", "w]b", ""].map(isPattern), [
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("matches as a shell does", () => {
  const character = fc.constantFrom("a", "b", ".", "*", "?", "[", "]", "!", "-", "\\");
  const pattern = fc.string({ unit: character, maxLength: 6 });
  const name = fc.string({
    unit: fc.constantFrom("a", "b", ".", "-", "]"),
    minLength: 1,
    maxLength: 4,
  });
  const pairs = fc.sample(fc.tuple(pattern, name), 3_000);
  // A shell reads an unclosed bracket, and ranges that end before they begin, in ways of its own.
  const plain = pairs.filter(
    ([one]) => !/[[\\]/.test(one) || /^[^[\\]*\[!?[ab.]+\][^[\\]*$/.test(one),
  );
  const script = plain
    .map(([one, text]) => `case ${quote(text)} in ${escaped(one)}) echo y;; *) echo n;; esac`)
    .join("\n");
  const said = execFileSync("dash", ["-s"], { input: script }).toString().trim().split("\n");
  assert.ok(plain.length > 300);
  plain.forEach(([one, text], index) => {
    const isHidden = text.startsWith(".") && !one.startsWith(".");
    assert.equal(matches(one, text), said[index] === "y" && !isHidden, `${one} ${text}`);
  });
});

test("ranges, sets that are negated, and characters that mean themselves", () => {
  const cases: [string, string, boolean][] = [
    ["web[0-9]", "web7", true],
    ["web[!0-9]", "web7", false],
    ["web[]x]", "web]", true],
    ["web\\*", "web*", true],
    ["web\\*", "webs", false],
    ["[", "[", true],
    ["*", "", true],
    ["*", ".git", false],
    [".*", ".git", true],
    ["*b*b", "abcb", true],
  ];
  for (const [pattern, name, expected] of cases) {
    assert.equal(matches(pattern, name), expected, `${pattern} ${name}`);
  }
});

const quote = (text: string) => `'${text}'`;
/** An empty pattern needs quotes; `!` and the like need none outside of history. */
const escaped = (pattern: string) => (pattern === "" ? "''" : pattern);
