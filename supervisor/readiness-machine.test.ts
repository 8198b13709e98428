import assert from "node:assert/strict";
import { test } from "node:test";
import { type NotifyMessage, readNotifyMessage } from "../protocol/notify.ts";
import fc from "../tests/support/fast-check.ts";
import { at } from "../tests/support/service-events.ts";
import {
  EXTENSION_MAX,
  newReadiness,
  nextTimeMs,
  resumedReadiness,
  stepReadiness,
} from "./readiness-machine.ts";
import type {
  ReadinessEffect,
  ReadinessEvent,
  ReadinessRules,
  ReadinessState,
} from "./readiness-state.ts";

const NONE: ReadinessRules = {
  descriptor: undefined,
  senders: undefined,
  check: undefined,
  timeoutMs: undefined,
  watchdogMs: undefined,
};
const SOCKET: ReadinessRules = { ...NONE, senders: "main" };
const CHECK: ReadinessRules = {
  ...NONE,
  check: { periodMs: 1_000, timeoutMs: 500, restartAfter: undefined },
};

/** The readiness of a run that started at 0, and the effects of its last event. */
class Paper {
  state: ReadinessState;
  effects: readonly ReadinessEffect[] = [];

  constructor(rules: ReadinessRules, state = newReadiness(rules, 0)) {
    this.state = state;
  }
  feed(event: ReadinessEvent): this {
    [this.state, this.effects] = stepReadiness(this.state, event);
    return this;
  }
  say(datagram: string, ms: number): this {
    const message: NotifyMessage = readNotifyMessage(datagram);
    return this.feed({ on: "message", message, at: at(ms) });
  }
  pass(ms: number): this {
    return this.feed({ on: "time", at: at(ms) });
  }
  observe(paused: boolean, termSent: boolean, ms: number): this {
    return this.feed({ on: "state", paused, termSent, at: at(ms) });
  }
  checked(isGood: boolean | undefined, ms: number): this {
    const end = isGood === undefined ? undefined : { code: isGood ? 0 : 1, status: 0 };
    return this.feed({ on: "checked", end, at: at(ms) });
  }
  get done(): string[] {
    return this.effects.map((effect) =>
      effect.do === "endProcess" ? `end: ${effect.because}` : effect.do,
    );
  }
  get isReady(): boolean {
    return this.state.readyAt !== undefined;
  }
}

test("is ready once it has reported in every way that it has", () => {
  const paper = new Paper({ ...SOCKET, descriptor: 3 });
  paper.feed({ on: "newline", at: at(10) });
  assert.deepEqual([paper.isReady, paper.done], [false, []]);
  paper.say("READY=1", 20);
  assert.deepEqual([paper.isReady, paper.done], [true, ["publish"]]);
  assert.deepEqual(paper.state.readyAt, at(20).unix);
  paper.say("READY=1", 30);
  assert.deepEqual([paper.state.readyAt, paper.done], [at(20).unix, []]);
});

test("a report by a way that it does not have counts for nothing", () => {
  assert.ok(!new Paper({ ...NONE, descriptor: 3 }).say("READY=1", 1).isReady);
});

test("must be ready in time, and can extend that up to ten times", () => {
  const rules = { ...SOCKET, timeoutMs: 100 };
  const paper = new Paper(rules);
  assert.equal(nextTimeMs(paper.state), 100);
  assert.deepEqual(paper.pass(99).done, []);
  assert.deepEqual(paper.pass(100).done, ["publish", "end: timeout-ready"]);
  assert.deepEqual(paper.pass(200).done, []);
  assert.equal(nextTimeMs(new Paper(rules).say("READY=1", 50).state), undefined);
  assert.equal(nextTimeMs(new Paper(rules).say("EXTEND_TIMEOUT_USEC=300000", 50).state), 350);
  assert.equal(nextTimeMs(new Paper(rules).say("EXTEND_TIMEOUT_USEC=1000", 50).state), 100);
  const longest = new Paper(rules).say("EXTEND_TIMEOUT_USEC=9999999", 50);
  assert.equal(nextTimeMs(longest.state), EXTENSION_MAX * 100);
});

test("the watchdog runs from readiness on, and can be told another time", () => {
  const paper = new Paper({ ...SOCKET, watchdogMs: 100 });
  assert.equal(nextTimeMs(paper.say("WATCHDOG=1", 10).state), undefined);
  assert.equal(nextTimeMs(paper.say("READY=1", 20).state), 120);
  assert.equal(nextTimeMs(paper.say("WATCHDOG=1", 100).state), 200);
  assert.equal(nextTimeMs(paper.say("WATCHDOG_USEC=500000", 110).state), 610);
  assert.deepEqual(paper.pass(610).done, ["publish", "end: watchdog"]);
  const off = new Paper({ ...SOCKET, watchdogMs: 100 }).say("READY=1\nWATCHDOG_USEC=0", 20);
  assert.equal(nextTimeMs(off.state), undefined);
  const triggered = new Paper(SOCKET).say("WATCHDOG=trigger", 1);
  assert.deepEqual(triggered.done, ["publish", "end: WATCHDOG=trigger"]);
});

test("nothing expires while it is paused, and time stands still", () => {
  const paper = new Paper({ ...SOCKET, timeoutMs: 100, watchdogMs: 50 });
  paper.observe(true, false, 60);
  assert.equal(nextTimeMs(paper.state), undefined);
  assert.deepEqual(paper.pass(500).done, []);
  assert.equal(nextTimeMs(paper.observe(false, false, 1_060).state), 1_100);
  paper.say("READY=1", 1_070).observe(true, false, 1_100).observe(false, false, 2_000);
  assert.equal(nextTimeMs(paper.state), 2_050);
});

test("TERM, and STOPPING=1, end readiness, checks and times", () => {
  const all = { ...CHECK, senders: "main", timeoutMs: 100, watchdogMs: 50 } as const;
  const stops = [
    (paper: Paper) => paper.observe(false, true, 70),
    (paper: Paper) => paper.say("STOPPING=1", 70),
  ];
  for (const stop of stops) {
    const paper = new Paper(all).pass(50);
    assert.deepEqual(paper.done, ["runCheck"]);
    assert.deepEqual(stop(paper).done, ["publish", "killCheck"]);
    assert.equal(nextTimeMs(paper.checked(undefined, 80).state), undefined);
    assert.ok(!paper.say("READY=1", 90).isReady);
    assert.deepEqual(paper.say("EXTEND_TIMEOUT_USEC=5000", 95).effects, [
      { do: "extendKill", byMs: 5 },
    ]);
  }
});

test("./check is tried soon at first, then at its period", () => {
  const paper = new Paper(CHECK);
  const due: (number | undefined)[] = [];
  for (let nowMs = 0; nowMs < 3_000; ) {
    nowMs = nextTimeMs(paper.state) ?? Number.NaN;
    due.push(nowMs);
    assert.deepEqual(paper.pass(nowMs).done, ["runCheck"]);
    assert.equal(nextTimeMs(paper.state), undefined);
    paper.checked(false, nowMs);
  }
  assert.deepEqual(due, [50, 150, 350, 750, 1_550, 2_550, 3_550]);
  assert.deepEqual(paper.checked(true, 4_000).done, ["publish"]);
  assert.equal(nextTimeMs(paper.state), 5_000);
});

test("three failures of ./check in a row make it not ready; a success makes it ready again", () => {
  const paper = new Paper(CHECK).checked(true, 10);
  const results = [false, false, true, false, false, false, false, true];
  const ready = results.map((isGood, index) => paper.checked(isGood, 100 * index).isReady);
  assert.deepEqual(ready, [true, true, true, true, true, false, false, true]);
  assert.deepEqual(paper.state.readyAt, at(700).unix);
});

test("how ./check fails is published once, while it is not ready", () => {
  const both = new Paper({ ...CHECK, senders: "main" });
  const fail = (code: number, ms: number) =>
    both.feed({ on: "checked", end: { code, status: 0 }, at: at(ms) }).done;
  assert.deepEqual([fail(7, 10), fail(7, 20), fail(8, 30)], [["publishText"], [], ["publishText"]]);
  assert.deepEqual(both.checked(true, 40).done, ["publishText"], "it waits for READY=1 alone");
  assert.equal(both.state.failedCheck, undefined);
  assert.deepEqual(both.say("READY=1", 50).done, ["publish"]);
  assert.deepEqual([fail(7, 60), fail(7, 70), fail(7, 80), fail(7, 90)], [[], [], ["publish"], []]);
  assert.deepEqual(both.checked(true, 95).done, ["publish"]);
});

test("check-restart counts failures after the first success", () => {
  const rules = { ...CHECK, check: { periodMs: 10, timeoutMs: 10, restartAfter: 2 } };
  const paper = new Paper(rules);
  for (let count = 0; count < 9; count += 1) paper.checked(false, count);
  assert.deepEqual(paper.done, []);
  paper.checked(true, 10).checked(false, 11);
  assert.deepEqual(paper.done, []);
  assert.deepEqual(paper.checked(false, 12).done, ["publish", "end: check-restart"]);
});

test("a process that was ready stays so after a takeover, and its times begin anew", () => {
  const rules = { ...SOCKET, timeoutMs: 100, watchdogMs: 50 };
  const found = { readyAt: at(-9).unix, text: "up", mayHaveReported: true };
  const { state } = new Paper(rules, resumedReadiness(rules, found, at(1_000)));
  assert.deepEqual([state.readyAt, state.text, nextTimeMs(state)], [at(-9).unix, "up", 1_050]);
});

test("after a takeover, a report that may have been lost counts as made, in time", () => {
  const found = { readyAt: undefined, text: "", mayHaveReported: true };
  const paper = new Paper(SOCKET, resumedReadiness(SOCKET, found, at(1_000)));
  assert.equal(nextTimeMs(paper.state), 11_000);
  assert.deepEqual(paper.pass(11_000).done, ["assumeReport", "publish"]);
  assert.ok(paper.isReady);
  const kept = { ...found, mayHaveReported: false };
  const rules = { ...SOCKET, timeoutMs: 100 };
  const strict = new Paper(rules, resumedReadiness(rules, kept, at(1_000)));
  assert.deepEqual(strict.pass(1_100).done, ["publish", "end: timeout-ready"]);
});

test("after a takeover, timeout-ready bounds the reports that cannot have been lost", () => {
  const rules = { ...CHECK, senders: "main" as const, timeoutMs: 100 };
  const found = { readyAt: undefined, text: "", mayHaveReported: true };
  const paper = new Paper(rules, resumedReadiness(rules, found, at(1_000)));
  assert.deepEqual(paper.pass(1_100).done, ["assumeReport"]);
  assert.deepEqual(paper.pass(1_100).done, ["publish", "end: timeout-ready"]);
  const good = new Paper(rules, resumedReadiness(rules, found, at(1_000))).pass(1_050);
  good.checked(true, 1_060);
  assert.deepEqual(good.pass(1_100).done, ["assumeReport", "publish"]);
});

const MESSAGES = [
  "READY=1",
  "STOPPING=1",
  "RELOADING=1",
  "WATCHDOG=1",
  "WATCHDOG=trigger",
  "STATUS=x",
  "WATCHDOG_USEC=9000",
  "WATCHDOG_USEC=0",
  "EXTEND_TIMEOUT_USEC=70000",
  "MAINPID=1",
  "",
];
const limits = fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined });
const anyRules: fc.Arbitrary<ReadinessRules> = fc.record(
  {
    descriptor: fc.constantFrom(undefined, 3),
    senders: fc.constantFrom(undefined, "main", "all"),
    check: fc.option(
      fc.record({
        periodMs: fc.integer({ min: 1, max: 99 }),
        timeoutMs: fc.constant(9),
        restartAfter: limits,
      }),
      { nil: undefined },
    ),
    timeoutMs: limits,
    watchdogMs: limits,
  },
  { noNullPrototype: true },
);
type Happening = (paper: Paper, ms: number) => Paper;
const happenings = fc.oneof(
  fc.constantFrom(...MESSAGES).map(
    (text): Happening =>
      (paper, ms) =>
        paper.say(text, ms),
  ),
  fc.constant<Happening>((paper, ms) => paper.feed({ on: "newline", at: at(ms) })),
  fc.constant<Happening>((paper, ms) => paper.pass(ms)),
  fc.tuple(fc.boolean(), fc.boolean()).map(
    ([paused, stops]): Happening =>
      (paper, ms) =>
        paper.observe(paused, stops && ms % 5 === 0, ms),
  ),
  fc.boolean().map(
    (isGood): Happening =>
      (paper, ms) =>
        paper.state.isChecking ? paper.checked(isGood, ms) : paper,
  ),
);

test("in any history: a change is published, one ./check runs at a time, and a process is ended once", () => {
  const histories = fc.array(fc.tuple(happenings, fc.nat({ max: 60 })), { maxLength: 60 });
  fc.assert(
    fc.property(anyRules, histories, (rules, history) => {
      const paper = new Paper(rules);
      let [ends, checks, nowMs, _killed] = [0, 0, 0, false];
      for (const [happen, passedMs] of history) {
        nowMs += passedMs;
        const before = paper.state;
        paper.effects = [];
        happen(paper, nowMs);
        const { state, done } = paper;
        const isVisible = (one: ReadinessState) => [one.readyAt, one.isReloading];
        if (isVisible(state).join() !== isVisible(before).join())
          assert.ok(done.includes("publish"));
        ends += done.filter((name) => name.startsWith("end: ")).length;
        _killed ||= done.includes("killCheck");
        if (done.includes("runCheck")) {
          checks += 1;
          assert.ok(!before.isChecking && !before.isStopping && before.pausedAtMs === undefined);
        }
        assert.ok(ends <= 1, "ended once");
        if (state.isStopping) assert.equal(state.readyAt, undefined);
        if (state.readyAt !== undefined) assert.deepEqual(state.awaited, []);
        const nextMs = nextTimeMs(state);
        if (state.isStopping || state.pausedAtMs !== undefined) assert.equal(nextMs, undefined);
        else if (rules.check !== undefined && !state.isChecking) assert.notEqual(nextMs, undefined);
      }
      assert.ok(rules.check !== undefined || checks === 0);
    }),
    { numRuns: 3_000 },
  );
});
