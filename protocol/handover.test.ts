import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Handover, handoverText, readHandover } from "./handover.ts";

const number = fc.nat({ max: 2 ** 22 });
const ends = fc.tuple(number, number);
const handovers: fc.Arbitrary<Handover> = fc.record(
  {
    pid: number,
    mask: fc.array(fc.integer({ min: 1, max: 64 })),
    home: fc.option(number, { nil: undefined }),
    pipes: fc.array(ends),
    kept: fc.array(number),
    text: fc.option(ends, { nil: undefined }),
  },
  { noNullPrototype: true },
);

test("is read as it was written", () => {
  fc.assert(
    fc.property(handovers, (handover) => {
      assert.deepEqual(readHandover(handoverText(handover)), handover);
    }),
  );
});

test("words of another version are passed over", () => {
  const handover = readHandover("pid=5 mask=1 later=7,8 kept=3");
  assert.deepEqual(handover, {
    pid: 5,
    mask: [1],
    home: undefined,
    pipes: [],
    kept: [3],
    text: undefined,
  });
});

test("what is none is told from one", () => {
  for (const value of [
    "",
    "/bin",
    "mask=1",
    "pid=x",
    "pid=-5",
    "pid=5 kept=1.5",
    "pid=5 pipes=1,2,3",
  ]) {
    assert.equal(readHandover(value), undefined, value);
  }
});
