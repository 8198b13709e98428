/** Whether a service keeps dying: crashes.ts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PastRun } from "../../../../protocol/past-runs.ts";
import { recentCrashes } from "./crashes.ts";

const NOW_S = 1_000;

/** Runs that ended one second after the other, the newest first, the last one at `endedS`. */
function runs(count: number, { endedS = NOW_S - 1, ranMs = 3, status = 0 } = {}): PastRun[] {
  const code = status === 0 ? 1 : -1;
  return Array.from({ length: count }, (_, index) => ({
    code,
    status,
    endedS: endedS - index,
    ranMs,
  }));
}

const isOver = (past: readonly PastRun[], ageS: number) =>
  recentCrashes(past, NOW_S, NOW_S - ageS)?.areOver;

test("crashes count if there are three in the last minute, and TERM is none", () => {
  assert.equal(recentCrashes(runs(2), NOW_S, NOW_S), undefined);
  assert.equal(recentCrashes(runs(3), NOW_S, NOW_S)?.count, 3);
  assert.equal(recentCrashes(runs(3, { endedS: NOW_S - 59 }), NOW_S, NOW_S), undefined);
  assert.equal(recentCrashes(runs(5, { status: 15 }), NOW_S, NOW_S), undefined);
  assert.equal(recentCrashes(runs(5, { status: 11 }), NOW_S, NOW_S)?.count, 5);
});

test("crashes are a least number if older ones may have been forgotten", () => {
  assert.equal(recentCrashes(runs(15), NOW_S, NOW_S)?.isLeast, false);
  assert.equal(recentCrashes(runs(16), NOW_S, NOW_S)?.isLeast, true);
  // The oldest of the sixteen was more than a minute ago.
  assert.equal(recentCrashes(runs(16, { endedS: NOW_S - 50 }), NOW_S, NOW_S)?.isLeast, false);
});

test("crashes are over once a run lasts for seconds, and twice as long as those that crashed", () => {
  assert.equal(isOver(runs(3), 4), false);
  assert.equal(isOver(runs(3), 5), true);
  const long = [...runs(2), ...runs(1, { endedS: NOW_S - 20, ranMs: 10_000 })];
  assert.equal(isOver(long, 19), false);
  assert.equal(isOver(long, 20), true);
});
