import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../tests/support/fast-check.ts";
import {
  type CrashHistory,
  decideRestart,
  MIN_UPTIME_MS,
  NO_CRASHES,
  RESTART_DELAY_MS,
  type RestartPolicy,
  RUNIT_POLICY,
} from "./restart-policy.ts";

/** The restart delays of a service that crashes after each of these uptimes. */
function delays(policy: RestartPolicy, ...uptimesMs: readonly number[]): (number | "failed")[] {
  let crashes: CrashHistory = NO_CRASHES;
  let nowMs = 0;
  return uptimesMs.map((uptimeMs) => {
    nowMs += crashes.restartDelayMs + uptimeMs;
    const decision = decideRestart(crashes, policy, { uptimeMs, nowMs });
    crashes = decision.crashes;
    return decision.failed ? "failed" : crashes.restartDelayMs;
  });
}

test("a service without limit files restarts a second after an early crash, for ever", () => {
  assert.deepEqual(delays(RUNIT_POLICY, 0, 0, 999, 1_000, 0), [1_000, 1_000, 1_000, 0, 1_000]);
});

test("the restart delay doubles up to restart-delay-max", () => {
  const policy = { ...RUNIT_POLICY, maxRestartDelayMs: 5_000 };
  assert.deepEqual(delays(policy, 0, 0, 0, 0, 0), [1_000, 2_000, 4_000, 5_000, 5_000]);
  assert.deepEqual(delays({ ...RUNIT_POLICY, maxRestartDelayMs: 300 }, 0, 0), [300, 300]);
});

test("the restart delay starts over after an uptime of restart-delay-max, and of a second at least", () => {
  const policy = { ...RUNIT_POLICY, maxRestartDelayMs: 5_000 };
  assert.deepEqual(delays(policy, 0, 4_999, 5_000, 0), [1_000, 2_000, 0, 1_000]);
  assert.deepEqual(
    delays({ ...RUNIT_POLICY, maxRestartDelayMs: 300 }, 0, 999, 1_000),
    [300, 300, 0],
  );
});

test("a service fails at the crash that makes max-death-tally within the period", () => {
  const policy = { ...RUNIT_POLICY, maxCrashes: 3 };
  assert.deepEqual(delays(policy, 0, 0, 0), [1_000, 1_000, "failed"]);
  assert.deepEqual(delays(policy, 0, 60_000, 0, 60_000), [1_000, 0, 1_000, 0]);
  assert.deepEqual(delays(policy, 0, 30_000, 29_000), [1_000, 0, "failed"]);
  assert.deepEqual(delays({ ...policy, maxCrashes: 1 }, 1_000_000), ["failed"]);
});

test("every policy: no restart delay exceeds the cap, and the tally is exact", () => {
  const limit = (max: number) => fc.option(fc.integer({ min: 1, max }), { nil: undefined });
  const policies = fc.record({
    maxCrashes: limit(20),
    periodMs: fc.nat({ max: 100_000 }),
    maxRestartDelayMs: limit(100_000),
  });
  const uptimes = fc.array(fc.nat({ max: 20_000 }), { maxLength: 60 });
  fc.assert(
    fc.property(policies, uptimes, (policy, uptimesMs) => {
      const {
        maxCrashes = Number.POSITIVE_INFINITY,
        periodMs,
        maxRestartDelayMs = RESTART_DELAY_MS,
      } = policy;
      const all: number[] = [];
      let crashes: CrashHistory = NO_CRASHES;
      let nowMs = 0;
      for (const uptimeMs of uptimesMs) {
        nowMs += crashes.restartDelayMs + uptimeMs;
        all.push(nowMs);
        const { crashes: next, failed } = decideRestart(crashes, policy, { uptimeMs, nowMs });
        const within = all.filter((atMs) => nowMs - atMs <= periodMs).length;
        assert.equal(failed, within >= maxCrashes, "the tally is exact");
        if (failed) return;
        assert.ok(next.restartDelayMs <= maxRestartDelayMs, "never above the cap");
        if (uptimeMs < MIN_UPTIME_MS) {
          const minMs = Math.min(RESTART_DELAY_MS, maxRestartDelayMs);
          assert.ok(next.restartDelayMs >= minMs, "an early crash has a restart delay");
        }
        assert.ok(next.atMs.length <= 20, "no more crashes are kept than count");
        crashes = next;
      }
    }),
  );
});
