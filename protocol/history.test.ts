import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../tests/support/fast-check.ts";
import {
  exitResult,
  exitText,
  HISTORY_MAX_BYTES,
  type HistoryRecord,
  historyText,
  readHistory,
} from "./history.ts";

const numbers = fc.tuple(fc.integer({ min: 1 }), fc.nat(), fc.maxSafeNat(), fc.maxSafeNat());
const ends = fc.tuple(fc.integer({ min: -1, max: 255 }), fc.nat({ max: 255 }));
const problems = fc.option(fc.string({ minLength: 1, maxLength: 320 }), { nil: undefined });
const records = fc.tuple(numbers, ends, fc.nat({ max: 999_999_999 }), fc.boolean(), problems).map(
  ([
    [supervisor, exitCount, restartDelayMs, seconds],
    [code, status],
    nanoseconds,
    failed,
    problem,
  ]): HistoryRecord => ({
    supervisor,
    exitCount,
    restartDelayMs,
    failed,
    problem,
    runs: `ran ${code} ${status} 5 6\n`,
    lastExit: { code, status },
    lastExitAt: { seconds, nanoseconds },
  }),
);

test("reads what it wrote", () => {
  fc.assert(
    fc.property(records, (record) => {
      const text = historyText(record);
      assert.ok(text.length <= HISTORY_MAX_BYTES);
      assert.deepEqual(readHistory(text), record);
    }),
  );
  const none = { code: 0, status: 0 };
  const fresh = { supervisor: 7, exitCount: 0, lastExit: none, lastExitAt: undefined };
  const record = { ...fresh, restartDelayMs: 0, failed: false, problem: undefined, runs: "" };
  assert.deepEqual(readHistory(historyText(record)), record);
});

test("keeps a problem to one line that a terminal shows, of a length that a file has room for", () => {
  const [record] = fc.sample(records, 1);
  assert.ok(record !== undefined);
  const long = { ...record, problem: "x".repeat(HISTORY_MAX_BYTES) };
  assert.ok(historyText(long).length <= HISTORY_MAX_BYTES);
  const longest = historyText({ ...long, runs: "" });
  assert.ok(longest.length <= 512, "a former version reads no more");
  const text = historyText({ ...record, problem: undefined });
  for (const forged of ["problem \x1b[2J\n", "problem \n", "problem a\x7f\n", "problem \xe4\n"]) {
    assert.equal(readHistory(text + forged)?.problem, undefined, forged);
  }
});

test("passes over words that it does not know, and refuses a file that is cut short", () => {
  const text = "supervisor 7\nendings 1\nended 1 0 5 6\nlater x y\nrest 0\nfailed 1\n";
  assert.equal(readHistory(text)?.failed, true);
  assert.equal(readHistory("supervisor 7\nendings 1\nended 1 0 5\nrest 0\n"), undefined);
  for (const other of [
    "",
    "\0\0\0",
    "supervisor\n",
    "supervisor 1.5\nendings 1\nrest 0\n",
    "supervisor 0\nendings 1\nrest 0\n",
    "supervisor 7\nendings -1\nrest 0\n",
    "supervisor 7\nendings 1e300\nrest 0\n",
    "supervisor 7\nendings 1\nrest -5\n",
    "supervisor 7\nendings 1\nrest Infinity\n",
    "supervisor 7\nendings 1\nended 999 0 5 6\nrest 0\n",
    "supervisor 7\nendings 1\nended -1 -9 5 6\nrest 0\n",
    "supervisor 7\nendings 1\nended 1 0 1e99 6\nrest 0\n",
    "supervisor 7\nendings 1\nended 1 0 5 1000000000\nrest 0\n",
  ]) {
    assert.equal(readHistory(other), undefined, other);
  }
});

test("exitText words each result that exitResult makes", () => {
  const ended = (code: number | undefined, signal: number | undefined, core = false) =>
    exitText(exitResult({ code, signal, core }));
  assert.equal(ended(0, undefined), "code 0");
  assert.equal(ended(111, undefined), "code 111");
  assert.equal(ended(undefined, 15), "signal 15");
  assert.equal(ended(undefined, 11, true), "signal 11 and a core file");
  assert.equal(exitText(exitResult(undefined)), "unknown");
});
