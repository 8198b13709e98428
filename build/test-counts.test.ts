import assert from "node:assert/strict";
import { test } from "node:test";
import { type FileCount, filesWithFailures, sum, unsteadyTests } from "./test-counts.ts";

function count(passed: number, ...failed: string[]): FileCount {
  return { passed, skipped: 1, failed };
}

test("a test that fails once and then passes is unsteady; one that fails twice has failed", () => {
  const first = new Map([
    ["/a", count(3)],
    ["/b", count(1, "races", "is wrong")],
  ]);
  assert.deepEqual(filesWithFailures(first), ["/b"]);
  const again = new Map([["/b", count(2, "is wrong")]]);
  assert.deepEqual(unsteadyTests(first, again), ["/b: races"]);
  assert.deepEqual(sum(new Map([...first, ...again])), { passed: 5, failed: 1, skipped: 2 });
});

test("a file that reports nothing the second time keeps its failures", () => {
  const first = new Map([["/b", count(1, "hangs")]]);
  assert.deepEqual(unsteadyTests(first, new Map()), []);
  assert.equal(sum(new Map([...first, ...new Map<string, FileCount>()])).failed, 1);
});
