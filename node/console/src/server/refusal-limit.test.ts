import assert from "node:assert/strict";
import { test } from "node:test";
import { PERIOD_MS, RefusalLimit } from "./refusal-limit.ts";

test("sixty refused requests a minute are recorded", () => {
  const limit = new RefusalLimit();
  const admitted = (fromMs: number) =>
    Array.from({ length: 500 }, (_, n) => limit.admits(fromMs + n)).filter(Boolean).length;
  assert.equal(admitted(0), 60);
  assert.equal(admitted(500), 0);
  assert.equal(admitted(PERIOD_MS), 60);
});
