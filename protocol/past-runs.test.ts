import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../tests/support/fast-check.ts";
import { type PastRun, pastRuns, runLines, withMemoryKills, withRun } from "./past-runs.ts";

const runs = fc.record(
  {
    code: fc.integer({ min: -1, max: 255 }),
    status: fc.nat({ max: 255 }),
    endedS: fc.maxSafeInteger(),
    ranMs: fc.maxSafeNat(),
    memoryKills: fc.maxSafeNat(),
  },
  { noNullPrototype: true, requiredKeys: ["code", "status", "endedS", "ranMs"] },
);

const withWhole = (lines: string, run: PastRun): string => {
  const ended = withRun(lines, run);
  return run.memoryKills === undefined ? ended : withMemoryKills(ended, run.memoryKills);
};
const linesOf = (all: readonly PastRun[]) => all.reduce(withWhole, "");

test("reads the last sixteen runs, the newest first", () => {
  fc.assert(
    fc.property(fc.array(runs, { maxLength: 40 }), (all) => {
      assert.deepEqual(pastRuns(linesOf(all)), all.slice(-16).toReversed());
    }),
  );
});

test("finds the runs in a history, and leaves out lines that make no sense", () => {
  const run = { code: 1, status: 0, endedS: 5, ranMs: 7 };
  const lines = linesOf([run]);
  const odd =
    "ran\nran 1 0 5\nran 256 0 5 7\nran 1 -1 5 7\nran 1 0 x 7\nran 1 0 5 -7\nrun 1 0 5 7\n";
  assert.equal(runLines(`supervisor 7\n${odd}${lines}problem x\n`), lines);
  for (const later of ["later", "-1", "0.5", "0x", "x 5"]) {
    assert.deepEqual(pastRuns(`ran 1 0 5 7 ${later}\n`), [run], "a later version may add values");
  }
  assert.deepEqual(pastRuns("ran 1 0 5 7 2 later\n"), [{ ...run, memoryKills: 2 }]);
});
