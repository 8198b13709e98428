import assert from "node:assert/strict";
import { test } from "node:test";
import type { ControlByte } from "../protocol/control.ts";
import {
  after,
  at,
  control,
  DOWN,
  effectsOf,
  exited,
  exitedAfter,
  RUNNING,
  spawned,
  without,
  withoutScript,
} from "../tests/support/service-events.ts";
import { COMMAND_QUEUE_MAX } from "./command-queue.ts";
import { step } from "./service-machine.ts";
import { newService, type Service, type ServiceEffect } from "./state.ts";

test("a stop is TERM, then CONT, then control/d", () => {
  const signals = (byte: "d" | "x" | "t") =>
    without(
      effectsOf(
        RUNNING,
        control(byte),
        withoutScript("t"),
        withoutScript(byte === "t" ? "t" : byte),
      ),
      "publish",
    );
  const term: ServiceEffect[] = [
    { do: "script", byte: "t" },
    { do: "signal", pid: 42, signal: "TERM" },
  ];
  const cont: ServiceEffect = { do: "signal", pid: 42, signal: "CONT" };
  assert.deepEqual(signals("t"), term);
  assert.deepEqual(signals("d"), [...term, cont, { do: "script", byte: "d" }]);
  assert.deepEqual(signals("x"), [...term, cont, { do: "script", byte: "x" }]);
});

test("the queue behind a script that hangs has a bounded length, and keeps the last of each kind", () => {
  let now = step(RUNNING, control("t"))[0];
  for (let turn = 0; turn < 10_000; turn += 1)
    now = step(now, control(turn % 2 === 0 ? "p" : "c"))[0];
  assert.ok(now.commandQueue.length <= COMMAND_QUEUE_MAX + 1);
  assert.deepEqual(now.commandQueue.slice(-2), ["p", "c"]);
});

test("a control script that exits 0 vetoes the signal", () => {
  const vetoed = after(RUNNING, control("t"), { on: "scriptExited", byte: "t", vetoed: true });
  assert.deepEqual(vetoed[1], [{ do: "script", byte: "t" }]);
  assert.equal(vetoed[0].termSent, false);
});

test("bytes that arrive while a script runs keep their order, and change the want at once", () => {
  const [waiting, early] = after(RUNNING, control("t"), control("h"), control("1"), control("d"));
  assert.deepEqual(without(early, "publish"), [{ do: "script", byte: "t" }]);
  assert.equal(waiting.want, "down", "the want changes at once");
  const scripts: ControlByte[] = [];
  const signals: string[] = [];
  let now: Service = waiting;
  for (let byte: ControlByte | undefined = "t"; byte !== undefined; ) {
    const [next, effects] = step(now, withoutScript(byte));
    now = next;
    byte = undefined;
    for (const effect of effects) {
      if (effect.do === "signal") signals.push(effect.signal);
      if (effect.do === "script") {
        scripts.push(effect.byte);
        byte = effect.byte;
      }
    }
  }
  assert.deepEqual(signals, ["TERM", "HUP", "USR1", "TERM", "CONT"]);
  assert.deepEqual(scripts, ["h", "1", "t", "d"]);
});

test("KILL overtakes a script that hangs, and the whole queue", () => {
  const [, effects] = after(
    RUNNING,
    control("t"),
    control("h"),
    control("k"),
    withoutScript("t"), // killed
    withoutScript("k"),
  );
  assert.deepEqual(without(effects, "publish"), [
    { do: "script", byte: "t" },
    { do: "killScripts" },
    { do: "signal", pid: 42, signal: "TERM" },
    { do: "script", byte: "k" },
    { do: "signal", pid: 42, signal: "KILL" },
  ]);
});

test("a service restarts after its exit although its control script hangs", () => {
  const [restarting, effects] = after(RUNNING, control("t"), exited(12_000), withoutScript("u"));
  assert.deepEqual(effects.at(-1), { do: "spawnRun" });
  const [fresh] = after(restarting, spawned(43, 12_000));
  const late = effectsOf(fresh, withoutScript("t"));
  assert.deepEqual(late, [], "the script was about a process that has ended");
});

/** Stopped by command; the process has ended, and control/d still runs. */
const [STOPPING] = after(RUNNING, control("d"), withoutScript("t"), exited(12_000, true));

test("./finish starts after a stop when control/d has ended, or hangs", () => {
  assert.equal(STOPPING.phase, "run");
  const finish: ServiceEffect[] = [
    { do: "publishNow" },
    { do: "spawnFinish", end: { code: 0, status: 0 } },
  ];
  assert.deepEqual(effectsOf(STOPPING, withoutScript("d")), finish);
  assert.deepEqual(effectsOf(STOPPING, { on: "restartTimerFired" }), finish, "its time is up");
  const late = effectsOf(STOPPING, { on: "restartTimerFired" }, withoutScript("d"));
  assert.deepEqual(late, finish, "once");
});

test("no signal goes to a process that has ended while control/d runs", () => {
  for (const byte of ["t", "h", "p", "c", "d"] as const)
    assert.deepEqual(without(effectsOf(STOPPING, control(byte)), "publish"), []);
  assert.deepEqual(effectsOf(STOPPING, control("k")), [{ do: "killScripts" }]);
  assert.deepEqual(effectsOf(STOPPING, { on: "killTimeoutExpired" }), []);
});

test("commands given while control/d runs count, in their order", () => {
  const stopped = after(RUNNING, control("d"), withoutScript("t"), exitedAfter("d"))[0];
  const start: ServiceEffect = { do: "script", byte: "u" };
  assert.deepEqual(effectsOf(stopped, control("u"), withoutScript("d")).at(-1), start);
  assert.deepEqual(effectsOf(stopped, withoutScript("d")), [{ do: "publish" }]);
});

test("a service is paused only if it runs", () => {
  assert.equal(after(DOWN, control("p"))[0].paused, false);
  assert.equal(after(RUNNING, control("p"), withoutScript("p"))[0].paused, true);
});

test("a log service has no control scripts", () => {
  const [logger] = after(newService("log", "up", at(0)), { on: "initialized" }, spawned(7, 0));
  assert.deepEqual(without(effectsOf(logger, control("d")), "publish"), [
    { do: "signal", pid: 7, signal: "TERM" },
    { do: "signal", pid: 7, signal: "CONT" },
  ]);
});
