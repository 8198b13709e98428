import assert from "node:assert/strict";
import { test } from "node:test";
import type { History } from "../../../protocol/history.ts";
import type { StatusRecord } from "../../../protocol/status.ts";
import { type LiveFacts, type ServiceView, stateWord } from "./service-view.ts";
import { Trouble } from "./trouble.ts";

const RUN: StatusRecord = {
  phase: "run",
  since: { seconds: 1_000, nanoseconds: 0 },
  pid: 17,
  want: "up",
  paused: false,
  termSent: false,
};
const HISTORY: History = {
  exitCount: 0,
  lastExit: { code: 1, status: 0 },
  lastExitAt: undefined,
  restartDelayMs: 0,
  failed: false,
  problem: undefined,
  runs: "",
};

function viewOf(record: Partial<StatusRecord>, history: Partial<History> = {}): ServiceView {
  const live: LiveFacts = {
    record: { ...RUN, ...record },
    hasDown: false,
    history: { ...HISTORY, ...history },
    isOurs: true,
    isReady: undefined,
    waitsFor: [],
  };
  const now = { seconds: 1_010, nanoseconds: 0 };
  const summary = stateWord(live, undefined);
  return {
    name: "web",
    directory: "/web",
    now,
    live,
    failure: undefined,
    process: undefined,
    log: undefined,
    summary,
  };
}

const running = (exitCount: number, isAsked = false) => viewOf({}, { exitCount, isAsked });
const down: Partial<StatusRecord> = { phase: "down", pid: 0 };

test("a service that is given up is in trouble once, and has recovered after the settle time", () => {
  const trouble = new Trouble(30_000);
  const failed = viewOf(down, { exitCount: 5, failed: true });
  assert.equal(trouble.observe(failed, 0), "failed");
  assert.equal(trouble.observe(failed, 1_000), undefined);
  assert.equal(trouble.dueMs, undefined);
  assert.equal(trouble.observe(running(5), 2_000), undefined);
  assert.equal(trouble.dueMs, 32_000);
  assert.equal(trouble.observe(running(5), 31_999), undefined);
  assert.equal(trouble.observe(running(5), 32_000), "recovered");
  assert.equal(trouble.dueMs, undefined);
});

test("three crashes in a row are trouble, also if they were not seen one by one", () => {
  const trouble = new Trouble(30_000);
  assert.equal(trouble.observe(running(0), 0), undefined);
  assert.equal(trouble.observe(running(1), 1_000), undefined);
  assert.equal(trouble.observe(running(3), 2_000), "failed");
  assert.equal(trouble.observe(running(4), 31_000), undefined); // begins anew
  assert.equal(trouble.observe(running(4), 60_999), undefined);
  assert.equal(trouble.observe(running(4), 61_000), "recovered");
});

test("crashes that are far apart, and exits that were asked for, are no trouble", () => {
  const trouble = new Trouble(30_000);
  for (let count = 0; count < 9; count += 1) {
    assert.equal(trouble.observe(running(count), count * 40_000), undefined);
  }
  const asked = new Trouble(30_000);
  for (let count = 0; count < 9; count += 1) {
    assert.equal(asked.observe(running(count, true), count), undefined);
  }
});

test("a service that was stopped by a command in trouble has recovered too", () => {
  const trouble = new Trouble(1_000);
  assert.equal(trouble.observe(viewOf(down, { failed: true }), 0), "failed");
  const stopped = viewOf({ ...down, want: "down" });
  assert.equal(trouble.observe(stopped, 10), undefined);
  assert.equal(trouble.observe(stopped, 1_010), "recovered");
});
