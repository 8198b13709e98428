import assert from "node:assert/strict";
import { test } from "node:test";
import type { History } from "../../../protocol/history.ts";
import type { StatusRecord } from "../../../protocol/status.ts";
import { GONE, type ServiceFailure } from "../service-report.ts";
import { type LiveFacts, type ServiceView, stateWord } from "./service-view.ts";
import { CONDITIONS, msToLast, verdictOn } from "./wait-conditions.ts";

const at = (seconds: number) => ({ seconds, nanoseconds: 0 });
const RUN: StatusRecord = {
  phase: "run",
  since: at(1_000),
  pid: 17,
  want: "up",
  paused: false,
  termSent: false,
};
const DOWN: StatusRecord = { ...RUN, phase: "down", pid: 0 };
const HISTORY: History = {
  exitCount: 1,
  lastExit: { code: 1, status: 0 },
  lastExitAt: at(1_000),
  restartDelayMs: 0,
  failed: false,
  problem: undefined,
  runs: "",
};

function viewWith(facts: Partial<LiveFacts> | ServiceFailure): ServiceView {
  const isFailure = "is" in facts;
  const live: LiveFacts | undefined = isFailure
    ? undefined
    : {
        record: RUN,
        hasDown: false,
        history: HISTORY,
        isOurs: true,
        isReady: undefined,
        waitsFor: [],
        ...facts,
      };
  const failure = isFailure ? facts : undefined;
  const summary = stateWord(live, failure);
  const nothing = { process: undefined, log: undefined };
  return { name: "web", directory: "/web", now: at(1_010), live, failure, summary, ...nothing };
}

const FIRST = viewWith({});
/** The verdict on each condition, in their order: h holds, p pending, n never. */
const verdicts = (facts: Partial<LiveFacts> | ServiceFailure): string =>
  CONDITIONS.map((condition) => verdictOn(condition, viewWith(facts), FIRST).charAt(0)).join("");

test("each state is judged by each condition", () => {
  const final = (finalCode: number): History => ({ ...HISTORY, finalCode });
  const stopped = { ...DOWN, want: "down" as const };
  // up, ready, down, finished, failed, restarted
  assert.equal(verdicts({}), "hhpppp");
  assert.equal(verdicts({ isReady: false }), "hppppp");
  assert.equal(verdicts({ isReady: true }), "hhpppp");
  assert.equal(verdicts({ record: { ...RUN, termSent: true } }), "pppppp");
  assert.equal(verdicts({ record: { ...RUN, pid: 18 } }), "hhppph");
  assert.equal(verdicts({ record: { ...RUN, since: at(1_001) } }), "hhppph");
  assert.equal(verdicts({ record: { ...DOWN, phase: "finish", pid: 19 } }), "pppppp");
  assert.equal(verdicts({ record: DOWN }), "pppppp");
  assert.equal(verdicts({ record: DOWN, waitsFor: ["db"] }), "pppppp");
  assert.equal(verdicts({ record: stopped }), "pphppp");
  assert.equal(verdicts({ record: stopped, history: final(0) }), "pphhnp");
  assert.equal(verdicts({ record: stopped, history: final(3) }), "pphnnp");
  assert.equal(verdicts({ record: DOWN, history: { ...HISTORY, failed: true } }), "nnhnhn");
  assert.equal(verdicts({ history: undefined }), "hhpppp");
  assert.equal(
    verdicts({ history: undefined, record: { ...stopped, since: at(1_001) } }),
    "pphnpp",
  );
  assert.equal(verdicts({ record: { ...RUN, since: at(1_010) } }), "hlppph");
  assert.equal(verdicts(GONE), "pppppp");
  assert.equal(verdicts({ ...GONE, kind: "absent" }), "nnnnnn");
});

test("a start lasts for a second, or its last run did, until a service is ready by itself", () => {
  const started = { ...RUN, since: at(1_010) };
  const after = (ranMs: number): ServiceView =>
    viewWith({ record: started, history: { ...HISTORY, runs: `ran 7 0 1009 ${ranMs}\n` } });
  assert.equal(verdictOn("ready", after(999), FIRST), "lasting");
  assert.equal(msToLast(after(999)), 1_000);
  assert.equal(verdictOn("ready", after(1_000), FIRST), "holds");
  const reports = viewWith({ record: started, isReady: true });
  assert.equal(verdictOn("ready", reports, FIRST), "holds");
});

test("a service that was down when the wait began is restarted by any start", () => {
  const first = viewWith({ record: DOWN });
  assert.equal(verdictOn("restarted", viewWith({}), first), "holds");
  assert.equal(verdictOn("restarted", viewWith({}), viewWith(GONE)), "holds");
});
