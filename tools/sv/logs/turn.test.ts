import assert from "node:assert/strict";
import { test } from "node:test";
import { tai64nLabel } from "../../../protocol/tai.ts";
import fc from "../../../tests/support/fast-check.ts";
import { stampOf } from "./stamp.ts";
import { firstTurn, isBefore, readTurn, type Turn } from "./turn.ts";

/** Reads a line that does not begin the bytes, into a turn of the first log or `turn`. */
function read(line: string, turn: Turn = firstTurn(0)): Turn | undefined {
  const bytes = Buffer.from(`x\n${line}\n`, "latin1");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return readTurn(turn, bytes, view, 2, bytes.length - 1) ? turn : undefined;
}

const near = fc.record({
  seconds: fc.integer({ min: 1_709_208_000, max: 1_709_208_003 }),
  nanoseconds: fc.nat({ max: 999_999_999 }),
});
const far = fc.record({
  seconds: fc.nat({ max: 4_102_444_799 }),
  nanoseconds: fc.nat({ max: 3 }),
});
const label = fc.oneof(near, far).map(tai64nLabel);

test("turns have the order of the texts of their labels", () => {
  fc.assert(
    fc.property(label, label, (one, other) => {
      const [turn, second] = [read(`${one} a`), read(`${other} b`)];
      assert.ok(turn && second);
      assert.equal(isBefore(turn, second), one < other);
      assert.equal(isBefore(second, turn), other < one);
    }),
  );
});

test("at the same time the first log is before the second, and itself not before itself", () => {
  const line = `${tai64nLabel({ seconds: 1, nanoseconds: 2 })} a`;
  const [first, second] = [read(line), read(line, firstTurn(1))];
  assert.ok(first && second);
  assert.deepEqual([isBefore(first, second), isBefore(second, first)], [true, false]);
  assert.equal(isBefore(first, first), false);
});

test("the first turn is before all times", () => {
  const line = `@${"0".repeat(24)} a`;
  const turn = read(line);
  assert.ok(turn && isBefore(firstTurn(9), turn));
});

test("a time in UTC has the turn of its label", () => {
  const exact = read(`${tai64nLabel({ seconds: 1_709_208_000, nanoseconds: 500_000_000 })} a`);
  for (const text of ["2024-02-29_12:00:00.50000 a", '{"time":"2024-02-29T12:00:00.5Z","m":1}']) {
    assert.deepEqual(read(text), exact, text);
  }
});

test("a line has a turn exactly if it has a stamp, and none leaves the turn as it was", () => {
  const digit = fc.constantFrom(..."0123456789abcdefABCDEF/:`gG@ \t\u00a0\u00b0\u00e1\0");
  const changes = fc.array(fc.tuple(fc.nat({ max: 24 }), digit), { maxLength: 2 });
  fc.assert(
    fc.property(label, label, changes, fc.nat({ max: 26 }), (before, text, changes, length) => {
      const bytes = [...`${text} a`];
      for (const [at, byte] of changes) bytes[at] = byte;
      const line = bytes.slice(0, length).join("");
      const turn = read(`${before} a`);
      assert.ok(turn);
      const former = turn.slice();
      const stamp = stampOf(Buffer.from(line, "latin1"), 0, line.length);
      const has = read(line, turn) !== undefined;
      assert.equal(has, stamp !== undefined, line);
      if (stamp === undefined) assert.deepEqual(turn, former);
      else assert.deepEqual(turn, read(`${stamp.label} a`));
    }),
    { numRuns: 1_000 },
  );
});
