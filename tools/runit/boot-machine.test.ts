import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../tests/support/fast-check.ts";
import {
  type Boot,
  type BootEvent,
  type Effect,
  INITIAL,
  type Outcome,
  step,
} from "./boot-machine.ts";
import type { Stage } from "./stages.ts";

const EXITED: Outcome = { how: "exited", code: 0 };
const KILLED: Outcome = { how: "killed" };
const MISSING: Outcome = { how: "unexecuted", reason: "file does not exist", isMissing: true };
const CONT: BootEvent = { on: "cont", isStop: true, isUpgrade: false };
const TIMER: BootEvent = { on: "timer" };
const exited = (code: number): BootEvent => ({ on: "ended", outcome: { how: "exited", code } });
const killed: BootEvent = { on: "ended", outcome: KILLED };

type Moment = readonly [atMs: number, event: BootEvent];

/** The state after these events, and the effects of the last one. */
function after(...history: readonly Moment[]): readonly [Boot, readonly Effect[]] {
  let boot = INITIAL;
  let effects: readonly Effect[] = [];
  for (const [atMs, event] of history) ({ boot, effects } = step(boot, event, atMs));
  return [boot, effects];
}
const does = (effects: readonly Effect[]) => effects.filter((effect) => effect.do !== "say");
const texts = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.do === "say" ? [effect.text] : []));
const IN_STAGE_2 = [
  [0, { on: "begin" }],
  [1, exited(0)],
] as const satisfies readonly Moment[];

test("begins with stage 1", () => {
  const [boot, effects] = after([0, { on: "begin" }]);
  assert.deepEqual([boot.stage, boot.phase], [1, "running"]);
  assert.deepEqual(texts(effects), ["enter stage: /etc/runit/1"]);
  assert.deepEqual(does(effects).at(-1), { do: "start", stage: 1 });
});

test("stage 2 that ran for long is started again at once, when nothing of it is left", () => {
  const [, effects] = after(
    ...IN_STAGE_2,
    [60_000, killed],
    [60_001, { on: "found", left: "nothing" }],
  );
  assert.deepEqual(texts(effects), ["warning: restarting.", "enter stage: /etc/runit/2"]);
});

test("stage 2 that ended early is started again five seconds after its last start", () => {
  const [, effects] = after(
    ...IN_STAGE_2,
    [2_001, exited(111)],
    [2_001, { on: "found", left: "supervised" }],
  );
  assert.deepEqual(does(effects), [{ do: "wait", ms: 3_000 }]);
});

test("what stage 2 has left gets TERM, and KILL after five seconds", () => {
  const [boot, effects] = after(
    ...IN_STAGE_2,
    [9_000, killed],
    [9_000, { on: "found", left: "others" }],
  );
  assert.deepEqual(does(effects), [
    { do: "signal-left", signal: "TERM" },
    { do: "wait", ms: 5_000 },
  ]);
  assert.deepEqual(does(step(boot, TIMER, 14_000).effects)[0], {
    do: "signal-left",
    signal: "KILL",
  });
});

test("five quick ends of stage 2 in a row lead to a pause of 30 s", () => {
  let boot = after(...IN_STAGE_2)[0];
  let effects: readonly Effect[] = [];
  const waits: (number | undefined)[] = [];
  for (let count = 0; count < 6; count += 1) {
    const atMs = boot.startedMs + 10;
    ({ boot } = step(boot, exited(111), atMs));
    ({ boot, effects } = step(boot, { on: "found", left: "nothing" }, atMs));
    for (const effect of effects) if (effect.do === "wait") waits.push(effect.ms);
    ({ boot } = step(boot, TIMER, atMs + 4_990));
  }
  assert.deepEqual(waits, [4_990, 4_990, 4_990, 4_990, 30_000, 4_990]);
});

test("a shutdown in a pause of stage 2 goes on with stage 3", () => {
  const missing: BootEvent = { on: "ended", outcome: MISSING };
  const [boot, effects] = after(...IN_STAGE_2, [2, missing], [3, CONT]);
  assert.equal(boot.stage, 3);
  assert.deepEqual(does(effects)[0], { do: "acknowledge" });
});

test("CONT without a request does nothing", () => {
  const none: BootEvent = { on: "cont", isStop: false, isUpgrade: false };
  assert.deepEqual(after(...IN_STAGE_2, [2, none])[1], []);
});

test("seven INT within two seconds reboot at once, in each stage", () => {
  const interrupt: BootEvent = { on: "int", hasScript: false };
  const times = [0, 300, 600, 900, 1_200, 1_500, 1_800];
  const inStage3: readonly Moment[] = [...IN_STAGE_2, [2, exited(0)]];
  for (const before of [[], IN_STAGE_2, inStage3]) {
    const history = (scale: number): Moment[] => times.map((ms) => [scale * ms, interrupt]);
    assert.deepEqual(does(after(...before, ...history(1))[1]), [{ do: "reboot" }]);
    assert.deepEqual(does(after(...before, ...history(2))[1]), []);
  }
});

test("ctrl-alt-del executes its script once, and a script that hangs holds up nothing", () => {
  const interrupt: BootEvent = { on: "int", hasScript: true };
  const [boot, effects] = after(...IN_STAGE_2, [2, interrupt]);
  assert.deepEqual(does(effects), [{ do: "dialog" }]);
  assert.deepEqual(does(step(boot, interrupt, 3).effects), []);
  assert.equal(step(boot, CONT, 3).boot.phase, "stopping");
});

const outcomes = fc.oneof(
  fc.integer({ min: 0, max: 255 }).map((code): Outcome => ({ how: "exited", code })),
  fc.constant(KILLED),
  fc
    .boolean()
    .map((isMissing): Outcome => ({ how: "unexecuted", reason: "access denied", isMissing })),
);
/** What a test may do to a machine; `end` ends the stage, if it runs. */
const events = fc.oneof(
  outcomes.map((outcome): BootEvent => ({ on: "ended", outcome })),
  fc.constant(TIMER),
  fc.constant<BootEvent>({ on: "pwr" }),
  fc.boolean().map((isStop): BootEvent => ({ on: "cont", isStop, isUpgrade: !isStop })),
  fc.boolean().map((hasScript): BootEvent => ({ on: "int", hasScript })),
  fc
    .constantFrom("nothing", "supervised", "others")
    .map((left): BootEvent => ({ on: "found", left })),
  fc
    .tuple(outcomes, fc.boolean())
    .map(([outcome, isStop]): BootEvent => ({ on: "dialog-ended", outcome, isStop })),
);

/** Plays only events that are possible: what does not run cannot end, and a timer has been set. */
class World {
  boot: Boot = INITIAL;
  running: Stage | undefined;
  hasDialog = false;
  hasTimer = false;
  isSearching = false;
  finished = 0;
  nowMs = 0;
  readonly started: Stage[] = [];

  play(event: BootEvent, afterMs: number): void {
    this.nowMs += afterMs;
    if (event.on === "ended") {
      if (this.running === undefined) return;
      this.running = undefined;
    }
    if (event.on === "timer") {
      if (!this.hasTimer) return;
      this.hasTimer = false;
    }
    if (event.on === "dialog-ended") {
      if (!this.hasDialog) return;
      this.hasDialog = false;
    }
    if (event.on === "found") {
      if (!this.isSearching && this.boot.phase !== "clearing") return;
      this.isSearching = false;
    }
    const { boot, effects } = step(this.boot, event, this.nowMs);
    this.boot = boot;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: Effect): void {
    switch (effect.do) {
      case "start":
        assert.equal(this.running, undefined, "two stages at once");
        assert.equal(this.finished, 0, "a stage after the end");
        this.running = effect.stage;
        this.started.push(effect.stage);
        break;
      case "wait":
        this.hasTimer = effect.ms !== undefined;
        break;
      case "limit":
        this.hasTimer = true;
        break;
      case "signal":
        assert.notEqual(this.running, undefined, "a signal to a stage that does not run");
        break;
      case "search":
        this.isSearching = true;
        break;
      case "dialog":
        assert.equal(this.hasDialog, false, "two scripts for ctrl-alt-del");
        this.hasDialog = true;
        break;
      case "finish":
        this.finished += 1;
        break;
    }
  }
}

test("properties: one stage at a time, in order, something is always awaited, one end", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(events, fc.integer({ min: 0, max: 9_000 }))), (history) => {
      const world = new World();
      world.play({ on: "begin" }, 0);
      for (const [event, afterMs] of history) world.play(event, afterMs);
      const { started, boot } = world;
      assert.deepEqual(started, [...started].sort(), "a stage before one that is over");
      assert.ok(world.finished <= 1, "two ends");
      const isAwaiting =
        world.running !== undefined || world.hasTimer || world.isSearching || world.finished === 1;
      assert.ok(isAwaiting, `nothing is awaited in ${boot.phase}`);
      assert.equal(boot.hasDialog, world.hasDialog);
    }),
    { numRuns: 2_000 },
  );
});

test("properties: a machine always powers off", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(events, fc.integer({ min: 0, max: 9_000 }))), (history) => {
      const world = new World();
      world.play({ on: "begin" }, 0);
      for (const [event, afterMs] of history) world.play(event, afterMs);
      // Whatever has happened before: stages end, timers expire, and the request is made.
      for (let turn = 0; turn < 20 && world.finished === 0; turn += 1) {
        world.play(CONT, 1);
        world.play({ on: "found", left: "others" }, 1);
        world.play({ on: "ended", outcome: turn % 2 === 0 ? KILLED : EXITED }, 1);
        world.play(TIMER, 5_000);
      }
      assert.equal(world.finished, 1);
    }),
    { numRuns: 2_000 },
  );
});
