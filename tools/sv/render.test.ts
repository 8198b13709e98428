import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReadyRecord } from "../../protocol/ready.ts";
import type { StatusRecord } from "../../protocol/status.ts";
import { statusLine, statusText } from "./render.ts";
import type { ServiceFailure, ServiceState } from "./service-report.ts";

const RUN: StatusRecord = {
  phase: "run",
  since: { seconds: 1_000, nanoseconds: 999_000_000 },
  pid: 3914,
  want: "up",
  paused: false,
  termSent: false,
};
const DOWN: StatusRecord = { ...RUN, phase: "down", pid: 0 };

const STATE: ServiceState = {
  is: "state",
  record: RUN,
  hasDown: false,
  hasFailed: false,
  readiness: undefined,
  awaited: [],
  nowS: 1_001,
};

const text = (record: StatusRecord, hasDown = false) =>
  statusText("web", { ...STATE, record, hasDown });

test("prints the lines of the original", () => {
  assert.equal(text(RUN), "run: web: (pid 3914) 1s");
  assert.equal(
    text({ ...RUN, paused: true, termSent: true }),
    "run: web: (pid 3914) 1s, paused, got TERM",
  );
  assert.equal(
    text({ ...RUN, want: "down" }, true),
    "run: web: (pid 3914) 1s, normally down, want down",
  );
  assert.equal(
    text({ ...RUN, phase: "finish", want: "down" }),
    "finish: web: (pid 3914) 1s, want down",
  );
  assert.equal(text(DOWN), "down: web: 1s, normally up, want up");
  assert.equal(text({ ...DOWN, want: "down" }, true), "down: web: 1s");
});

test("prints odd but legal records", () => {
  assert.equal(
    text({ ...RUN, phase: "finish", pid: 0 }),
    "finish: web: (pid 0) 1s, normally up, want up",
  );
  assert.equal(text({ ...RUN, phase: "down" }), "down: web: 1s");
  assert.equal(text({ ...DOWN, want: "down", paused: true }), "down: web: 1s, normally up");
});

test("shows last whether a service is ready, if it reports that", () => {
  const notReady: ReadyRecord = { pid: 3914, readyAt: undefined, isReloading: false, text: "" };
  const of = (readiness: ReadyRecord) => statusText("web", { ...STATE, readiness });
  assert.equal(of(notReady), "run: web: (pid 3914) 1s, not ready");
  const ready: ReadyRecord = { ...notReady, readyAt: { seconds: 997, nanoseconds: 1 } };
  assert.equal(of(ready), "run: web: (pid 3914) 1s, ready 4s");
  assert.equal(of({ ...ready, isReloading: true }), "run: web: (pid 3914) 1s, ready 4s, reloading");
});

test("tells last that a service was given up", () => {
  const failed = statusText("web", {
    ...STATE,
    record: { ...DOWN, want: "down" },
    hasFailed: true,
  });
  assert.match(failed, /^down: web: \d+s, normally up, failed$/);
});

test("shows last which services the service waits for", () => {
  const awaited = ["db", "net"];
  assert.equal(
    statusText("web", { ...STATE, record: DOWN, awaited }),
    "down: web: 1s, normally up, want up, waiting for db net",
  );
  const stopping = { ...RUN, want: "down" } as const;
  assert.equal(
    statusText("web", { ...STATE, record: stopping, awaited }),
    "run: web: (pid 3914) 1s, want down, waiting for db net",
  );
});

test("shows no negative age after the clock was set back", () => {
  assert.equal(statusText("web", { ...STATE, nowS: 10 }), "run: web: (pid 3914) 0s");
});

const FAILURE: ServiceFailure = {
  is: "failure",
  kind: "gone",
  severity: "fail",
  text: "runsv not running",
};

test("a status is one line, the log service behind a semicolon", () => {
  const log = { name: "web/log", state: { ...STATE, record: DOWN } };
  const main = { name: "web", state: STATE };
  const running = "run: web: (pid 3914) 1s";
  assert.equal(statusLine({ ...main, log: undefined }), running);
  assert.equal(statusLine({ ...main, log }), `${running}; down: log: 1s, normally up, want up`);
  const failed = { ...log, state: FAILURE };
  assert.equal(
    statusLine({ ...main, log: failed }),
    `${running}; fail: web/log: runsv not running`,
  );
  const failure = { name: "web", state: FAILURE, log: undefined };
  assert.equal(statusLine(failure), "fail: web: runsv not running");
});

test("a state without an answer about down is an empty text, beside which the log service is shown", () => {
  const unknown = { ...STATE, hasDown: undefined };
  const log = { name: "web/log", state: STATE };
  assert.equal(statusText("web", unknown), "");
  assert.equal(statusLine({ name: "web", state: unknown, log }), "; run: log: (pid 3914) 1s");
});
