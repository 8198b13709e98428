import assert from "node:assert/strict";
import { test } from "node:test";
import {
  after,
  control,
  DOWN,
  effectsOf,
  exited,
  exitedAfter,
  killTimeoutSet,
  RUNNING,
  spawned,
  UP,
  withoutScript,
} from "../tests/support/service-events.ts";
import { RESTART_DELAY_MS, type RestartPolicy, RUNIT_POLICY } from "./restart-policy.ts";
import { FORK_RETRY_MS, step } from "./service-machine.ts";
import type { ServiceEffect, ServiceEvent } from "./state.ts";

test("a service that is wanted up starts, control/u first", () => {
  assert.deepEqual(effectsOf(UP, { on: "initialized" }), [{ do: "script", byte: "u" }]);
  assert.deepEqual(effectsOf(UP, { on: "initialized" }, withoutScript("u")).at(-1), {
    do: "spawnRun",
  });
  assert.deepEqual(effectsOf(DOWN, { on: "initialized" }), []);
  assert.equal(RUNNING.phase, "run");
  assert.equal(RUNNING.pid, 42);
  assert.deepEqual(RUNNING.since, { seconds: 10, nanoseconds: 0 });
});

test("only a service that crashes early has a restart delay", () => {
  const delay: ServiceEffect = { do: "startRestartTimer", delayMs: RESTART_DELAY_MS };
  const start: ServiceEffect = { do: "script", byte: "u" };
  assert.deepEqual(effectsOf(RUNNING, exited(10_999)), [{ do: "publish" }, delay]);
  assert.deepEqual(effectsOf(RUNNING, exited(11_000)), [{ do: "publish" }, start]);
  for (const byte of ["t", "k", "i", "q"] as const) {
    const effects = effectsOf(RUNNING, control(byte), withoutScript(byte), exited(10_001));
    assert.deepEqual(effects.at(-1), start, `requested by ${byte}`);
  }
  const crashed = effectsOf(RUNNING, control("h"), withoutScript("h"), exited(10_001));
  assert.deepEqual(crashed.at(-1), delay, "a reload requests no exit");
});

test("the restart delay counts from the start of ./run, also if ./finish ran after it", () => {
  const finished = (endsMs: number) =>
    effectsOf(RUNNING, exited(10_001, true), spawned(43, 10_002), exited(endsMs));
  assert.deepEqual(finished(10_500).at(-1), { do: "startRestartTimer", delayMs: RESTART_DELAY_MS });
  assert.deepEqual(finished(11_500).slice(-2), [{ do: "publishNow" }, { do: "script", byte: "u" }]);
});

test("a start that was cancelled and commanded again continues once control/u has ended", () => {
  const effects = effectsOf(
    UP,
    { on: "initialized" },
    control("d"),
    control("u"),
    withoutScript("u"),
  );
  assert.deepEqual(effects.at(-1), { do: "spawnRun" });
  const cancelled = effectsOf(UP, { on: "initialized" }, control("d"), withoutScript("u"));
  assert.ok(!cancelled.some((effect) => effect.do === "spawnRun"));
});

test("a command starts a service at once during its restart delay", () => {
  const [delayed] = after(RUNNING, exited(10_001));
  assert.deepEqual(effectsOf(delayed, control("u")), [
    { do: "publish" },
    { do: "script", byte: "u" },
  ]);
  assert.deepEqual(effectsOf(delayed, control("d"), { on: "restartTimerFired" }), [
    { do: "publish" },
  ]);
});

test("KILL reaches ./finish, which never runs twice", () => {
  const [finishing] = after(RUNNING, exited(20_000, true), spawned(43, 20_000));
  assert.deepEqual(effectsOf(finishing, control("k")), [
    { do: "killScripts" },
    { do: "signal", pid: 43, signal: "KILL" },
  ]);
  const [next] = after(finishing, control("k"), exited(20_001));
  assert.equal(next.phase, "down");
});

test("a failed fork is retried, and commands are obeyed meanwhile", () => {
  const [failed, effects] = after(UP, { on: "initialized" }, withoutScript("u"), {
    on: "notSpawned",
  });
  assert.deepEqual(effects.at(-1), { do: "startRestartTimer", delayMs: FORK_RETRY_MS });
  assert.deepEqual(effectsOf(failed, { on: "restartTimerFired" }), [{ do: "spawnRun" }]);
  assert.deepEqual(effectsOf(failed, control("d"), { on: "restartTimerFired" }), [
    { do: "publish" },
  ]);
  const [once] = after(DOWN, control("o"), withoutScript("u"), { on: "notSpawned" });
  assert.deepEqual(effectsOf(once, { on: "restartTimerFired" }), [{ do: "spawnRun" }]);
});

test("a command that was given before the exit, and read after it, counts", () => {
  for (const [byte, want] of [
    ["d", "down"],
    ["o", "down"],
    ["x", "exit"],
  ] as const) {
    const [down, effects] = after(RUNNING, exitedAfter(byte));
    const expected: ServiceEffect[] = [{ do: "publish" }, { do: "endedForGood" }];
    assert.deepEqual(effects, expected, `${byte} signals nobody and starts nothing`);
    assert.deepEqual([down.phase, down.want], ["down", want]);
    const [finishing] = after(RUNNING, exited(20_000, true), spawned(43, 20_000));
    assert.deepEqual(effectsOf(finishing, exitedAfter(byte)), [
      { do: "publishNow" },
      { do: "endedForGood" },
    ]);
  }
  assert.deepEqual(effectsOf(RUNNING, exitedAfter("d", "u")).at(-1), { do: "script", byte: "u" });
});

test("an exit that was commanded has no restart delay, however late the command is read", () => {
  const start: ServiceEffect = { do: "script", byte: "u" };
  for (const byte of ["t", "k", "i", "q"] as const)
    assert.deepEqual(effectsOf(RUNNING, exited(10_001, false, RUNIT_POLICY, [byte])).at(-1), start);
  const [finishing] = after(RUNNING, exited(10_001, true), spawned(43, 10_002));
  const delay: ServiceEffect = { do: "startRestartTimer", delayMs: RESTART_DELAY_MS };
  const late = effectsOf(finishing, exited(10_003, false, RUNIT_POLICY, ["t"]));
  assert.deepEqual(late.at(-1), delay, "an exit of ./finish is not one of ./run");
});

test("a service has ended for good if it ended unasked and is not started again", () => {
  const isFinal = (...events: readonly ServiceEvent[]) => {
    const [service, effects] = after(RUNNING, ...events);
    const isReported = effects.some((effect) => effect.do === "endedForGood");
    assert.equal(isReported, service.exits.isFinal);
    return isReported;
  };
  const ended = exited(20_000);
  assert.ok(!isFinal(ended), "started again");
  assert.ok(isFinal(control("o"), ended), "once");
  assert.ok(!isFinal(control("d"), withoutScript("t"), ended), "by a command");
  assert.ok(!isFinal(control("o"), control("k"), withoutScript("k"), ended), "killed by a command");
});

test("only a start takes an exit back", () => {
  for (const byte of ["d", "k", "t"] as const) {
    assert.equal(after(RUNNING, control("x"), control(byte))[0].want, "exit");
    assert.equal(after(RUNNING, control("x"), exitedAfter(byte))[0].want, "exit");
  }
  assert.equal(after(RUNNING, control("x"), control("u"))[0].want, "up");
  assert.equal(after(RUNNING, control("x"), control("o"))[0].want, "down");
});

const KILL: ServiceEffect = { do: "signal", pid: 42, signal: "KILL" };

test("a process that does not stop gets KILL after its kill timeout", () => {
  const stopped = [control("d"), withoutScript("t"), killTimeoutSet(42, 500, 20_000)];
  const [expired, effects] = after(RUNNING, ...stopped, { on: "killTimeoutExpired" });
  assert.deepEqual(effects.slice(-2), [{ do: "startKillTimer", delayMs: 500 }, KILL]);
  assert.deepEqual(effectsOf(expired, { on: "killTimeoutExpired" }), [], "once");
  const inTime = after(RUNNING, ...stopped, exited(20_100))[0];
  assert.deepEqual(effectsOf(inTime, { on: "killTimeoutExpired" }), []);
  const [next] = after(inTime, control("u"), withoutScript("u"), spawned(43, 20_200));
  assert.deepEqual(
    effectsOf(next, { on: "killTimeoutExpired" }),
    [],
    "the next process has its own timeout",
  );
  assert.deepEqual(
    effectsOf(RUNNING, killTimeoutSet(42, 500, 20_000)),
    [],
    "nobody has stopped it",
  );
});

test("a second stop does not extend the kill timeout, but may shorten it", () => {
  const [stopped] = after(
    RUNNING,
    control("d"),
    withoutScript("t"),
    killTimeoutSet(42, 500, 20_000),
  );
  assert.deepEqual(effectsOf(stopped, killTimeoutSet(42, 500, 20_100)), []);
  assert.deepEqual(effectsOf(stopped, killTimeoutSet(42, 100, 20_100)), [
    { do: "startKillTimer", delayMs: 100 },
  ]);
});

test("./finish gets KILL after its timeout, and the crash before it has its restart delay", () => {
  const [finishing] = after(
    RUNNING,
    exited(10_001, true),
    spawned(43, 10_002),
    killTimeoutSet(43, 50, 10_002),
  );
  const effects = effectsOf(finishing, { on: "killTimeoutExpired" }, exited(10_060));
  assert.deepEqual(effects, [
    { do: "signal", pid: 43, signal: "KILL" },
    { do: "publishNow" },
    { do: "startRestartTimer", delayMs: RESTART_DELAY_MS },
  ]);
});

test("a service that crashed too often starts again only by command", () => {
  const restartPolicy: RestartPolicy = { ...RUNIT_POLICY, maxCrashes: 1 };
  const [failed, effects] = after(RUNNING, exited(12_000, false, restartPolicy));
  assert.deepEqual(effects, [
    { do: "publish" },
    { do: "giveUp", crashes: 1 },
    { do: "endedForGood" },
  ]);
  assert.deepEqual([failed.failed, failed.want, failed.phase], [true, "down", "down"]);
  assert.deepEqual(effectsOf(failed, { on: "restartTimerFired" }), []);
  assert.equal(step(failed, control("d"))[0].failed, true);
  for (const byte of ["u", "o"] as const) {
    const [again] = after(failed, control(byte));
    assert.deepEqual([again.failed, again.crashes.atMs.length], [false, 0]);
  }
});

test("only exits that nobody asked for count as crashes", () => {
  const restartPolicy: RestartPolicy = { ...RUNIT_POLICY, maxCrashes: 2 };
  const [once] = after(
    RUNNING,
    exited(12_000, false, restartPolicy),
    withoutScript("u"),
    spawned(43, 12_000),
  );
  assert.equal(once.crashes.atMs.length, 1);
  const [requested] = after(
    once,
    control("t"),
    withoutScript("t"),
    exited(12_001, false, restartPolicy),
  );
  assert.deepEqual(
    [requested.failed, requested.crashes.atMs.length],
    [false, 0],
    "the count starts over",
  );
  assert.equal(step(once, exited(12_001, false, restartPolicy))[0].failed, true);
});

test("the exits of ./run are counted, and those of ./finish are not", () => {
  const [finishing] = after(RUNNING, exited(12_000, true));
  assert.deepEqual([finishing.exits.count, finishing.exits.lastAt?.seconds], [1, 12]);
  const [down] = after(finishing, spawned(43, 12_000), exited(15_000));
  assert.deepEqual(
    [down.exits.count, down.exits.lastAt?.seconds],
    [1, 12],
    "an exit of ./finish is not one of ./run",
  );
});
