import assert from "node:assert/strict";
import { test } from "node:test";
import { PARENT_FIELD, START_FIELD, STATE_FIELD, statFields } from "./process-stat.ts";

test("the fields begin after the name, whatever that is", () => {
  for (const name of ["sh", "a b", ") R 1 (", "", "((", "tmux: server)"]) {
    const fields = statFields(`42 (${name}) S 7 42 41 0 -1 99\n`, 4);
    assert.deepEqual(fields, ["S", "7", "42", "41"]);
  }
});

test("the indexes are those of the manual page, which counts from the pid", () => {
  const numbers = Array.from({ length: 52 }, (_, at) => `${at + 1}`);
  const fields = statFields(`1 (2) ${numbers.slice(2).join(" ")}`, 50);
  assert.deepEqual(
    [STATE_FIELD, PARENT_FIELD, START_FIELD].map((index) => fields[index]),
    ["3", "4", "22"],
  );
});
