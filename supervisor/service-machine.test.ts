import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ControlByte } from "../protocol/control.ts";
import { COMMAND_QUEUE_MAX } from "./command-queue.ts";
import { RESTART_DELAY_MS, type RestartPolicy, RUNIT_POLICY } from "./restart-policy.ts";
import { FORK_RETRY_MS, isFullyDown, SCRIPT_PATIENCE_MS, step } from "./service-machine.ts";
import {
  type Moment,
  newService,
  type Service,
  type ServiceEffect,
  type ServiceEvent,
} from "./state.ts";

const at = (monotonicMs: number): Moment => ({
  unix: { seconds: Math.floor(monotonicMs / 1_000), nanoseconds: 0 },
  monotonicMs,
});
const control = (byte: ControlByte): ServiceEvent => ({ on: "control", byte });
const exited = (
  nowMs: number,
  hasFinish = false,
  restartPolicy = RUNIT_POLICY,
  commands: readonly ControlByte[] = [],
): ServiceEvent => ({
  on: "exited",
  end: { code: 0, status: 0 },
  problem: undefined,
  hasFinish,
  restartPolicy,
  commands,
  at: at(nowMs),
});
const withoutScript = (byte: ControlByte): ServiceEvent => ({
  on: "scriptExited",
  byte,
  vetoed: false,
});

/** Where a history of events leads, and all its effects. */
function after(service: Service, ...events: readonly ServiceEvent[]): [Service, ServiceEffect[]] {
  const effects: ServiceEffect[] = [];
  let now = service;
  for (const event of events) {
    const [next, more] = step(now, event);
    now = next;
    effects.push(...more);
  }
  return [now, effects];
}
const effectsOf = (service: Service, ...events: readonly ServiceEvent[]) =>
  after(service, ...events)[1];
const without = (effects: readonly ServiceEffect[], left: ServiceEffect["do"]) =>
  effects.filter((effect) => effect.do !== left);

const DOWN = newService("main", "down", at(0));
const UP = newService("main", "up", at(0));
const STARTED: readonly ServiceEvent[] = [
  { on: "initialized" },
  withoutScript("u"),
  { on: "spawned", pid: 42, at: at(10_000) },
];
const [RUNNING] = after(UP, ...STARTED);

test("starts a service that is wanted up, control/u first", () => {
  assert.deepEqual(effectsOf(UP, { on: "initialized" }), [{ do: "script", byte: "u" }]);
  assert.deepEqual(effectsOf(UP, { on: "initialized" }, withoutScript("u")).at(-1), {
    do: "spawnRun",
  });
  assert.deepEqual(effectsOf(DOWN, { on: "initialized" }), []);
  assert.equal(RUNNING.phase, "run");
  assert.equal(RUNNING.pid, 42);
  assert.deepEqual(RUNNING.since, { seconds: 10, nanoseconds: 0 });
});

test("rests a service that died young by itself, and only that one", () => {
  const rest: ServiceEffect = { do: "startRestartTimer", delayMs: RESTART_DELAY_MS };
  const start: ServiceEffect = { do: "script", byte: "u" };
  assert.deepEqual(effectsOf(RUNNING, exited(10_999)), [{ do: "publish" }, rest]);
  assert.deepEqual(effectsOf(RUNNING, exited(11_000)), [{ do: "publish" }, start]);
  for (const byte of ["t", "k", "i", "q"] as const) {
    const effects = effectsOf(RUNNING, control(byte), withoutScript(byte), exited(10_001));
    assert.deepEqual(effects.at(-1), start, `asked for by ${byte}`);
  }
  const crashed = effectsOf(RUNNING, control("h"), withoutScript("h"), exited(10_001));
  assert.deepEqual(crashed.at(-1), rest, "a reload asks for no end");
});

test("counts the rest from the start of ./run also when ./finish came between", () => {
  const finished = (endsMs: number) =>
    effectsOf(
      RUNNING,
      exited(10_001, true),
      { on: "spawned", pid: 43, at: at(10_002) },
      exited(endsMs),
    );
  assert.deepEqual(finished(10_500).at(-1), { do: "startRestartTimer", delayMs: RESTART_DELAY_MS });
  assert.deepEqual(finished(11_500).slice(-2), [{ do: "publishNow" }, { do: "script", byte: "u" }]);
});

test("starts, once control/u has ended, a service that was told down and up again meanwhile", () => {
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

test("starts a resting service at once when it is told to", () => {
  const [resting] = after(RUNNING, exited(10_001));
  assert.deepEqual(effectsOf(resting, control("u")), [
    { do: "publish" },
    { do: "script", byte: "u" },
  ]);
  assert.deepEqual(effectsOf(resting, control("d"), { on: "restartTimerFired" }), [
    { do: "publish" },
  ]);
});

test("stops with TERM, then CONT, then control/d", () => {
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

test("keeps the queue behind a script that hangs at a bounded length, and the last of each kind in it", () => {
  let now = step(RUNNING, control("t"))[0];
  for (let turn = 0; turn < 10_000; turn += 1)
    now = step(now, control(turn % 2 === 0 ? "p" : "c"))[0];
  assert.ok(now.commandQueue.length <= COMMAND_QUEUE_MAX + 1);
  assert.deepEqual(now.commandQueue.slice(-2), ["p", "c"]);
});

test("leaves the signal to a custom script that exits 0", () => {
  const vetoed = after(RUNNING, control("t"), { on: "scriptExited", byte: "t", vetoed: true });
  assert.deepEqual(vetoed[1], [{ do: "script", byte: "t" }]);
  assert.equal(vetoed[0].termSent, false);
});

test("keeps the order of bytes that arrive while a script runs, and goes on answering", () => {
  const [waiting, early] = after(RUNNING, control("t"), control("h"), control("1"), control("d"));
  assert.deepEqual(without(early, "publish"), [{ do: "script", byte: "t" }]);
  assert.equal(waiting.want, "down", "what is wanted changes at once");
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

test("gets KILL through past a script that hangs, and past all that is queued", () => {
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

test("restarts a service whose script still hangs when it has ended", () => {
  const [restarting, effects] = after(RUNNING, control("t"), exited(12_000), withoutScript("u"));
  assert.deepEqual(effects.at(-1), { do: "spawnRun" });
  const [fresh] = after(restarting, { on: "spawned", pid: 43, at: at(12_000) });
  const late = effectsOf(fresh, withoutScript("t"));
  assert.deepEqual(late, [], "the script was about a process that has ended");
});

/** Told to stop; the process has ended, and control/d is still at work. */
const [STOPPING] = after(RUNNING, control("d"), withoutScript("t"), exited(12_000, true));

test("goes on after a stop when control/d has ended, or hangs", () => {
  assert.equal(STOPPING.phase, "run");
  const finish: ServiceEffect[] = [
    { do: "publishNow" },
    { do: "spawnFinish", end: { code: 0, status: 0 } },
  ];
  assert.deepEqual(effectsOf(STOPPING, withoutScript("d")), finish);
  assert.deepEqual(effectsOf(STOPPING, { on: "restartTimerFired" }), finish, "its time is over");
  const late = effectsOf(STOPPING, { on: "restartTimerFired" }, withoutScript("d"));
  assert.deepEqual(late, finish, "once");
});

test("signals no process that has ended while control/d is at work", () => {
  for (const byte of ["t", "h", "p", "c", "d"] as const)
    assert.deepEqual(without(effectsOf(STOPPING, control(byte)), "publish"), []);
  assert.deepEqual(effectsOf(STOPPING, control("k")), [{ do: "killScripts" }]);
  assert.deepEqual(effectsOf(STOPPING, { on: "killTimeoutExpired" }), []);
});

test("obeys what is commanded while control/d is at runQueue, in its order", () => {
  const stopped = after(RUNNING, control("d"), withoutScript("t"), endedAfter("d"))[0];
  const start: ServiceEffect = { do: "script", byte: "u" };
  assert.deepEqual(effectsOf(stopped, control("u"), withoutScript("d")).at(-1), start);
  assert.deepEqual(effectsOf(stopped, withoutScript("d")), [{ do: "publish" }]);
});

test("sends KILL to ./finish, and never runs it twice", () => {
  const [finishing] = after(RUNNING, exited(20_000, true), {
    on: "spawned",
    pid: 43,
    at: at(20_000),
  });
  assert.deepEqual(effectsOf(finishing, control("k")), [
    { do: "killScripts" },
    { do: "signal", pid: 43, signal: "KILL" },
  ]);
  const [next] = after(finishing, control("k"), exited(20_001));
  assert.equal(next.phase, "down");
});

test("tries a fork that failed again, and answers meanwhile", () => {
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

/** A grown-up service ends, and only then the commands are read that were given before. */
const endedAfter = (...commands: ControlByte[]) => exited(20_000, false, RUNIT_POLICY, commands);

test("obeys a command that was given before the end, and read after it", () => {
  for (const [byte, want] of [
    ["d", "down"],
    ["o", "down"],
    ["x", "exit"],
  ] as const) {
    const [down, effects] = after(RUNNING, endedAfter(byte));
    assert.deepEqual(effects, [{ do: "publish" }], `${byte} signals nobody and starts nothing`);
    assert.deepEqual([down.phase, down.want], ["down", want]);
    const [finishing] = after(RUNNING, exited(20_000, true), {
      on: "spawned",
      pid: 43,
      at: at(20_000),
    });
    assert.deepEqual(effectsOf(finishing, endedAfter(byte)), [{ do: "publishNow" }]);
  }
  assert.deepEqual(effectsOf(RUNNING, endedAfter("d", "u")).at(-1), { do: "script", byte: "u" });
});

test("does not rest after an end that was asked for, however late that is read", () => {
  const start: ServiceEffect = { do: "script", byte: "u" };
  for (const byte of ["t", "k", "i", "q"] as const)
    assert.deepEqual(effectsOf(RUNNING, exited(10_001, false, RUNIT_POLICY, [byte])).at(-1), start);
  const [finishing] = after(RUNNING, exited(10_001, true), {
    on: "spawned",
    pid: 43,
    at: at(10_002),
  });
  const rest: ServiceEffect = { do: "startRestartTimer", delayMs: RESTART_DELAY_MS };
  const late = effectsOf(finishing, exited(10_003, false, RUNIT_POLICY, ["t"]));
  assert.deepEqual(late.at(-1), rest, "./finish is no end of ./run");
});

test("takes an exit back only by a start", () => {
  for (const byte of ["d", "k", "t"] as const) {
    assert.equal(after(RUNNING, control("x"), control(byte))[0].want, "exit");
    assert.equal(after(RUNNING, control("x"), endedAfter(byte))[0].want, "exit");
  }
  assert.equal(after(RUNNING, control("x"), control("u"))[0].want, "up");
  assert.equal(after(RUNNING, control("x"), control("o"))[0].want, "down");
});

test("marks a pause only where there is something to pause", () => {
  assert.equal(after(DOWN, control("p"))[0].paused, false);
  assert.equal(after(RUNNING, control("p"), withoutScript("p"))[0].paused, true);
});

test("runs no custom scripts for a log service", () => {
  const [logger] = after(
    newService("log", "up", at(0)),
    { on: "initialized" },
    { on: "spawned", pid: 7, at: at(0) },
  );
  assert.deepEqual(without(effectsOf(logger, control("d")), "publish"), [
    { do: "signal", pid: 7, signal: "TERM" },
    { do: "signal", pid: 7, signal: "CONT" },
  ]);
});

const killTimeoutSet = (pid: number, timeoutMs: number, nowMs: number): ServiceEvent => ({
  on: "killTimeoutSet",
  pid,
  timeoutMs,
  at: at(nowMs),
});
const KILL: ServiceEffect = { do: "signal", pid: 42, signal: "KILL" };

test("sends KILL to a process that was told to stop and does not in its time", () => {
  const stopped = [control("d"), withoutScript("t"), killTimeoutSet(42, 500, 20_000)];
  const [expired, effects] = after(RUNNING, ...stopped, { on: "killTimeoutExpired" });
  assert.deepEqual(effects.slice(-2), [{ do: "startKillTimer", delayMs: 500 }, KILL]);
  assert.deepEqual(effectsOf(expired, { on: "killTimeoutExpired" }), [], "once");
  const inTime = after(RUNNING, ...stopped, exited(20_100))[0];
  assert.deepEqual(effectsOf(inTime, { on: "killTimeoutExpired" }), []);
  const [next] = after(inTime, control("u"), withoutScript("u"), {
    on: "spawned",
    pid: 43,
    at: at(20_200),
  });
  assert.deepEqual(
    effectsOf(next, { on: "killTimeoutExpired" }),
    [],
    "the next process has its own time",
  );
  assert.deepEqual(
    effectsOf(RUNNING, killTimeoutSet(42, 500, 20_000)),
    [],
    "nobody told it to stop",
  );
});

test("does not prolong the time by stopping again, but shortens it", () => {
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

test("sends KILL to ./finish after its time, and its death is not one that was asked for", () => {
  const [finishing] = after(
    RUNNING,
    exited(10_001, true),
    { on: "spawned", pid: 43, at: at(10_002) },
    killTimeoutSet(43, 50, 10_002),
  );
  const effects = effectsOf(finishing, { on: "killTimeoutExpired" }, exited(10_060));
  assert.deepEqual(effects, [
    { do: "signal", pid: 43, signal: "KILL" },
    { do: "publishNow" },
    { do: "startRestartTimer", delayMs: RESTART_DELAY_MS },
  ]);
});

test("does not start a service any more that died too often, until it is told to", () => {
  const restartPolicy: RestartPolicy = { ...RUNIT_POLICY, maxCrashes: 1 };
  const [failed, effects] = after(RUNNING, exited(12_000, false, restartPolicy));
  assert.deepEqual(effects, [{ do: "publish" }, { do: "giveUp", crashes: 1 }]);
  assert.deepEqual([failed.failed, failed.want, failed.phase], [true, "down", "down"]);
  assert.deepEqual(effectsOf(failed, { on: "restartTimerFired" }), []);
  assert.equal(step(failed, control("d"))[0].failed, true);
  for (const byte of ["u", "o"] as const) {
    const [again] = after(failed, control(byte));
    assert.deepEqual([again.failed, again.crashes.atMs.length], [false, 0]);
  }
});

test("counts only deaths that nobody asked for", () => {
  const restartPolicy: RestartPolicy = { ...RUNIT_POLICY, maxCrashes: 2 };
  const [once] = after(RUNNING, exited(12_000, false, restartPolicy), withoutScript("u"), {
    on: "spawned",
    pid: 43,
    at: at(12_000),
  });
  assert.equal(once.crashes.atMs.length, 1);
  const [asked] = after(
    once,
    control("t"),
    withoutScript("t"),
    exited(12_001, false, restartPolicy),
  );
  assert.deepEqual([asked.failed, asked.crashes.atMs.length], [false, 0], "a new row begins");
  assert.equal(step(once, exited(12_001, false, restartPolicy))[0].failed, true);
});

test("tells how often ./run has ended, and how it did last", () => {
  const [finishing] = after(RUNNING, exited(12_000, true));
  assert.deepEqual([finishing.exits.count, finishing.exits.lastAt?.seconds], [1, 12]);
  const [down] = after(finishing, { on: "spawned", pid: 43, at: at(12_000) }, exited(15_000));
  assert.deepEqual(
    [down.exits.count, down.exits.lastAt?.seconds],
    [1, 12],
    "./finish is no end of ./run",
  );
});

/**
 * Carries effects out on paper: processes and scripts are numbers, they end when the history says so, and a
 * fork fails when it says so. Checks after every event what must always hold.
 */
class PaperShell {
  service: Service;
  spawned = 0;
  clockMs = 0;
  alive = new Set<number>();
  scripts: ControlByte[] = [];
  published: Service | undefined;
  forkFails = false;
  /** What the service directory sets. */
  restartPolicy: RestartPolicy = RUNIT_POLICY;
  timeoutMs: number | undefined;
  /** When the effect `startKillTimer` is over; and what tells that KILL may be sent by itself. */
  killAtMs: number | undefined;
  earliestKillMs: number | undefined;
  isExpired = false;

  constructor(role: "main" | "log", want: "up" | "down") {
    this.service = newService(role, want, at(0));
    this.published = this.service;
    this.feed({ on: "initialized" });
  }

  feed(event: ServiceEvent): void {
    const answers: ServiceEvent[] = [event];
    for (let next = answers.shift(); next !== undefined; next = answers.shift()) {
      const [service, effects] = step(this.service, next);
      this.service = service;
      for (const effect of effects) answers.push(...this.#carryOut(effect));
    }
    this.#check();
  }

  #carryOut(effect: ServiceEffect): ServiceEvent[] {
    switch (effect.do) {
      case "publish":
      case "publishNow":
        this.published = this.service;
        return [];
      case "signal":
        assert.ok(this.alive.has(effect.pid), "signals go to the process that runs");
        if (effect.signal === "TERM") return this.#setKillTimeout(effect.pid);
        if (effect.signal === "KILL" && this.isExpired) this.#checkKill();
        return [];
      case "script":
        assert.equal(this.service.role, "main");
        this.scripts.push(effect.byte);
        return [];
      case "spawnRun":
      case "spawnFinish":
        if (this.forkFails) return [{ on: "notSpawned" }];
        assert.equal(this.alive.size, 0, "at most one process at a time");
        this.spawned += 1;
        this.alive.add(this.spawned);
        this.earliestKillMs = undefined;
        return [
          { on: "spawned", pid: this.spawned, at: at(this.clockMs) },
          ...(effect.do === "spawnFinish" ? this.#setKillTimeout(this.spawned) : []),
        ];
      case "startKillTimer":
        this.killAtMs = this.clockMs + effect.delayMs;
        return [];
      case "startRestartTimer":
        assert.ok(
          effect.delayMs <=
            Math.max(
              FORK_RETRY_MS,
              SCRIPT_PATIENCE_MS,
              this.restartPolicy.maxRestartDelayMs ?? RESTART_DELAY_MS,
            ),
        );
        return [];
      case "giveUp":
        assert.equal(effect.crashes, this.restartPolicy.maxCrashes);
        return [];
      case "killScripts":
        return [];
    }
  }

  /** What service-controller.ts does after TERM, and after the start of ./finish. */
  #setKillTimeout(pid: number): ServiceEvent[] {
    if (this.timeoutMs === undefined) return [];
    const killMs = this.clockMs + this.timeoutMs;
    this.earliestKillMs = Math.min(this.earliestKillMs ?? killMs, killMs);
    return [killTimeoutSet(pid, this.timeoutMs, this.clockMs)];
  }

  #checkKill(): void {
    assert.notEqual(this.earliestKillMs, undefined, "KILL for a process that was told to end");
    assert.ok(this.clockMs >= (this.earliestKillMs ?? 0), "and not before its time is over");
    this.earliestKillMs = undefined; // a further stop gives what is left of it a time of its own
  }

  /** Time passes; the timer of `startKillTimer` runs when it is over. */
  pass(passedMs: number): void {
    this.clockMs += passedMs;
    if (this.killAtMs === undefined || this.killAtMs > this.clockMs) return;
    this.killAtMs = undefined;
    this.isExpired = true;
    this.feed({ on: "killTimeoutExpired" });
    this.isExpired = false;
  }

  #check(): void {
    const { phase, pid, want, paused, termSent, since, failed } = this.service;
    const endings = this.service.exits.count;
    assert.ok(!failed || (want !== "up" && phase === "down"), "failed is: down, and left so");
    assert.equal(phase === "down" && pid !== 0, false, "down is: nothing runs");
    const runs = pid !== 0 && this.service.exited === undefined;
    assert.equal(runs, this.alive.size === 1, "the pid is the process's");
    assert.ok(this.scripts.length <= 2, "one script for the queue, and control/u");
    const told = this.published;
    assert.deepEqual(
      { phase, pid, want, paused, termSent, since, failed, endings },
      told && {
        phase: told.phase,
        pid: told.pid,
        want: told.want,
        paused: told.paused,
        termSent: told.termSent,
        since: told.since,
        failed: told.failed,
        endings: told.exits.count,
      },
      "what can be seen is published",
    );
  }

  /** The process ends, if there is one. */
  die(hasFinish: boolean, afterMs: number, commands: readonly ControlByte[] = []): void {
    this.clockMs += afterMs;
    if (this.alive.size === 0) return;
    this.alive.clear();
    const end = { code: -1, status: 15 };
    const isMain = this.service.role === "main";
    this.feed({
      on: "exited",
      end,
      problem: undefined,
      hasFinish: hasFinish && isMain,
      restartPolicy: this.restartPolicy,
      commands,
      at: at(this.clockMs),
    });
  }

  /** The script that began first ends, if there is one. */
  endScript(vetoed: boolean): void {
    const byte = this.scripts.shift();
    if (byte !== undefined) this.feed({ on: "scriptExited", byte, vetoed });
  }

  /** Lets all that is under way come to its end. */
  quieten(): void {
    this.forkFails = false;
    for (let turn = 0; turn < 100; turn += 1) {
      while (this.scripts.length > 0) this.endScript(false);
      this.die(false, 2_000);
      this.feed({ on: "restartTimerFired" });
      if (isFullyDown(this.service)) return;
    }
    assert.fail(`never at rest: ${JSON.stringify(this.service)}`);
  }
}

const bytes = [..."udotkpchaiq12"] as ControlByte[];
const steps = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(...bytes)
      .map((byte) => (shell: PaperShell) => shell.feed(control(byte))),
  },
  fc
    .tuple(
      fc.boolean(),
      fc.nat({ max: 1_500 }),
      fc.array(fc.constantFrom(...bytes), { maxLength: 2 }),
    )
    .map(
      ([hasFinish, afterMs, commands]) =>
        (shell: PaperShell) =>
          shell.die(hasFinish, afterMs, commands),
    ),
  fc.boolean().map((vetoed) => (shell: PaperShell) => shell.endScript(vetoed)),
  fc.constant((shell: PaperShell) => shell.feed({ on: "restartTimerFired" })),
  fc.boolean().map((fails) => (shell: PaperShell) => {
    shell.forkFails = fails;
  }),
  fc.nat({ max: 3_000 }).map((passedMs) => (shell: PaperShell) => shell.pass(passedMs)),
);
/** Somebody writes or removes the files that set bounds. */
const edits = fc
  .tuple(
    fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined }),
    fc.option(fc.integer({ min: 1, max: 2_000 }), { nil: undefined }),
  )
  .map(([maxCrashes, maxRestartDelayMs, timeoutMs]) => (shell: PaperShell) => {
    shell.restartPolicy = { ...RUNIT_POLICY, maxCrashes, maxRestartDelayMs };
    shell.timeoutMs = timeoutMs;
  });
const histories = fc.array(steps, { maxLength: 60 });
const boundHistories = fc.array(fc.oneof({ weight: 6, arbitrary: steps }, edits), {
  maxLength: 60,
});
const beginnings = fc.tuple(fc.constantFrom("main", "log"), fc.constantFrom("up", "down"));

test("in every history: one process at most, nothing unpublished, and down when wanted down", () => {
  fc.assert(
    fc.property(beginnings, boundHistories, ([role, want], history) => {
      const shell = new PaperShell(role, want);
      for (const next of history) next(shell);
      shell.feed(control("d"));
      shell.quieten();
      assert.equal(shell.service.phase, "down");
    }),
    { numRuns: 5_000 },
  );
});

test("in every history: a stop that was given before the end counts, whenever it is read", () => {
  const stops = fc.constantFrom<ControlByte>("d", "o", "x");
  fc.assert(
    fc.property(beginnings, histories, stops, ([role, want], history, stop) => {
      const shell = new PaperShell(role, want);
      for (const next of history) next(shell);
      if (shell.alive.size === 0) return;
      shell.die(false, 2_000, [stop]);
      const started = shell.spawned;
      shell.quieten();
      assert.equal(shell.spawned, started);
    }),
    { numRuns: 2_000 },
  );
});

test("in every history: up again when wanted up and left alone", () => {
  fc.assert(
    fc.property(beginnings, boundHistories, ([role, want], history) => {
      const shell = new PaperShell(role, want);
      for (const next of history) next(shell);
      shell.feed(control("d"));
      shell.quieten();
      shell.feed(control("u"));
      while (shell.scripts.length > 0) shell.endScript(false);
      assert.equal(shell.service.phase, "run");
    }),
    { numRuns: 2_000 },
  );
});

test("in every history without bounds: no KILL, no failure and no rest but runit's", () => {
  fc.assert(
    fc.property(beginnings, histories, ([role, want], history) => {
      const shell = new PaperShell(role, want);
      for (const next of history) {
        next(shell);
        assert.equal(shell.killAtMs, undefined);
        assert.equal(shell.service.failed, false);
        assert.ok([0, RESTART_DELAY_MS].includes(shell.service.crashes.restartDelayMs));
        assert.deepEqual(shell.service.crashes.atMs, []);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("in every history: a process that was told to end, and has a time for it, is gone after that time", () => {
  fc.assert(
    fc.property(beginnings, boundHistories, ([role, want], history) => {
      const shell = new PaperShell(role, want);
      for (const next of history) next(shell);
      const { pid } = shell.service;
      const isDue = shell.earliestKillMs !== undefined && shell.service.killAtMs !== undefined;
      if (!isDue) return;
      assert.equal(
        shell.killAtMs,
        shell.earliestKillMs,
        "a timer runs, and for the earliest of all",
      );
      shell.pass(2_000);
      assert.equal(shell.service.pid, pid);
      assert.equal(shell.service.killAtMs, undefined, "KILL was sent");
    }),
    { numRuns: 2_000 },
  );
});
