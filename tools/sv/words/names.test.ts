import assert from "node:assert/strict";
import { test } from "node:test";
import { orderOf } from "../commands.ts";
import { isNewWord, NEW_WORDS, nearestWord } from "./names.ts";
import { SPECS } from "./specs.ts";

test("runit refuses each new word, and each word that differs behind the first letter", () => {
  for (const word of NEW_WORDS) {
    assert.equal(orderOf(word, { isInitScript: false, verbose: false }), undefined, word);
    assert.ok("bfgjlmnrvwyz".includes(word.charAt(0)), word);
  }
});

test("only the whole word counts", () => {
  for (const word of NEW_WORDS) {
    assert.ok(isNewWord(word));
    for (const other of [word.slice(0, -1), `${word}s`, word.toUpperCase(), ""]) {
      assert.ok(!isNewWord(other), other);
    }
  }
});

test("a word with a slip or two is recognised", () => {
  const meant = { lst: "list", lsit: "list", lists: "list", restrat: "restart", ballet: undefined };
  for (const [typed, word] of Object.entries(meant)) assert.equal(nearestWord(typed), word, typed);
  assert.equal(nearestWord("x"), undefined);
});

test("each new word has a table of options", () => {
  assert.deepEqual(
    SPECS.map(({ word }) => word),
    NEW_WORDS,
  );
});
