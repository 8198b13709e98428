import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../tests/support/fast-check.ts";
import { labelWords, parseTai64nLabel, secondsOfLabel, tai64nLabel } from "./tai.ts";

test("writes a label as daemontools' tai64n does", () => {
  // 1795330442.881790500 is the moment of supervise-dir's example record
  const label = tai64nLabel({ seconds: 1795330442, nanoseconds: 881790500 });
  assert.equal(label, "@400000006b029194348f0e24");
});

test("any second survives as a label", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 45 }), (seconds) => {
      const [high = 0, low = 0] = labelWords({ seconds, nanoseconds: 0 });
      assert.equal(secondsOfLabel(high, low), seconds);
    }),
  );
});

test("any time survives as the text of a label; any other text is none", () => {
  const times = fc.record(
    {
      seconds: fc.integer({ min: 0, max: 2 ** 45 }),
      nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(times, (time) => {
      assert.deepEqual(parseTai64nLabel(tai64nLabel(time)), time);
    }),
  );
  for (const text of ["", "@", "400000006b029194348f0e24", "@400000006b029194ffffffff"]) {
    assert.equal(parseTai64nLabel(text), undefined);
  }
});
