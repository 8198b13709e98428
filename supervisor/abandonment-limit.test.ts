import assert from "node:assert/strict";
import { test } from "node:test";
import { ABANDONED_MS, AbandonmentLimit } from "./abandonment-limit.ts";

test("the time of an abandoned dependant begins when it is first seen as such", () => {
  const limit = new AbandonmentLimit();
  assert.ok(limit.mayReturn("web", 1_000));
  assert.ok(limit.mayReturn("web", 1_000 + ABANDONED_MS - 1));
  assert.ok(!limit.mayReturn("web", 1_000 + ABANDONED_MS));
  assert.ok(limit.mayReturn("worker", 1_000 + ABANDONED_MS), "each has a time of its own");
});

test("a dependant that is abandoned again has the whole time again", () => {
  const limit = new AbandonmentLimit();
  for (const name of ["web", "worker"]) limit.mayReturn(name, 0);
  limit.reset("web");
  assert.ok(limit.mayReturn("web", ABANDONED_MS));
  assert.ok(!limit.mayReturn("worker", ABANDONED_MS));
  assert.ok(!limit.mayReturn("web", 2 * ABANDONED_MS));
  limit.resetAll();
  assert.ok(limit.mayReturn("web", 2 * ABANDONED_MS));
  assert.ok(limit.mayReturn("worker", 2 * ABANDONED_MS));
});
