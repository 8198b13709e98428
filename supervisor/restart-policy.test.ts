import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type CrashHistory,
  decideRestart,
  MIN_UPTIME_MS,
  NO_CRASHES,
  parseNumber,
  parseSignalName,
  RESTART_DELAY_MS,
  type RestartPolicy,
  RUNIT_POLICY,
} from "./restart-policy.ts";

/** What becomes of a service that lives for these times, one after the other. */
function rests(bounds: RestartPolicy, ...livesMs: readonly number[]): (number | "failed")[] {
  let deaths: CrashHistory = NO_CRASHES;
  let nowMs = 0;
  return livesMs.map((livedMs) => {
    nowMs += deaths.restMs + livedMs;
    const verdict = decideRestart(deaths, bounds, livedMs, nowMs);
    deaths = verdict.deaths;
    return verdict.failed ? "failed" : deaths.restMs;
  });
}

test("without bounds rests for a second after an early death, for ever", () => {
  assert.deepEqual(rests(RUNIT_POLICY, 0, 0, 999, 1_000, 0), [1_000, 1_000, 1_000, 0, 1_000]);
});

test("with restart-delay-max rests twice as long each time, up to that", () => {
  const bounds = { ...RUNIT_POLICY, maxRestMs: 5_000 };
  assert.deepEqual(rests(bounds, 0, 0, 0, 0, 0), [1_000, 2_000, 4_000, 5_000, 5_000]);
  assert.deepEqual(rests({ ...RUNIT_POLICY, maxRestMs: 300 }, 0, 0), [300, 300]);
});

test("begins anew after a life as long as restart-delay-max, and of a second at least", () => {
  const bounds = { ...RUNIT_POLICY, maxRestMs: 5_000 };
  assert.deepEqual(rests(bounds, 0, 4_999, 5_000, 0), [1_000, 2_000, 0, 1_000]);
  assert.deepEqual(rests({ ...RUNIT_POLICY, maxRestMs: 300 }, 0, 999, 1_000), [300, 300, 0]);
});

test("with max-death-tally gives up at that death, when all of them are within the period", () => {
  const bounds = { ...RUNIT_POLICY, maxDeaths: 3 };
  assert.deepEqual(rests(bounds, 0, 0, 0), [1_000, 1_000, "failed"]);
  assert.deepEqual(rests(bounds, 0, 60_000, 0, 60_000), [1_000, 0, 1_000, 0]);
  assert.deepEqual(rests(bounds, 0, 30_000, 29_000), [1_000, 0, "failed"]);
  assert.deepEqual(rests({ ...bounds, maxDeaths: 1 }, 1_000_000), ["failed"]);
});

test("for all bounds: never rests longer than the cap, and fails at the death that is one too many", () => {
  const limit = (max: number) => fc.option(fc.integer({ min: 1, max }), { nil: undefined });
  const bounds = fc.record({
    maxDeaths: limit(20),
    periodMs: fc.nat({ max: 100_000 }),
    maxRestMs: limit(100_000),
  });
  const lives = fc.array(fc.nat({ max: 20_000 }), { maxLength: 60 });
  fc.assert(
    fc.property(bounds, lives, (bound, livesMs) => {
      const {
        maxDeaths = Number.POSITIVE_INFINITY,
        periodMs,
        maxRestMs = RESTART_DELAY_MS,
      } = bound;
      const all: number[] = [];
      let deaths: CrashHistory = NO_CRASHES;
      let nowMs = 0;
      for (const livedMs of livesMs) {
        nowMs += deaths.restMs + livedMs;
        all.push(nowMs);
        const { deaths: next, failed } = decideRestart(deaths, bound, livedMs, nowMs);
        const within = all.filter((atMs) => nowMs - atMs <= periodMs).length;
        assert.equal(failed, within >= maxDeaths, "the tally is exact");
        if (failed) return;
        assert.ok(next.restMs <= maxRestMs, "never above the cap");
        const isYoung = livedMs < MIN_UPTIME_MS;
        if (isYoung)
          assert.ok(next.restMs >= Math.min(RESTART_DELAY_MS, maxRestMs), "an early death rests");
        assert.ok(next.atMs.length <= 20, "no more deaths are kept than count");
        deaths = next;
      }
    }),
  );
});

test("reads whole decimal numbers, and nothing else", () => {
  for (const [text, number] of [
    ["0", 0],
    ["1500\n", 1_500],
    ["007 \t\r\n", 7],
    ["99999999999999999999", 1e20],
  ] as const) {
    assert.equal(parseNumber(text), number, text);
  }
  for (const text of ["", "\n", "-1", "+1", "1.5", "1e3", "0x10", " 1", "1\n2", "5s", "\xb2"]) {
    assert.equal(parseNumber(text), undefined, text);
  }
});

test("reads the name of a signal with and without SIG, in any case", () => {
  for (const text of ["INT\n", "SIGINT", "int", "SigInt \n"]) {
    assert.equal(parseSignalName(text), "INT", text);
  }
});
