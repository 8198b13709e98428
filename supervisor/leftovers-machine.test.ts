/** service-machine.ts, if ./run leaves processes of its group behind. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../tests/support/fast-check.ts";
import { beginnings, histories, PaperShell } from "../tests/support/paper-shell.ts";
import {
  after,
  control,
  effectsOf,
  exited,
  killTimeoutSet,
  RUNNING,
  spawned,
  without,
  withoutScript,
} from "../tests/support/service-events.ts";
import { SCRIPT_PATIENCE_MS } from "./service-machine.ts";
import type { ExitedEvent, ServiceEvent } from "./state.ts";

/** An exit after a long uptime, with code 7. */
const LEAVING: ExitedEvent = {
  ...exited(20_000, true),
  end: { code: 7, status: 0 },
  hasLeftovers: true,
};
const ENDED: ServiceEvent = { on: "groupEnded" };
const FINISH = { do: "spawnFinish", end: { code: 7, status: 0 } } as const;

test("./finish and the next start wait until nothing of the group is left", () => {
  const [left, effects] = after(RUNNING, LEAVING);
  assert.deepEqual(effects, [{ do: "publish" }, { do: "endGroup" }]);
  assert.deepEqual([left.phase, left.pid, left.termSent], ["run", 42, true]);
  assert.equal(left.exits.count, 1, "the exit is counted at once");
  const [finishing, next] = after(left, ENDED);
  assert.deepEqual(next, [{ do: "publishNow" }, FINISH]);
  assert.equal(finishing.exits.count, 1);
  assert.deepEqual(effectsOf(left, control("u"), { on: "restartTimerFired" }), [{ do: "publish" }]);
});

test("what is left gets KILL at its timeout, which a stop before it may have set, and at once after 'k'", () => {
  const kill = { do: "signal", pid: 42, signal: "KILL" } as const;
  const [left] = after(RUNNING, LEAVING, killTimeoutSet(42, 5_000, 20_000));
  assert.deepEqual(effectsOf(left, { on: "killTimeoutExpired" }), [kill]);
  assert.deepEqual(effectsOf(left, control("k")), [{ do: "killScripts" }, kill]);
  const stop = [control("t"), withoutScript("t"), killTimeoutSet(42, 1_000, 19_500)] as const;
  const later = effectsOf(RUNNING, ...stop, LEAVING, killTimeoutSet(42, 1_000, 20_000));
  assert.ok(!later.some((effect) => effect.do === "startKillTimer" && effect.delayMs !== 1_000));
  assert.equal(later.filter((effect) => effect.do === "startKillTimer").length, 1);
});

test("the control script of the stop is waited for as well, and its time begins when nothing is left", () => {
  const [stopped] = after(RUNNING, control("d"), withoutScript("t"));
  assert.equal(stopped.runningScript, "d");
  const [left, effects] = after(stopped, LEAVING);
  assert.deepEqual(effects, [{ do: "publish" }, { do: "endGroup" }]);
  const patience = { do: "startRestartTimer", delayMs: SCRIPT_PATIENCE_MS } as const;
  assert.deepEqual(without(effectsOf(left, ENDED), "publish"), [patience]);
  assert.deepEqual(effectsOf(left, ENDED, withoutScript("d")).at(-1), FINISH);
  assert.deepEqual(effectsOf(left, withoutScript("d")), []);
  assert.deepEqual(effectsOf(left, withoutScript("d"), ENDED).at(-1), FINISH);
});

test("a 'k' from before the exit, which is read with it, kills what is left", () => {
  const effects = effectsOf(RUNNING, { ...LEAVING, commands: ["k"] });
  assert.deepEqual(effects.at(-1), { do: "signal", pid: 42, signal: "KILL" });
});

test("the control script of a stop that comes while processes are left runs at their KILL", () => {
  const [left] = after(RUNNING, LEAVING, killTimeoutSet(42, 5_000, 20_000), control("d"));
  assert.deepEqual(effectsOf(left, { on: "killTimeoutExpired" }), [
    { do: "signal", pid: 42, signal: "KILL" },
    { do: "script", byte: "d" },
  ]);
});

test("an exit that a predecessor counted is not counted again, and ends as it was counted", () => {
  const known = { ...RUNNING.exits, count: 3, last: FINISH.end };
  const [service, effects] = after(
    { ...RUNNING, exits: known },
    { ...exited(20_000, true), end: { code: -1, status: 0 }, isCounted: true },
  );
  assert.deepEqual(service.exits, known);
  assert.deepEqual(effects.at(-1), FINISH);
});

test("a service goes through any history of groups that are left", () => {
  fc.assert(
    fc.property(beginnings, histories, ([role, want], history) => {
      const shell = new PaperShell(role, want);
      shell.leavesGroup = true;
      for (const next of history) next(shell);
      shell.feed(control("d"));
      shell.finishAll();
      assert.ok(!shell.hasGroup);
      shell.feed(control("u"));
      while (shell.scripts.length > 0) shell.endScript(false);
      assert.equal(shell.service.phase, "run");
    }),
    { numRuns: 2_000 },
  );
});

test("a crash with leftovers that was not asked for has its restart delay", () => {
  const crash: ExitedEvent = { ...exited(10_100), hasLeftovers: true };
  assert.deepEqual(effectsOf(RUNNING, crash, ENDED).at(-1), {
    do: "startRestartTimer",
    delayMs: 1_000,
  });
  assert.equal(after(RUNNING, crash, ENDED, spawned(43, 12_000))[0].termSent, false);
});
