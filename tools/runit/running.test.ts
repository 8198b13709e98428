import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../tests/support/fast-check.ts";
import { readRunning, runningEntry } from "./running.ts";

const textOf = (entry: string) => entry.slice(entry.indexOf("=") + 1);
const ids = fc.integer({ min: 0, max: 4_194_304 });

test("what process 1 passes to itself is read back", () => {
  fc.assert(
    fc.property(ids, fc.array(ids), (stage, sessions) => {
      const running = { stage: stage + 2, sessions };
      assert.deepEqual(readRunning(textOf(runningEntry(running))), running);
    }),
  );
});

test("anything else is ignored", () => {
  for (const value of [
    "",
    "runit=2 stage=7 sessions=1",
    "runit=1 stage=1 sessions=1",
    "runit=1 stage= sessions=1",
    "runit=1 stage=-7 sessions=1",
    "runit=1 stage=7 sessions=x",
    "runit=1 stage=7",
    "runit=1 stage=7 sessions=1 more=1",
    "pid=1 mask= pipes= kept=",
  ]) {
    assert.equal(readRunning(value), undefined, value);
  }
  fc.assert(fc.property(fc.string(), (value) => readRunning(value) === undefined));
});
