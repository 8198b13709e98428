import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../tests/support/fast-check.ts";
import { exitLine, exitsIn, type RelayedExit } from "./exit-line.ts";

const exits: fc.Arbitrary<RelayedExit> = fc
  .record({
    pid: fc.integer({ min: 1, max: 2 ** 22 }),
    how: fc.oneof(
      fc.nat({ max: 255 }).map((code) => ({ code, signal: undefined, core: false })),
      fc
        .tuple(fc.integer({ min: 1, max: 64 }), fc.boolean())
        .map(([signal, core]) => ({ code: undefined, signal, core })),
    ),
  })
  .map(({ pid, how }) => ({ pid, ...how }));

test("exits read as they were told, however many at once", () => {
  fc.assert(
    fc.property(fc.array(exits), (told) => {
      assert.deepEqual(exitsIn(told.map(exitLine).join("")), told);
    }),
  );
});

test("what is no line is passed over", () => {
  assert.deepEqual(exitsIn("\n12\nx 0 0 0\n-1 0 0 0\n1 2 3 4 5\n"), []);
  assert.equal(exitsIn("7\n5 3 0 0\n").length, 1);
});
