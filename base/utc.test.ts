import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../tests/support/fast-check.ts";
import { rfc3339 } from "./utc.ts";

test("rfc3339 writes the time that every other reader finds", () => {
  assert.equal(rfc3339({ seconds: 0, nanoseconds: 1 }), "1970-01-01T00:00:00.000000001Z");
  const minute = [59, 60, 61, 119].map((seconds) =>
    rfc3339({ seconds, nanoseconds: 0 }).slice(14, 19),
  );
  assert.deepEqual(minute, ["00:59", "01:00", "01:01", "01:59"]);
  fc.assert(
    fc.property(fc.integer({ min: -2_000_000_000, max: 8_000_000_000 }), (seconds) => {
      const text = rfc3339({ seconds, nanoseconds: 123_456_789 });
      assert.equal(text.slice(0, 19), new Date(seconds * 1_000).toISOString().slice(0, 19));
      assert.equal(text.slice(19), ".123456789Z");
    }),
  );
});
