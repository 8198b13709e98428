import assert from "node:assert/strict";
import { test } from "node:test";
import { tai64nLabel } from "../../../protocol/tai.ts";
import fc from "../../../tests/support/fast-check.ts";
import { stampText } from "../../svlogd/stamp.ts";
import { stampOf, timeOfLabel } from "./stamp.ts";

const stamp = (line: string) => {
  const bytes = Buffer.from(`x\n${line}`, "latin1");
  return stampOf(bytes, 2, bytes.length);
};

const moment = fc.record({
  seconds: fc.integer({ min: 0, max: 4_102_444_799 }), // to the end of 2099
  nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
});

test("the stamps of svlogd -t, -tt and -ttt are read back", () => {
  fc.assert(
    fc.property(moment, (time) => {
      const exact = tai64nLabel(time);
      assert.deepEqual(stamp(`${exact} text`), { label: exact, start: 0, end: 25 });
      assert.deepEqual(timeOfLabel(exact), { ...time });
      const nanoseconds = Math.floor(time.nanoseconds / 10_000) * 10_000;
      const label = tai64nLabel({ ...time, nanoseconds });
      for (const style of ["utc", "iso"] as const) {
        const text = stampText(style, time);
        assert.deepEqual(stamp(`${text} x`), { label, start: 0, end: 25 });
      }
    }),
  );
});

test("the time of a line of JSON is that of its first member", () => {
  const label = tai64nLabel({ seconds: 1_709_208_000, nanoseconds: 500_000_000 });
  const line = '{"time":"2024-02-29T12:00:00.5Z","m":1}';
  assert.deepEqual(stamp(line), { label, start: 9, end: 31 });
  assert.equal(stamp('{"m":1,"time":"2024-02-29T12:00:00.5Z"}'), undefined);
});

test("other lines have no stamp", () => {
  for (const line of [
    "",
    "text",
    "@",
    "@40000000",
    "@400000006b029194348f0e2g more text here",
    "@400000006b029194348f0e2  with a blank for the last digit",
    "@400000006b029194348f0\u00a0\t with blanks for the last digits",
    "2024-02-29_12:00:00",
    "2024-02-29_12:00:00.",
    "2024-02-29 12:00:00.00000",
    "2024/02/29 12:00:00.00000",
    "{",
    '{"',
    '{"time":1709208000}',
  ]) {
    assert.equal(stamp(line), undefined, line);
  }
});
