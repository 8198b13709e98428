/** How the system ends, step by step. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type End, type EndEffect, type EndEvent, stepEnd, type Way } from "./end-machine.ts";

const begin: EndEvent = { on: "begin", syncMs: 60_000 };
const tried = (result: "done" | "refused" | "killed"): EndEvent => ({ on: "tried", result });

/** The effects of the last event, in short. */
function play(ways: readonly Way[], ...events: readonly EndEvent[]): string[] {
  let end: End = { ways, phase: "syncing" };
  let effects: readonly EndEffect[] = [];
  for (const event of events) ({ end, effects } = stepEnd(end, event));
  return effects.map((effect) => {
    const { text, ms, way } = effect as { text?: string; ms?: number; way?: Way };
    return [effect.do, text ?? ms ?? way].filter((word) => word !== undefined).join(" ");
  });
}
const powerOff = (...events: readonly EndEvent[]) => play(["power-off", "halt"], begin, ...events);

test("the end begins with a sync of limited time", () => {
  assert.deepEqual(powerOff(), ["say power off...", "wait 60000", "sync"]);
  assert.deepEqual(powerOff({ on: "synced" }), ["wait", "try power-off"]);
});

test("a sync that hangs holds up the end no longer than the limit", () => {
  const late: EndEvent = { on: "timer" };
  assert.deepEqual(powerOff(late), ["say warning: sync hangs, going on...", "try power-off"]);
  assert.deepEqual(powerOff(late, { on: "synced" }), []);
});

test("without a sync the end begins with its call", () => {
  const now: EndEvent = { on: "begin", syncMs: undefined };
  assert.deepEqual(play(["reboot", "halt"], now), ["say system reboot.", "try reboot"]);
});

test("a system whose power stays on halts after a moment", () => {
  const events = [{ on: "synced" }, tried("done")] as const;
  assert.deepEqual(powerOff(...events), ["wait 2000"]);
  assert.deepEqual(powerOff(...events, { on: "timer" }), ["say system halt.", "try halt"]);
  assert.deepEqual(powerOff(...events, { on: "timer" }, tried("done")), []);
});

test("a call that was killed is made again", () => {
  assert.deepEqual(powerOff({ on: "synced" }, tried("killed")), ["try power-off"]);
});

test("where every call is refused process 1 exits, if it may", () => {
  const events = [{ on: "synced" }, tried("refused")] as const;
  assert.deepEqual(powerOff(...events), ["say system halt.", "try halt"]);
  assert.deepEqual(powerOff(...events, tried("refused")), ["exit"]);
});
