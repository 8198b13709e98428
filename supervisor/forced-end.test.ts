import assert from "node:assert/strict";
import { test } from "node:test";
import {
  after,
  at,
  control,
  exited,
  killTimeoutSet,
  RUNNING,
  withoutScript,
} from "../tests/support/service-events.ts";
import { RESTART_DELAY_MS } from "./restart-policy.ts";
import type { ServiceEvent } from "./state.ts";

const unhealthy = (signal: "TERM" | "ABRT", pid = 42): ServiceEvent => ({
  on: "unhealthy",
  pid,
  signal,
});
const extended = (killAtMs: number, nowMs: number): ServiceEvent => ({
  on: "killTimeoutExtended",
  pid: 42,
  killAtMs,
  at: at(nowMs),
});

test("the end of an unhealthy process is a crash", () => {
  const [ending, effects] = after(RUNNING, unhealthy("ABRT"));
  assert.deepEqual(effects, [{ do: "signal", pid: 42, signal: "ABRT" }, { do: "publish" }]);
  assert.ok(ending.termSent && !ending.exitRequested);
  const [down, last] = after(ending, exited(10_500));
  assert.ok(down.exits.isUnasked);
  assert.deepEqual(last.at(-1), { do: "startRestartTimer", delayMs: RESTART_DELAY_MS });
});

test("an unhealthy process that is being stopped, or is another one, is left alone", () => {
  const [stopped] = after(RUNNING, control("d"), withoutScript("t"));
  assert.deepEqual(after(stopped, unhealthy("TERM"))[1], []);
  assert.deepEqual(after(RUNNING, unhealthy("TERM", 41))[1], []);
});

test("a kill timeout that runs can be extended, and not shortened", () => {
  const stop = [control("d"), withoutScript("t"), killTimeoutSet(42, 100, 20_000)];
  const [stopped] = after(RUNNING, ...stop);
  const [later, effects] = after(stopped, extended(20_900, 20_050));
  assert.equal(later.killAtMs, 20_900);
  assert.deepEqual(effects, [{ do: "startKillTimer", delayMs: 850 }]);
  assert.deepEqual(after(stopped, extended(20_080, 20_050)), [stopped, []]);
  assert.deepEqual(after(RUNNING, extended(20_900, 20_050)), [RUNNING, []]);
});
