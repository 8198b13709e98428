import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsAt, PARENT_FIELD, START_FIELD, STATE_FIELD, statFields } from "./process-stat.ts";

test("the fields begin after the name, whatever that is", () => {
  const longest = `kworker/${"x".repeat(55)}`; // of a kernel thread
  for (const name of ["sh", "a b", ") R 1 (", "", "((", "tmux: server)", longest]) {
    const text = `4194304 (${name}) S 7 42 41 0 -1 99\n`;
    assert.deepEqual(statFields(text, 4), ["S", "7", "42", "41"]);
    assert.equal(text.slice(fieldsAt(text)), "S 7 42 41 0 -1 99\n");
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
