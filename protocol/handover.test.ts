import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../tests/support/fast-check.ts";
import { type Handover, handoverText, readHandover } from "./handover.ts";

const handovers: fc.Arbitrary<Handover> = fc
  .record({
    pid: fc.nat({ max: 2 ** 22 }),
    mask: fc.array(fc.integer({ min: 1, max: 64 })),
    descriptors: fc.uniqueArray(fc.integer({ min: 3, max: 2 ** 31 - 1 }), { minLength: 4 }),
    hasHome: fc.boolean(),
    hasTitle: fc.boolean(),
    pipes: fc.nat({ max: 5 }),
    supervisors: fc.array(fc.integer({ min: 1, max: 2 ** 22 }), { maxLength: 5 }),
    reporters: fc.array(fc.nat({ max: 2 ** 22 }), { maxLength: 3 }),
  })
  .map(({ pid, mask, descriptors, hasHome, hasTitle, pipes, reporters, supervisors }) => {
    const left = [...descriptors];
    const home = hasHome ? left.pop() : undefined;
    const scanned = hasHome ? left.pop() : undefined;
    const pair = (): [number, number] => [left.pop() ?? 0, left.pop() ?? 0];
    const titlePipe = hasTitle ? pair() : undefined;
    const locks = left.splice(0, 2);
    const ends = Array.from({ length: Math.min(pipes, Math.floor(left.length / 2)) }, pair);
    const reports = reporters
      .slice(0, left.length)
      .map((reporter): [number, number] => [left.pop() ?? 0, reporter]);
    const rest = { fifos: left, reports, titlePipe, supervisors };
    return { pid, mask, home, scanned, locks, pipes: ends, ...rest };
  });

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
    locks: [],
    pipes: [],
    fifos: [3],
    scanned: undefined,
    reports: [],
    titlePipe: undefined,
    supervisors: [],
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
    "pid=5 pipes=3,4,5",
    "pid=5 text=3",
    "pid=5 mask=0",
    "pid=5 mask=129",
    "pid=5 home=2",
    "pid=5 kept=0",
    "pid=5 pipes=1,7",
    "pid=5 kept=2147483648",
    "pid=5 kept=9007199254740993",
    "pid=5 kept=1e3x",
    "pid=5 kept=7,7",
    "pid=5 home=7 pipes=7,8",
    "pid=5 text=7,7",
    "pid=5 reports=7",
    "pid=5 reports=2,7",
    "pid=5 reports=7,1 kept=7",
    "pid=5 children=0",
    "pid=5 children=2147483648",
  ]) {
    assert.equal(readHandover(value), undefined, value);
  }
});

test("fits into a variable of the environment, however many supervisors there are", () => {
  const supervisors = Array.from({ length: 100_000 }, (_, index) => 4_000_000 + index);
  const none = readHandover("pid=5");
  assert.ok(none !== undefined);
  const text = handoverText({ ...none, supervisors });
  assert.ok(text.length < 128 * 1024);
  assert.ok((readHandover(text)?.supervisors.length ?? 0) >= 5_000);
});
