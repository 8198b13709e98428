import assert from "node:assert/strict";
import { test } from "node:test";
import type { ControlByte } from "../../protocol/control.ts";
import type { StatusRecord } from "../../protocol/status.ts";
import fc from "../../tests/support/fast-check.ts";
import type { DoneRule } from "./commands.ts";
import {
  asksForProcess,
  evaluate,
  hasFailed,
  hasRested,
  isFoundResting,
  isReplaced,
  mustLast,
} from "./conditions.ts";

const at = (seconds: number, nanoseconds = 0) => ({ seconds, nanoseconds });
const RUN: StatusRecord = {
  phase: "run",
  since: at(100, 500),
  pid: 10,
  want: "up",
  paused: false,
  termSent: false,
};
const DOWN: StatusRecord = { ...RUN, phase: "down", pid: 0, want: "down", since: at(90) };
const RESTING: StatusRecord = { ...DOWN, want: "up" };
const RESTART: readonly DoneRule[] = ["t", "c", "u"];

const progress = (rules: readonly DoneRule[], now: StatusRecord, before = now, failing = false) =>
  evaluate(rules, now, { before, failing });

test("up: running and wanted up, if ./check agrees", () => {
  assert.equal(progress(["u"], RUN), "runCheck");
  assert.equal(progress(["u"], RESTING), "wait");
  assert.equal(progress(["u"], { ...RUN, want: "down" }), "wait");
  assert.equal(progress(["u"], { ...RUN, phase: "finish" }), "wait");
});

test("up, check: a process that got TERM does not count, whatever was wanted before", () => {
  const stopping: StatusRecord = { ...RUN, want: "down", termSent: true };
  const wanted: StatusRecord = { ...stopping, want: "up" };
  for (const before of [stopping, wanted, RUN]) {
    for (const rule of ["u", "check"] as const) {
      assert.equal(progress([rule], wanted, before), "wait");
      assert.equal(progress([rule], { ...RUN, pid: 11, since: at(101) }, before), "runCheck");
    }
  }
});

test("down: a service between two starts is not down before it is wanted down", () => {
  assert.equal(progress(["d"], RESTING), "wait");
  assert.equal(progress(["d"], DOWN), "done");
  assert.equal(progress(["d"], { ...DOWN, pid: 10 }), "wait"); // k was sent, and nothing collected
});

test("once: running, or over since", () => {
  assert.equal(progress(["o"], DOWN, DOWN), "wait"); // the byte was not read yet
  assert.equal(progress(["o"], { ...RUN, want: "down" }, DOWN), "awaitReady");
  assert.equal(progress(["o"], RUN, RUN), "wait");
  assert.equal(progress(["o"], { ...DOWN, since: at(91) }, DOWN), "done");
  assert.equal(progress(["o"], { ...DOWN, since: at(91) }, RESTING, true), "wait");
});

test("restart: never the process from before, even if the same second began it", () => {
  const next: StatusRecord = { ...RUN, pid: 11, since: at(100, 600) };
  assert.equal(progress(RESTART, RUN, RUN), "wait");
  assert.equal(progress(RESTART, { ...RUN, termSent: true }, RUN), "wait");
  assert.equal(progress(RESTART, next, RUN), "runCheck");
  // The pid came round again.
  assert.equal(progress(RESTART, { ...next, pid: 10 }, RUN), "runCheck");
  assert.equal(progress(RESTART, { ...next, want: "down" }, RUN), "wait"); // `u` was not read yet
  assert.equal(progress(RESTART, DOWN, DOWN), "wait");
});

test("term and try-restart: nothing to wait for in a service that is to be down", () => {
  assert.equal(progress(["t"], DOWN), "done");
  assert.equal(progress(["t", "c"], DOWN), "done");
  assert.equal(progress(["t"], { ...RUN, phase: "finish", pid: 0, want: "down" }), "wait");
});

test("pause and cont: nothing to wait for in a service that does not run", () => {
  assert.equal(progress(["p"], RUN), "wait");
  assert.equal(progress(["p"], { ...RUN, paused: true }), "done");
  assert.equal(progress(["c"], { ...RUN, paused: true }), "wait");
  assert.equal(progress(["p"], RESTING), "done");
});

test("check: in the state that was asked for last", () => {
  assert.equal(progress(["check"], RUN), "runCheck");
  assert.equal(progress(["check"], RESTING), "wait");
  assert.equal(progress(["check"], DOWN), "done");
  assert.equal(progress(["check"], { ...RUN, want: "down" }), "runCheck"); // once
  assert.equal(progress(["check"], { ...RUN, want: "down", termSent: true }), "wait");
  assert.equal(progress(["check"], { ...RUN, phase: "finish", want: "down" }), "wait");
});

test("sees that a service died by itself, and not where it was told to", () => {
  assert.equal(hasFailed(["u"], RESTING, RUN, RUN), true);
  assert.equal(hasFailed(RESTART, RESTING, RUN, RUN), false);
  assert.equal(hasFailed(RESTART, RESTING, { ...RUN, phase: "finish", pid: 12 }, RUN), false);
  assert.equal(hasFailed(RESTART, RESTING, { ...RUN, since: at(101) }, RUN), true);
  assert.equal(hasFailed(["u"], DOWN, RUN, RUN), false);
});

test("tells a service that rests from one that was just supervised", () => {
  assert.equal(isFoundResting(RESTING, at(90, 300_000_000)), true);
  assert.equal(isFoundResting(RESTING, at(90, 3_000_000)), false);
  assert.equal(hasRested({ ...RUN, since: at(91) }, RESTING), true);
  assert.equal(hasRested({ ...RUN, since: at(90, 5_000_000) }, RESTING), false);
  assert.equal(hasRested({ ...RUN, since: at(91) }, DOWN), false);
});

test("asks for the process wherever one has to run or to stop", () => {
  const rules = ["u", "o", "check", "t", "k", "p", "c", "d", "x", "h", "1"] as const;
  assert.deepEqual(
    rules.filter((rule) => asksForProcess([rule])),
    ["u", "o", "check", "t", "k", "p", "c"],
  );
});

test("asks only a start to last", () => {
  assert.deepEqual(
    (["u", "o", "t", "k", "check", "d", "h", "p", "c"] as const).filter((rule) =>
      mustLast([rule], RUN),
    ),
    ["u", "o", "t", "k", "check"],
  );
  assert.equal(mustLast(["u"], DOWN), false);
});

test("exit: knows another supervisor by what it writes", () => {
  const leaving: StatusRecord = { ...RUN, want: "down", termSent: true };
  assert.equal(isReplaced({ ...RESTING, since: at(102) }, leaving), true);
  assert.equal(isReplaced({ ...RUN, pid: 11, since: at(103) }, leaving), true);
  assert.equal(isReplaced({ ...DOWN, since: at(91) }, DOWN), true);
  assert.equal(isReplaced({ ...DOWN, since: at(101) }, leaving), false);
  assert.equal(isReplaced({ ...leaving, want: "up" }, leaving), false); // a client took it back
  assert.equal(isReplaced(RESTING, RUN), false); // the byte was not read yet
});

/** A supervisor on paper: reads bytes late, and its service dies whenever it likes. */
class PaperSupervisor {
  status: StatusRecord;
  queue: ControlByte[] = [];
  starts = 0;
  #clock = 200;

  constructor(want: "up" | "down", runs: boolean) {
    this.status = { ...DOWN, want };
    if (runs) this.#start();
  }

  turn(what: "read" | "die" | "start"): void {
    const { phase, want } = this.status;
    if (what === "start" && phase === "down" && want === "up") this.#start();
    if (what === "die" && phase === "run") this.#die();
    const byte = what === "read" ? this.queue.shift() : undefined;
    if (byte !== undefined) this.#obey(byte);
  }

  #obey(byte: ControlByte): void {
    if (byte === "u") this.status = { ...this.status, want: "up" };
    if (byte === "d" || byte === "o") this.status = { ...this.status, want: "down" };
    if ((byte === "u" || byte === "o") && this.status.phase === "down") this.#start();
    const ends = byte === "t" || byte === "d";
    if (ends && this.status.phase === "run") this.status = { ...this.status, termSent: true };
  }

  #start(): void {
    this.starts += 1;
    const since = at(this.#clock++);
    this.status = { ...this.status, phase: "run", pid: 10 + this.starts, since, termSent: false };
  }

  #die(): void {
    const since = at(this.#clock++);
    this.status = { ...this.status, phase: "down", pid: 0, since, termSent: false };
  }
}

const histories = fc.record({
  want: fc.constantFrom("up" as const, "down" as const),
  runs: fc.boolean(),
  bytes: fc.constantFrom<readonly ControlByte[]>(["t", "c", "u"], ["d"], ["o"], ["u"], ["t", "c"]),
  turns: fc.array(fc.constantFrom("read" as const, "die" as const, "start" as const)),
});

test("says done for nothing that was there before the bytes were read", () => {
  fc.assert(
    fc.property(histories, ({ want, runs, bytes, turns }) => {
      const paper = new PaperSupervisor(want, runs);
      const before = paper.status;
      const startsBefore = paper.starts;
      paper.queue.push(...bytes);
      for (const turn of turns) {
        const { status, starts, queue } = paper;
        if (evaluate(bytes, status, { before, failing: false }) !== "wait") {
          const isUp = status.phase === "run";
          if (bytes[0] === "t" && isUp) assert.ok(starts > startsBefore, "another process");
          if (bytes[0] === "t" && !isUp) assert.equal(status.want, "down");
          if (bytes.includes("u")) assert.ok(isUp && status.want === "up");
          if (bytes[0] === "d") assert.ok(!isUp && status.want === "down");
          if (bytes[0] === "o") assert.ok(want === "down" || queue.length === 0, "o was read");
          if (bytes[0] === "o") assert.ok(runs || starts > startsBefore, "it has been started");
        }
        paper.turn(turn);
      }
    }),
    { numRuns: 2_000 },
  );
});
