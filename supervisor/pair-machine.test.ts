import assert from "node:assert/strict";
import { test } from "node:test";
import { CONTROL_BYTES, type ControlByte } from "../protocol/control.ts";
import fc from "../tests/support/fast-check.ts";
import { pairInvariants } from "./invariants.ts";
import { type PairEffect, type PairState, stepPair } from "./pair-machine.ts";
import { RUNIT_POLICY } from "./restart-policy.ts";
import { type Moment, newService, type Role, type ServiceEvent } from "./state.ts";

const AT: Moment = { unix: { seconds: 0, nanoseconds: 0 }, monotonicMs: 0 };
const control = (byte: ControlByte): ServiceEvent => ({ on: "control", byte });

/** Carries a supervisor's effects out on paper; there are no control scripts. */
class PaperSupervisor {
  state: PairState;
  spawned: [Role, number][] = [];
  pipeOpen: boolean;
  left = false;
  /** There are lines in the log pipe. */
  isUnread = false;
  /** The system has room for processes. */
  spawns = true;
  #pid = 0;

  constructor(hasLog: boolean) {
    this.pipeOpen = hasLog;
    this.state = {
      main: newService("main", "up", AT),
      log: hasLog ? newService("log", "up", AT) : undefined,
      closing: undefined,
      left: false,
      isFinal: false,
    };
    this.feed("log", { on: "initialized" });
    this.feed("main", { on: "initialized" });
  }

  feed(role: Role, event: ServiceEvent): void {
    const [next, effects] = stepPair(this.state, role, event);
    assert.deepEqual(
      pairInvariants(next),
      [],
      `after ${role} ${event.on}: ${JSON.stringify(next)}`,
    );
    this.#take([next, effects]);
  }

  die(role: Role, commands: readonly ControlByte[] = []): void {
    if ((this.state[role]?.pid ?? 0) === 0) return;
    this.feed(role, {
      on: "exited",
      end: { code: 0, status: 0 },
      problem: undefined,
      hasFinish: false,
      hasLeftovers: false,
      isCounted: false,
      restartPolicy: RUNIT_POLICY,
      commands,
      at: AT,
    });
  }

  #take([next, effects]: readonly [PairState, readonly PairEffect[]]): void {
    assert.ok(!this.left || effects.length === 0, "no effect after leaving");
    this.state = next;
    for (const { role, effect } of effects) {
      if (role === "both") {
        if (effect.do === "leave") this.left = true;
        else if (effect.do === "closeLogPipe") this.pipeOpen = false;
        else this.feed("log", { on: "inputLooked", isUnread: this.isUnread });
      } else if (effect.do === "script") {
        this.feed(role, { on: "scriptExited", byte: effect.byte, vetoed: false });
      } else if (effect.do === "spawnRun" && !this.spawns) {
        this.feed(role, { on: "notSpawned" });
      } else if (effect.do === "spawnRun") {
        this.#pid += 1;
        this.spawned.push([role, this.#pid]);
        if (this.state.log !== undefined) this.pipeOpen = true;
        this.feed(role, { on: "spawned", pid: this.#pid, at: AT });
      }
    }
    if (this.left) {
      assert.equal(this.state.main.pid, 0);
      assert.equal(this.state.log?.pid ?? 0, 0);
    }
  }
}

test("the log service starts before the main service", () => {
  assert.deepEqual(new PaperSupervisor(true).spawned, [
    ["log", 1],
    ["main", 2],
  ]);
});

test("an exit ends the main service, closes the pipe, and completes when the log service has ended", () => {
  const shell = new PaperSupervisor(true);
  shell.feed("main", control("x"));
  assert.ok(shell.pipeOpen);
  shell.die("main");
  assert.ok(!shell.pipeOpen);
  assert.equal(shell.state.log?.want, "exit");
  assert.ok(!shell.left);
  shell.die("log");
  assert.ok(shell.left);
});

test("a supervisor without a log service leaves as soon as the main service is down", () => {
  const shell = new PaperSupervisor(false);
  shell.feed("main", control("x"));
  shell.die("main");
  assert.ok(shell.left);
});

test("a start of the main service takes an exit back, even with the pipe closed", () => {
  const shell = new PaperSupervisor(true);
  shell.feed("main", control("x"));
  shell.die("main");
  shell.feed("main", control("u"));
  assert.equal(shell.state.main.phase, "run");
  assert.ok(shell.pipeOpen);
  shell.die("log"); // it had read to the end of the old pipe
  shell.feed("log", { on: "restartTimerFired" });
  assert.equal(shell.state.log?.phase, "run");
  assert.ok(!shell.left);
});

test("an exit that is taken back restores the want of the log service", () => {
  for (const [byte, want] of [
    ["u", "up"],
    ["d", "down"],
  ] as const) {
    const shell = new PaperSupervisor(true);
    shell.feed("main", control("x"));
    shell.die("main");
    shell.feed("log", control(byte)); // `u` says nothing to a service that is about to end
    shell.feed("main", control("u"));
    assert.equal(shell.state.log?.want, want);
  }
});

test("a control byte does not make a log service exit", () => {
  const shell = new PaperSupervisor(true);
  shell.feed("log", control("x"));
  assert.equal(shell.state.log?.want, "up");
  shell.die("log", ["x"]);
  assert.equal(shell.state.log?.want, "up");
});

test("a supervisor leaves although its log service got `u` as it ended", () => {
  const shell = new PaperSupervisor(true);
  shell.feed("main", control("x"));
  shell.die("main");
  shell.die("log", ["u"]);
  assert.ok(shell.left);
});

test("a log service that rests as the supervisor exits starts for the lines that it has not read", () => {
  const shell = new PaperSupervisor(true);
  shell.isUnread = true;
  shell.die("log");
  shell.feed("main", control("x"));
  shell.die("main");
  assert.deepEqual(shell.spawned.at(-1), ["log", 3]);
  assert.ok(!shell.pipeOpen);
  assert.ok(!shell.left);
  shell.die("log"); // whatever it has left
  assert.ok(shell.left);
});

test("a log service that is down by a command starts for no line", () => {
  const shell = new PaperSupervisor(true);
  shell.isUnread = true;
  shell.feed("log", control("d"));
  shell.die("log");
  shell.feed("main", control("x"));
  shell.die("main");
  assert.ok(shell.left);
});

test("an exit does not wait for a log service that cannot be started", () => {
  const shell = new PaperSupervisor(true);
  shell.isUnread = true;
  shell.spawns = false;
  shell.die("log");
  shell.feed("main", control("x"));
  shell.die("main");
  assert.ok(shell.left);
});

const roles = fc.constantFrom<Role>("main", "log");
const steps = fc.oneof(
  fc.tuple(roles, fc.constantFrom(...CONTROL_BYTES)).map(
    ([role, byte]) =>
      (shell: PaperSupervisor) =>
        shell.feed(role, control(byte)),
  ),
  fc.tuple(roles, fc.array(fc.constantFrom(...CONTROL_BYTES), { maxLength: 2 })).map(
    ([role, commands]) =>
      (shell: PaperSupervisor) =>
        shell.die(role, commands),
  ),
  roles.map((role) => (shell: PaperSupervisor) => shell.feed(role, { on: "restartTimerFired" })),
  fc.boolean().map((isUnread) => (shell: PaperSupervisor) => {
    shell.isUnread = isUnread;
  }),
);

test("a supervisor with any history leaves after the command to exit, with nothing running", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(steps, { maxLength: 60 }), (hasLog, history) => {
      const shell = new PaperSupervisor(hasLog);
      for (const next of history) next(shell);
      shell.feed("main", control("x"));
      for (let turn = 0; turn < 3; turn += 1)
        for (const role of ["main", "log"] as const) shell.die(role);
      assert.ok(shell.left, JSON.stringify(shell.state));
    }),
    { numRuns: 5_000 },
  );
});

test("after a final exit nothing starts, and a second x sends no second signal", () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.array(fc.constantFrom(...CONTROL_BYTES)),
      fc.array(fc.constantFrom(...CONTROL_BYTES)),
      (hasLog, before, after) => {
        const paper = new PaperSupervisor(hasLog);
        for (const byte of before) paper.feed("main", control(byte));
        paper.state = { ...paper.state, isFinal: true };
        paper.feed("main", control("x"));
        const spawned = paper.spawned.filter(([role]) => role === "main").length;
        for (const byte of after) {
          const [, effects] = stepPair(paper.state, "main", control(byte));
          const signals = effects.filter(({ effect }) => effect.do === "script");
          if (byte === "x") assert.deepEqual(signals, []);
          paper.feed("main", control(byte));
          paper.feed("log", control(byte));
        }
        paper.die("main", after);
        paper.die("log", after);
        assert.equal(paper.spawned.filter(([role]) => role === "main").length, spawned);
        assert.ok(paper.left);
      },
    ),
  );
});
