import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  awaitedText,
  beginStop,
  EXIT_KILLED,
  type StopEffect,
  type StopEvent,
  type StopRequest,
  step,
} from "./stop-machine.ts";

const REQUEST: StopRequest = {
  nowMs: 0,
  limitMs: undefined,
  isProcess1: false,
  hasCommand: false,
  isInterrupt: false,
  result: undefined,
};

/** Plays events, with the clock in between, and returns the effects with their times. */
function play(request: Partial<StopRequest>, events: readonly StopEvent[]): string[] {
  const seen: string[] = [];
  let wakeAtMs = Number.POSITIVE_INFINITY;
  let [state] = beginStop({ ...REQUEST, ...request });
  const take = (atMs: number, [next, effects]: ReturnType<typeof step>) => {
    state = next;
    for (const effect of effects) {
      if (effect.do === "wakeAt") wakeAtMs = effect.atMs;
      else seen.push(`${atMs} ${nameOf(effect)}`);
    }
  };
  take(0, beginStop({ ...REQUEST, ...request }));
  const advance = (untilMs: number) => {
    while (wakeAtMs <= untilMs) {
      const atMs = wakeAtMs;
      wakeAtMs = Number.POSITIVE_INFINITY;
      take(atMs, step(state, { on: "woke", nowMs: atMs }));
    }
  };
  for (const event of events) {
    advance(event.nowMs);
    take(event.nowMs, step(state, event));
  }
  return seen;
}
const nameOf = (effect: StopEffect): string =>
  effect.do === "exit" ? `exit ${effect.code}` : effect.do === "kill" ? effect.why : effect.do;
const ended = (nowMs: number, stage: "command" | "services" | "orphans", code?: number) =>
  ({ on: "ended", stage, nowMs, ...(code === undefined ? {} : { code }) }) as const;
const signal = (nowMs: number, isInterrupt = false) =>
  ({ on: "signal", isInterrupt, nowMs }) as const;
const passed = (nowMs: number) => ({ on: "woke", nowMs }) as const;

describe("an ordered stop", () => {
  test("stops the services and exits 0", () => {
    assert.deepEqual(play({}, [ended(100, "services")]), ["0 stopServices", "100 exit 0"]);
  });
  test("as process 1 ends the orphans, and waits for a second at most", () => {
    const before = ["0 stopServices", "100 stopOrphans"];
    const one = { isProcess1: true };
    assert.deepEqual(play(one, [ended(100, "services"), ended(150, "orphans")]), [
      ...before,
      "150 exit 0",
    ]);
    assert.deepEqual(play(one, [ended(100, "services"), passed(9_000)]), [
      ...before,
      "1100 exit 0",
    ]);
  });
  test("stops the command first, and exits with its code", () => {
    const events = [ended(50, "command", 3), ended(100, "services")];
    assert.deepEqual(play({ hasCommand: true }, events), [
      "0 stopCommand",
      "50 stopServices",
      "100 exit 3",
    ]);
  });
  test("exits with the code of the essential service that is the reason, also if it kills", () => {
    assert.deepEqual(play({ result: 7 }, [ended(100, "services")]).at(-1), "100 exit 7");
    const late = play({ result: 7, limitMs: 50 }, [passed(60), ended(100, "services")]);
    assert.deepEqual(late, ["0 stopServices", "50 limit", "100 exit 7"]);
  });
  test("prints progress from the third second, every two seconds, and repeats the command", () => {
    const every = (atMs: number) => [`${atMs} printProgress`, `${atMs} repeatStop`];
    assert.deepEqual(play({}, [ended(7_500, "services")]), [
      "0 stopServices",
      ...[3_000, 5_000, 7_000].flatMap(every),
      "7500 exit 0",
    ]);
  });
  test("prints one line after a time in which the process did not run", () => {
    const [stopped] = beginStop(REQUEST);
    const [, effects] = step(stopped, passed(10_500));
    assert.deepEqual(effects, [
      { do: "printProgress" },
      { do: "repeatStop" },
      { do: "wakeAt", atMs: 11_000 },
    ]);
  });
  test("kills at its limit, and then waits for a second at most", () => {
    const killed = play({ limitMs: 2_000, isProcess1: true }, [passed(9_000)]);
    assert.deepEqual(killed, ["0 stopServices", "2000 limit", `3000 exit ${EXIT_KILLED}`]);
  });
  test("that kills the command stops the services in the same step", () => {
    const events = [passed(60), ended(70, "command", 137), ended(80, "services")];
    assert.deepEqual(play({ limitMs: 50, hasCommand: true }, events), [
      "0 stopCommand",
      "50 stopServices",
      "50 limit",
      "80 exit 137",
    ]);
  });
  test("is not changed by further signals", () => {
    const events = [signal(10), signal(20), signal(30, true), ended(100, "services")];
    assert.deepEqual(play({}, events), [
      "0 stopServices",
      "10 printProgress",
      "20 printProgress",
      "30 printProgress",
      "100 exit 0",
    ]);
  });
  test("kills at the third INT within two seconds", () => {
    const killed = play({ isInterrupt: true }, [signal(900, true), signal(2_000, true)]);
    assert.deepEqual(killed.slice(1), ["900 printProgress", "2000 interrupts"]);
    const slow = play({ isInterrupt: true }, [signal(900, true), signal(2_001, true)]);
    assert.deepEqual(slow.slice(1), ["900 printProgress", "2001 printProgress"]);
  });
  test("ends once, kills once and always has a next moment, whatever happens when", () => {
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 48_271) % 0x7fff_ffff;
      return seed % below;
    };
    for (let round = 0; round < 2_000; round += 1) {
      const request = {
        limitMs: random(2) === 0 ? undefined : random(8_000) + 1,
        isProcess1: random(2) === 0,
        hasCommand: random(2) === 0,
        isInterrupt: random(2) === 0,
        result: random(2) === 0 ? undefined : random(256),
      };
      let nowMs = 0;
      const events: StopEvent[] = [];
      const stages = ["command", "services", "orphans"] as const;
      while (events.length < 12) {
        nowMs += random(3_000);
        const stage = stages[random(3)] ?? "services";
        events.push(random(2) === 0 ? signal(nowMs, random(2) === 0) : ended(nowMs, stage));
      }
      for (const stage of stages) events.push(ended(nowMs, stage));
      const seen = play(request, events).map((text) => text.replace(/^\d+ /, ""));
      const count = (name: RegExp) => seen.filter((each) => name.test(each)).length;
      assert.equal(count(/^exit/), 1);
      assert.match(seen.at(-1) ?? "", /^exit/);
      assert.equal(count(/^stopServices$/), 1);
      assert.ok(count(/^(limit|interrupts)$/) <= 1);
      assert.ok(count(/^stopCommand$/) === (request.hasCommand ? 1 : 0));
    }
  });
});

describe("the list of what a stop waits for", () => {
  test("has the seconds of each, and ten names at most", () => {
    const awaited = [
      { name: "web", sinceMs: 0 },
      { name: "db", sinceMs: 2_500 },
    ];
    assert.equal(awaitedText(awaited, 12_400), "web (12s), db (9s)");
    const many = Array.from({ length: 12 }, (_, at) => ({ name: `s${at}`, sinceMs: 0 }));
    assert.match(awaitedText(many, 0), /^s0 \(0s\), .*, s9 \(0s\) and 2 more$/);
  });
});
