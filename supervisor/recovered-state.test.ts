import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdoptRecord } from "../protocol/adopt.ts";
import type { ExitResult } from "../protocol/history.ts";
import { readStat, type StatusRecord, statText } from "../protocol/status.ts";
import fc from "../tests/support/fast-check.ts";
import { recoverService } from "./recovered-state.ts";
import { RUNIT_POLICY } from "./restart-policy.ts";
import { step } from "./service-machine.ts";
import type { Moment, Service, ServiceEffect, ServiceEvent } from "./state.ts";

const second = (seconds: number) => ({ seconds, nanoseconds: 0 });
const NOW: Moment = { unix: second(100), monotonicMs: 100_000 };
const RUNNING: AdoptRecord = {
  bootId: "one",
  pid: 42,
  startTicks: 7,
  phase: "run",
  since: second(50),
  startedMs: 50_000,
  pipe: undefined,
  session: undefined,
  file: "1:2",
};
const STATUS: StatusRecord = {
  phase: "run",
  since: second(50),
  pid: 42,
  want: "up",
  paused: false,
  termSent: false,
};
const saved = (record: AdoptRecord, status: StatusRecord | undefined, isAlive: boolean) => ({
  record,
  isAlive,
  status,
  stat: status && readStat(statText(status)),
  history: undefined,
});

const ended = (end: ExitResult, hasFinish: boolean): ServiceEvent => ({
  on: "exited",
  end,
  problem: undefined,
  hasFinish,
  hasLeftovers: false,
  isCounted: false,
  restartPolicy: RUNIT_POLICY,
  commands: [],
  at: NOW,
});

test("a living process keeps the state that was published", () => {
  const status: StatusRecord = { ...STATUS, want: "down", paused: true, termSent: true };
  const { service, hasEnded, isPublished } = recoverService(
    "main",
    saved(RUNNING, status, true),
    NOW,
  );
  assert.deepEqual([hasEnded, isPublished], [false, true]);
  const { phase, pid, want, paused, termSent, since, startedMs } = service;
  assert.deepEqual({ phase, pid, want, paused, termSent, since }, status);
  assert.equal(startedMs, 50_000);
});

test("./finish starts if the exit was published and ./finish had not begun", () => {
  const status: StatusRecord = { ...STATUS, phase: "finish", pid: 0 };
  const history = {
    exitCount: 3,
    lastExit: { code: 7, status: 0 },
    lastExitAt: second(60),
    restartDelayMs: 0,
    failed: false,
    problem: undefined,
    runs: "",
  };
  const told = { ...saved(RUNNING, status, false), history };
  const { service, hasEnded } = recoverService("main", told, NOW);
  assert.equal(hasEnded, false);
  assert.deepEqual([service.phase, service.pid, service.exits.count], ["finish", 0, 3]);
  const [, effects] = step(service, { on: "initialized" });
  assert.deepEqual(effects, [{ do: "spawnFinish", end: { code: 7, status: 0 } }]);
  const older = { ...status, since: second(40) };
  assert.ok(recoverService("main", { ...told, status: older }, NOW).hasEnded, "of the run before");
});

test("stat counts, because it is written before the status", () => {
  const stat = readStat("run, paused, got TERM, want down\n");
  const { service } = recoverService("main", { ...saved(RUNNING, STATUS, true), stat }, NOW);
  assert.deepEqual([service.want, service.paused, service.termSent], ["down", true, true]);
});

test("a living process that was not published is taken over", () => {
  const before: StatusRecord = { ...STATUS, phase: "down", pid: 0, since: second(40) };
  for (const status of [before, { ...STATUS, pid: 41, paused: true, termSent: true }, undefined]) {
    const { service, hasEnded } = recoverService("main", saved(RUNNING, status, true), NOW);
    assert.equal(hasEnded, false);
    assert.deepEqual([service.pid, service.phase, service.since], [42, "run", second(50)]);
    assert.deepEqual([service.paused, service.termSent], [false, false]);
  }
});

test("an exit that no supervisor has handled is handled", () => {
  for (const status of [
    STATUS,
    { ...STATUS, phase: "down", pid: 0, since: second(49) } as const, // of the process before
    { ...STATUS, phase: "finish", pid: 0 } as const, // ./finish was not started
    { ...STATUS, phase: "finish", pid: 43 } as const, // it died before it was ./finish
    undefined,
  ]) {
    const { service, hasEnded } = recoverService("main", saved(RUNNING, status, false), NOW);
    assert.deepEqual([hasEnded, service.phase, service.pid], [true, "run", 42]);
    const end = { code: -1, status: 0 };
    const [, effects] = step(service, ended(end, true));
    assert.deepEqual(effects.at(-1), { do: "spawnFinish", end });
  }
  const finishing = saved({ ...RUNNING, phase: "finish" }, STATUS, false);
  assert.equal(recoverService("main", finishing, NOW).service.phase, "finish");
});

test("a service that went down before stays down, and keeps its want", () => {
  for (const want of ["up", "down"] as const) {
    const status: StatusRecord = { ...STATUS, phase: "down", pid: 0, want, since: second(60) };
    const { service, hasEnded } = recoverService("main", saved(RUNNING, status, false), NOW);
    assert.deepEqual(
      [hasEnded, service.phase, service.pid, service.want],
      [false, "down", 0, want],
    );
    assert.deepEqual(service.since, second(60));
  }
});

test("a command to exit continues, and a process that got no TERM gets it", () => {
  const told = (termSent: boolean): Service => {
    const status: StatusRecord = { ...STATUS, want: "down", termSent };
    const stat = readStat(statText({ ...status, want: "exit" }));
    return recoverService("main", { ...saved(RUNNING, status, true), stat }, NOW).service;
  };
  const effectsOf = (service: Service): readonly ServiceEffect[] =>
    step(service, { on: "initialized" })[1];
  assert.equal(told(true).want, "exit");
  assert.deepEqual(effectsOf(told(true)), []);
  assert.deepEqual(effectsOf(told(false)), [{ do: "script", byte: "t" }]);
});

test("the history of the service continues", () => {
  const lastExitAt = second(45);
  const lastExit: ExitResult = { code: 1, status: 0 };
  const problem = "unable to start ./run: file does not exist";
  const runs = "ran 1 0 45 7\n";
  const history = {
    exitCount: 3,
    lastExit,
    lastExitAt,
    restartDelayMs: 4_000,
    failed: false,
    problem,
    runs,
  };
  const { service } = recoverService("main", { ...saved(RUNNING, STATUS, true), history }, NOW);
  assert.deepEqual(service.exits, {
    count: 3,
    last: lastExit,
    lastAt: lastExitAt,
    problem,
    runs,
    isUnasked: true,
    isFinal: false,
  });
  assert.deepEqual(service.crashes, { atMs: [], restartDelayMs: 4_000 });
  const down: StatusRecord = { ...STATUS, phase: "down", pid: 0, want: "down", since: second(60) };
  const gone = { ...saved(RUNNING, down, false), history: { ...history, failed: true } };
  assert.ok(recoverService("main", gone, NOW).service.failed);
});

test("a log service that was about to end goes on, until the main service exits again", () => {
  const status: StatusRecord = { ...STATUS, want: "down" };
  const stat = readStat(statText({ ...status, want: "exit" }));
  assert.equal(
    recoverService("log", { ...saved(RUNNING, status, true), stat }, NOW).service.want,
    "up",
  );
});

const statuses: fc.Arbitrary<StatusRecord> = fc.record({
  phase: fc.constantFrom("down", "run", "finish"),
  since: fc.nat({ max: 99 }).map(second),
  pid: fc.constantFrom(0, 42, 43),
  want: fc.constantFrom("up", "down"),
  paused: fc.boolean(),
  termSent: fc.boolean(),
});

test("a log service starts again at once after an end that its lost supervisor may have caused", () => {
  const record = { ...RUNNING, since: NOW.unix, startedMs: NOW.monotonicMs };
  for (const [role, restarts] of [
    ["log", true],
    ["main", false],
  ] as const) {
    const { service } = recoverService(role, saved(record, undefined, true), NOW);
    const [next] = step(service, ended({ code: 0, status: 0 }, false));
    assert.equal(next.starting !== "idle", restarts);
  }
});

test("no process starts beside a living one, and nobody waits for a dead one, whatever is left", () => {
  fc.assert(
    fc.property(
      fc.option(statuses, { nil: undefined }),
      fc.constantFrom("run", "finish"),
      fc.boolean(),
      fc.constantFrom("main", "log"),
      (status, phase, isAlive, role) => {
        const { service, hasEnded } = recoverService(
          role,
          saved({ ...RUNNING, phase }, status, isAlive),
          NOW,
        );
        const [next, effects] = step(
          service,
          hasEnded ? ended({ code: -1, status: 0 }, role === "main") : { on: "initialized" },
        );
        const starts = effects.some(
          ({ do: what }) => what === "spawnRun" || what === "spawnFinish",
        );
        if (isAlive) {
          assert.equal(next.pid, 42);
          assert.ok(!starts);
        } else {
          assert.equal(next.pid, 0);
        }
      },
    ),
  );
});
