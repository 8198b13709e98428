import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../tests/support/fast-check.ts";
import { stampText } from "./stamp.ts";

test("a time is written in each style", () => {
  const time = { seconds: 1_709_208_000, nanoseconds: 123_456_789 };
  assert.equal(stampText("none", time), "");
  assert.equal(stampText("tai64n", time), "@4000000065e071ca075bcd15");
  assert.equal(stampText("utc", time), "2024-02-29_12:00:00.12345");
  assert.equal(stampText("iso", time), "2024-02-29T12:00:00.12345");
});

test("every date is that of the calendar", () => {
  const seconds = fc.integer({ min: -62_135_596_800 + 86_400 * 366 * 1_000, max: 253_402_300_799 });
  fc.assert(
    fc.property(seconds, (second) => {
      const date = new Date(second * 1_000).toISOString().slice(0, 19);
      assert.equal(stampText("iso", { seconds: second, nanoseconds: 0 }), `${date}.00000`);
    }),
    { numRuns: 5_000 },
  );
});
