/** docs/differences.md names every difference that the tests count on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DIFFERENCES, documentedDifferences } from "../support/suite.ts";
import { ALL } from "./scenarios/all.ts";

test("every difference that a test relies on has a row in docs/differences.md", () => {
  const named = [...DIFFERENCES, ...ALL.flatMap(({ differs }) => differs ?? [])];
  const rows = documentedDifferences();
  const missing = [...new Set(named)].filter((key) => !rows.has(key));
  assert.deepEqual(missing, []);
});
