import assert from "node:assert/strict";
import { test } from "node:test";
import type { History } from "../../../protocol/history.ts";
import type { StatusRecord } from "../../../protocol/status.ts";
import { GONE } from "../service-report.ts";
import { streamLine } from "./json.ts";
import { endText, infoText, restartsOf } from "./service-info.ts";
import { serviceMembers } from "./service-json.ts";
import { isAsWanted, type LiveFacts, STATE_WORDS, stateWord } from "./service-view.ts";

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
  exitCount: 3,
  lastExit: { code: 1, status: 0 },
  lastExitAt: at(1_000),
  restartDelayMs: 8_000,
  failed: false,
  problem: undefined,
  runs: "",
};
const LIVE: LiveFacts = {
  record: RUN,
  hasDown: false,
  history: HISTORY,
  isOurs: true,
  isReady: undefined,
  waitsFor: [],
};
const nameOf = (signal: number) => (signal === 9 ? "KILL" : `${signal}`);

const NO_INTERPRETER = "unable to start ./run: interpreter /bin/bsh: file does not exist";
const NOT_EXECUTABLE = "unable to start ./run: access denied (not executable: chmod +x ./run)";

/** A service that has the facts of a running one, but these. */
function view(facts: Partial<LiveFacts>, nowS = 1_002) {
  const live = { ...LIVE, ...facts };
  return {
    name: "web",
    directory: "/etc/service/web",
    now: at(nowS),
    live,
    failure: undefined,
    process: undefined,
    log: undefined,
    summary: stateWord(live, undefined),
  };
}

/** The state, whether it is as wanted, and the information. */
function told(facts: Partial<LiveFacts>, nowS?: number): string {
  const one = view(facts, nowS);
  return `${one.summary}${isAsWanted(one) ? "" : "!"}: ${infoText(one, nameOf)}`;
}

test("a state has one word, and a few more of what matters", () => {
  const failed = { ...HISTORY, failed: true };
  const killed = { ...HISTORY, lastExit: { code: -1, status: 9 + 128 } };
  const problem = "unable to start ./run: file does not exist";
  const ran = { ...HISTORY, finalCode: 1 };
  const done = { ...HISTORY, lastExit: { code: 0, status: 0 }, finalCode: 0 };
  const cases: [Partial<LiveFacts>, string][] = [
    [{}, "running: last: exit 1"],
    [{ history: { ...HISTORY, isAsked: false } }, "running: last: exit 1"],
    [{ history: { ...HISTORY, isAsked: true } }, "running: "],
    [{ record: { ...RUN, want: "down" } }, "running: once, last: exit 1"],
    [{ history: undefined }, "running: "],
    [{ isReady: true, history: undefined }, "running: "],
    [{ isReady: false, history: undefined }, "starting!: "],
    [
      { isReady: false, failedCheck: { code: 7, status: 0 }, history: undefined },
      "starting!: check: exit 7",
    ],
    [
      { isReady: false, failedCheck: { code: -1, status: 9 } },
      "starting!: check: killed by KILL, last: exit 1",
    ],
    [{ hasDown: true, history: undefined }, "running: normally down"],
    [{ record: { ...RUN, want: "down" }, history: undefined }, "running: once"],
    [{ record: { ...RUN, paused: true } }, "paused!: "],
    [{ record: { ...RUN, termSent: true, want: "down" } }, "stopping!: "],
    [{ record: { ...RUN, termSent: true } }, "stopping!: restart"],
    [{ waitsFor: ["web"] }, "stopping!: after web"],
    [{ record: { ...RUN, phase: "finish" } }, "finishing!: exit 1"],
    [{ record: DOWN }, "resting!: exit 1, next try 6s"],
    [{ record: DOWN, history: killed }, "resting!: killed by KILL, core, next try 6s"],
    [{ record: DOWN, history: { ...HISTORY, problem } }, "resting!: no ./run, next try 6s"],
    [
      { record: DOWN, history: { ...HISTORY, problem: NOT_EXECUTABLE } },
      "resting!: not executable: chmod +x ./run (access denied), next try 6s",
    ],
    [
      { record: DOWN, history: { ...HISTORY, problem: NO_INTERPRETER } },
      "resting!: no /bin/bsh (interpreter), next try 6s",
    ],
    [{ record: DOWN, history: undefined }, "resting!: "],
    [{ record: DOWN, waitsFor: ["db", "a\nb"] }, "waiting!: for db a\\nb"],
    [{ record: { ...DOWN, want: "down" }, history: failed }, "failed!: exit 1, normally up"],
    [{ record: { ...DOWN, want: "down" }, hasDown: true }, "stopped: normally down"],
    [{ record: { ...DOWN, want: "down" }, history: ran }, "stopped!: exit 1, normally up"],
    [{ record: { ...DOWN, want: "down" }, history: done }, "stopped: exit 0, normally up"],
  ];
  for (const [facts, text] of cases) assert.equal(told(facts), text);
  assert.equal(told({}, 2_000), "running: ");
});

test("a log service that loses lines is shown with its service", () => {
  const withLog = (log: Partial<LiveFacts>, main: Partial<LiveFacts> = { history: undefined }) =>
    infoText({ ...view(main), log: view(log) }, nameOf);
  const stopped = { ...DOWN, want: "down" } as const;
  const unstarted = (cause: string) => ({
    ...HISTORY,
    problem: `unable to start log/./run${cause}`,
  });
  const cases: [string, string][] = [
    [withLog({ history: undefined }), ""],
    [withLog({ history: { ...HISTORY, isAsked: true } }), ""],
    [withLog({}), "log died: exit 1"],
    [withLog({ record: DOWN }), "log died: exit 1"],
    [withLog({ record: stopped, history: { ...HISTORY, failed: true } }), "log failed: exit 1"],
    [withLog({ record: DOWN, history: undefined }), "log died"],
    [withLog({ history: unstarted(": file does not exist") }), "log died: no log/run"],
    [
      withLog({ history: unstarted(": access denied (not executable: chmod +x log/run)") }),
      "log died: not executable: chmod +x log/run (access denied)",
    ],
    [withLog({ record: { ...RUN, paused: true } }), "log paused"],
    [withLog({ record: stopped, history: undefined }), "log stopped"],
    [withLog({ record: DOWN }, {}), "last: exit 1, log died: exit 1"],
    [withLog({ record: stopped, history: undefined }, { record: stopped }), "normally up"],
  ];
  for (const [text, expected] of cases) assert.equal(text, expected);
  const unknown = { ...view({}), live: undefined, failure: GONE };
  assert.equal(infoText({ ...view({ history: undefined }), log: unknown }, nameOf), "");
});

test("without a supervisor a service is unsupervised, and otherwise unreadable", () => {
  assert.equal(stateWord(undefined, GONE), "unsupervised");
  assert.equal(stateWord(undefined, { ...GONE, kind: "unsupervised" }), "unsupervised");
  assert.equal(stateWord(undefined, { ...GONE, kind: "absent" }), "unreadable");
  assert.equal(stateWord(undefined, { ...GONE, kind: "unknown" }), "unreadable");
  assert.equal(STATE_WORDS.length, 11);
});

test("restarts are starts after the first, and unknown with runit's supervisor", () => {
  assert.equal(restartsOf(LIVE), 3);
  assert.equal(restartsOf({ ...LIVE, record: DOWN }), 2);
  assert.equal(restartsOf({ ...LIVE, record: DOWN, history: { ...HISTORY, exitCount: 0 } }), 0);
  assert.equal(restartsOf({ ...LIVE, history: undefined }), 0);
  // The history is newer than the status: it counts the end of the run that the status shows.
  assert.equal(restartsOf({ ...LIVE, history: { ...HISTORY, lastExitAt: at(1_001) } }), 2);
  assert.equal(restartsOf({ ...LIVE, history: undefined, isOurs: false }), undefined);
});

test("an end is told by its code or its signal", () => {
  assert.equal(endText({ code: 0, status: 0 }, nameOf), "exit 0");
  assert.equal(endText({ code: -1, status: 0 }, nameOf), "exit unknown");
});

test("JSON has only what is known, and names that are not UTF-8 twice", () => {
  const { live: _, ...gone } = view({});
  const unsupervised = {
    ...gone,
    live: undefined,
    failure: GONE,
    summary: "unsupervised" as const,
  };
  assert.deepEqual(JSON.parse(streamLine(serviceMembers(unsupervised, nameOf))), {
    version: 1,
    name: "web",
    directory: "/etc/service/web",
    summary: "unsupervised",
    observed: "1970-01-01T00:16:42.000000000Z",
    error: "runsv not running",
  });
  const odd = { ...view({ record: DOWN }), name: "a\xff\nb" };
  const line = streamLine(serviceMembers(odd, nameOf));
  const members = JSON.parse(Buffer.from(line, "latin1").toString());
  assert.equal(line.trim().split("\n").length, 1);
  assert.equal(members.name, "a\ufffd\nb");
  assert.equal(Buffer.from(members.name_base64, "base64").toString("latin1"), "a\xff\nb");
  assert.deepEqual(members.last_exit, { code: 1, at: "1970-01-01T00:16:40.000000000Z" });
  assert.equal(members.next_try_seconds, 6);
  assert.equal(members.pid, undefined);
});
