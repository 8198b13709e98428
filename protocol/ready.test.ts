import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../tests/support/fast-check.ts";
import {
  msUntilReady,
  READY_MAX_BYTES,
  type ReadyRecord,
  readReady,
  readyOf,
  readyText,
  STATUS_TEXT_MAX,
  UNREPORTED_READY_MS,
} from "./ready.ts";

const times = fc.record(
  {
    seconds: fc.integer({ min: 0, max: 2 ** 40 }),
    nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
  },
  { noNullPrototype: true },
);
const records: fc.Arbitrary<ReadyRecord> = fc.record(
  {
    pid: fc.integer({ min: 1, max: 0x7fff_ffff }),
    readyAt: fc.option(times, { nil: undefined }),
    isReloading: fc.boolean(),
    text: fc.string({ unit: "grapheme-ascii", maxLength: STATUS_TEXT_MAX }),
    failedCheck: fc.record(
      { code: fc.integer({ min: -1, max: 255 }), status: fc.nat(255) },
      { noNullPrototype: true },
    ),
  },
  { noNullPrototype: true, requiredKeys: ["pid", "readyAt", "isReloading", "text"] },
);
const SINCE = { seconds: 1_000, nanoseconds: 500 };
const RUNNING = { phase: "run", pid: 7, since: SINCE } as const;

test("any readiness survives as a file, which is never longer than its readers expect", () => {
  fc.assert(
    fc.property(records, (record) => {
      const file = readyText(record);
      assert.deepEqual(readReady(file), record);
      assert.ok(file.length <= READY_MAX_BYTES);
    }),
  );
});

test("a file that was cut off, or is something else, is no record", () => {
  const file = readyText({ pid: 4711, readyAt: SINCE, isReloading: false, text: "up" });
  for (let length = 0; length < file.length; length += 1) {
    assert.equal(readReady(file.slice(0, length)), undefined);
  }
  for (const check of ["check 7", "check 7 x", "check 7 0 0", "other 7 0", "check 7 0\n"]) {
    assert.equal(readReady(`${file}${check}\n`), undefined, check);
  }
  for (const text of [`${file}more`, "0 -\n\n", "7\n\n", "7 @4\n\n", "7 -\n\x1b[2J\n"]) {
    assert.equal(readReady(text), undefined);
  }
});

test("a record counts for the process of the status alone, from its start on", () => {
  const ready: ReadyRecord = { pid: 7, readyAt: SINCE, isReloading: false, text: "" };
  assert.equal(readyOf(RUNNING, ready), ready);
  const notReady: ReadyRecord = { ...ready, readyAt: undefined };
  assert.equal(readyOf(RUNNING, notReady), notReady);
  assert.equal(readyOf(RUNNING, undefined), undefined);
  assert.equal(readyOf(RUNNING, { ...ready, pid: 8 }), undefined);
  assert.equal(readyOf({ ...RUNNING, phase: "finish" }, ready), undefined);
  // An earlier process had the same pid.
  const earlier: ReadyRecord = { ...ready, readyAt: { seconds: 1_000, nanoseconds: 499 } };
  assert.equal(readyOf(RUNNING, earlier), undefined);
  assert.equal(
    readyOf(RUNNING, { ...ready, readyAt: { seconds: 999, nanoseconds: 900 } }),
    undefined,
  );
});

test("a service that reports nothing is ready after a second, or if it lived that long before", () => {
  const after = (ms: number) => ({ ...SINCE, nanoseconds: SINCE.nanoseconds + ms * 1_000_000 });
  assert.equal(msUntilReady(RUNNING, undefined, SINCE), UNREPORTED_READY_MS);
  assert.equal(msUntilReady(RUNNING, 999, after(400)), 600);
  assert.equal(msUntilReady(RUNNING, undefined, { ...SINCE, seconds: 1_001 }), 0);
  assert.equal(msUntilReady(RUNNING, undefined, { ...SINCE, seconds: 9_001 }), 0);
  assert.equal(msUntilReady(RUNNING, UNREPORTED_READY_MS, SINCE), 0);
  // The clock was set back.
  assert.equal(msUntilReady(RUNNING, undefined, { ...SINCE, seconds: 1 }), UNREPORTED_READY_MS);
});
