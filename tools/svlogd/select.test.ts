import assert from "node:assert/strict";
import { test } from "node:test";
import type { SelectionRule } from "./config.ts";
import { alertRules, logRules } from "./select.ts";

const rules: readonly SelectionRule[] = [
  { kind: "-", pattern: "*" },
  { kind: "e", pattern: "a*" },
  { kind: "+", pattern: "\xff" },
];

test("the last rule comes first, in a set for each kind", () => {
  assert.deepEqual([...logRules(rules)], [1, 1, 1, 0, 0, 0, 0xff, 0, 1, 0, 0, 0, 42]);
  assert.deepEqual([...alertRules(rules)], [0, 1, 2, 0, 0, 0, 97, 42]);
});

test("a long pattern keeps its length", () => {
  const pattern = "x".repeat(0x1_0203);
  const [, outcome, ...length] = logRules([{ kind: "-", pattern }]).subarray(0, 6);
  assert.deepEqual([outcome, ...length], [0, 3, 2, 1, 0]);
});

test("rules that change nothing are left out", () => {
  assert.equal(logRules([{ kind: "+", pattern: "*" }]).length, 0);
  assert.equal(alertRules([{ kind: "E", pattern: "*" }]).length, 0);
  assert.equal(alertRules([{ kind: "-", pattern: "*" }]).length, 0);
});
