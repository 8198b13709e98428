import assert from "node:assert/strict";
import { test } from "node:test";
import { type FileCount, filesWithFailures, sum, unsteadyTests } from "./test-counts.ts";

function count(passed: number, ...failed: string[]): FileCount {
  return { passed: Array.from({ length: passed }, () => "passes"), skipped: ["waits"], failed };
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

test("a failure that a file is known to have is no reason to run it again", () => {
  const counts = new Map([
    ["/a", count(1, "needs Linux")],
    ["/b", count(1, "needs Linux", "is wrong")],
  ]);
  const files = filesWithFailures(counts, (_, title) => title === "needs Linux");
  assert.deepEqual(files, ["/b"]);
});

test("a file that reports nothing the second time keeps its failures", () => {
  const first = new Map([["/b", count(1, "hangs")]]);
  assert.deepEqual(unsteadyTests(first, new Map()), []);
  assert.equal(sum(new Map([...first, ...new Map<string, FileCount>()])).failed, 1);
});
