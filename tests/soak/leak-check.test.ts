import assert from "node:assert/strict";
import { test } from "node:test";
import { isFlat } from "./leak-check.ts";
import { QUANTITIES, type Reading, type Readings } from "./reading.ts";

const START: Reading = {
  processes: 10,
  pssKiB: { all: 100_000, largest: 500 },
  privateDirtyKiB: { all: 1_000, largest: 500 },
  descriptors: { all: 90, largest: 10 },
  children: { all: 20, largest: 10 },
};

/** Readings of which one differs from the start. */
function withOne(moment: "middle" | "end", change: Partial<Reading>): Readings {
  return { start: START, middle: START, end: START, [moment]: { ...START, ...change } };
}

test("a life that is the same all the time is flat", () => {
  for (const quantity of QUANTITIES) {
    assert.ok(isFlat(quantity, { start: START, middle: START, end: START }), quantity);
  }
});

test("one descriptor or child more or less is not, in the sum or in one process, in the middle or at the end", () => {
  for (const quantity of ["descriptors", "children"] as const) {
    for (const moment of ["middle", "end"] as const) {
      for (const extent of ["all", "largest"] as const) {
        for (const by of [1, -1]) {
          const change = { ...START[quantity], [extent]: START[quantity][extent] + by };
          assert.equal(isFlat(quantity, withOne(moment, { [quantity]: change })), false);
        }
      }
    }
  }
});

test("memory may grow by a fiftieth, or by 64 KiB for each process where that is more, and shrink", () => {
  const flat = (quantity: "pssKiB" | "privateDirtyKiB", all: number, largest: number) =>
    isFlat(quantity, withOne("end", { [quantity]: { all, largest } }));
  assert.ok(flat("pssKiB", 102_000, 564));
  assert.equal(flat("pssKiB", 102_001, 564), false);
  assert.equal(flat("pssKiB", 102_000, 565), false);
  assert.ok(flat("privateDirtyKiB", 1_640, 500));
  assert.equal(flat("privateDirtyKiB", 1_641, 500), false);
  assert.ok(flat("privateDirtyKiB", 1, 1));
});

test("what was not read is not flat", () => {
  assert.equal(isFlat("children", { start: START, end: START }), false);
  assert.equal(isFlat("children", {}), false);
});
