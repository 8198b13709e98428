/**
 * When an order is done: the status that sv must have seen before it prints `ok`.
 *
 * A byte waits in the FIFO until the supervisor reads it, so a status may be older than the byte
 * and only look like its effect. Therefore each rule asks, if it can, for something that only the
 * byte brings about: the want that it sets, or a start later than the one seen before.
 *
 * Pure: records in, progress out.
 * Source: runit 2.1.2, sv(8); the rules that differ from the original's are named below.
 */
import type { StatusRecord } from "../../protocol/status.ts";
import type { UnixTime } from "../../protocol/tai.ts";
import type { DoneRule } from "./commands.ts";

/**
 * `done`; `awaitReady`: done if the service is ready, or does not report that; `runCheck`: and if
 * ./check exits 0, or there is none; `wait`: not yet.
 */
type Progress = "done" | "awaitReady" | "runCheck" | "wait";

/** The state of one service during the wait. */
interface WaitState {
  /** The status before the bytes were sent. */
  readonly before: StatusRecord;
  /** The service has crashed; its next start has to last, see {@link mustLast}. */
  readonly failing: boolean;
}

/** The progress of all `rules` on the status `now`. */
export function evaluate(
  rules: readonly DoneRule[],
  now: StatusRecord,
  state: WaitState,
): Progress {
  let progress: Progress = "done";
  for (const rule of rules) {
    const one = evaluateRule(rule, now, state);
    if (one === "wait") return "wait";
    if (one !== "done" && progress !== "runCheck") progress = one;
  }
  return progress;
}

function evaluateRule(rule: DoneRule, now: StatusRecord, { before, failing }: WaitState): Progress {
  switch (rule) {
    case "u":
      return isStarted(now) && now.want === "up" ? "runCheck" : "wait";
    // The original does not look at what is wanted, and takes a service between two starts for
    // down.
    case "d":
      return isDown(now) && now.want === "down" ? "done" : "wait";
    // Running, or over already; a service that keeps failing has to last (the original: either way
    // ok).
    case "o":
      if (now.want !== "down") return "wait";
      if (now.pid !== 0) return "awaitReady";
      return isDown(now) && !failing && !isSameStart(now, before) ? "done" : "wait";
    case "x": // done when the supervisor has gone, which no status shows
      return "wait";
    case "p":
      return now.phase !== "run" || now.paused ? "done" : "wait";
    case "c":
      return now.phase !== "run" || !now.paused ? "done" : "wait";
    case "t":
    case "k":
      if (isDown(now) && now.want === "down") return "done"; // nothing to start again
      return isStarted(now) && !isSameStart(now, before) ? "runCheck" : "wait";
    case "h":
    case "a":
    case "i":
    case "q":
    case "1":
    case "2":
      return "done";
    case "check":
      return evaluateCheck(now);
  }
}

/**
 * Whether the service runs and was not sent TERM. A process that got TERM is about to end, whatever
 * is wanted now, so sv waits for the next one. The outcome is then the same each time that sv is
 * called.
 */
function isStarted(now: StatusRecord): boolean {
  return isRunning(now) && !now.termSent;
}

/** The service is in the state that was asked for last: up, down, or started once. */
function evaluateCheck(now: StatusRecord): Progress {
  if (now.want === "down" && isDown(now)) return "done";
  return isStarted(now) ? "runCheck" : "wait"; // wanted up, or started once
}

/**
 * Whether `now` shows a crash: the service waits for its next start. The next start has to last
 * before it counts; otherwise each start of a service that always crashes at once would count.
 */
export function hasFailed(
  rules: readonly DoneRule[],
  now: StatusRecord,
  previous: StatusRecord,
  before: StatusRecord,
): boolean {
  if (!isResting(now) || previous.phase === "down" || previous.termSent) return false;
  const isAsked = before.termSent || before.want === "down" || rules.some(endsProcess);
  // The time stays through ./finish, where TERM is forgotten.
  return !(isAsked && isSameTime(previous, before));
}

/** A service that has just got a supervisor is down no longer than this before its first start. */
const FRESH_MS = 50;
/** The restart delay is a second; a little less here, because of the clocks. */
const REST_MS = 900;

/** Whether the first status seen shows a service that waits for its next start after a crash. */
export function isFoundResting(found: StatusRecord, now: UnixTime): boolean {
  return isResting(found) && msBetween(found.since, now) >= FRESH_MS;
}

/** Whether the first status seen shows a service that has run for less than `lastingMs`. */
export function isFoundYoung(found: StatusRecord, now: UnixTime, lastingMs: number): boolean {
  return isRunning(found) && found.want === "up" && msBetween(found.since, now) < lastingMs;
}

/** Whether the service was in its restart delay before, as its next start shows. */
export function hasRested(now: StatusRecord, before: StatusRecord): boolean {
  return isResting(before) && isRunning(now) && msBetween(before.since, now.since) >= REST_MS;
}

/** Down although it is wanted up: before its first start, or in its restart delay. */
function isResting(now: StatusRecord): boolean {
  return isDown(now) && now.want === "up";
}

function msBetween(from: UnixTime, to: UnixTime): number {
  return (to.seconds - from.seconds) * 1_000 + (to.nanoseconds - from.nanoseconds) / 1_000_000;
}

/** Whether a service that was failing has to last before the order is done. */
export function mustLast(rules: readonly DoneRule[], now: StatusRecord): boolean {
  return now.phase === "run" && rules.some((rule) => endsProcess(rule) || bringsUp(rule));
}

/**
 * Whether the order asks about the process of the service, so that the record of one must be true.
 */
export function asksForProcess(rules: readonly DoneRule[]): boolean {
  return rules.some((rule) => bringsUp(rule) || endsProcess(rule) || rule === "p" || rule === "c");
}

/** Whether the order ends the process of the service, and then starts another one. */
export function endsProcess(rule: DoneRule): boolean {
  return rule === "t" || rule === "k";
}

function bringsUp(rule: DoneRule): boolean {
  return rule === "u" || rule === "o" || rule === "check";
}

/**
 * For `x`: whether `now` was written by another supervisor than `previous`, which was on its way
 * out. So sv notices an exit even if the next supervisor came too quickly for sv to see the gap. A
 * new supervisor shows by a new time, of a service that stays down or is wanted up again. A client
 * that takes the exit back changes the want and not the time.
 */
export function isReplaced(now: StatusRecord, previous: StatusRecord): boolean {
  if (previous.want !== "down" || isSameTime(now, previous)) return false;
  return now.want === "up" || (isDown(previous) && isDown(now));
}

function isDown(now: StatusRecord): boolean {
  return now.phase === "down" && now.pid === 0;
}

function isRunning(now: StatusRecord): boolean {
  return now.phase === "run" && now.pid !== 0;
}

/** The same process since the same moment. */
export function isSameStart(one: StatusRecord, other: StatusRecord): boolean {
  return one.pid === other.pid && isSameTime(one, other);
}

export function isSame(one: StatusRecord, other: StatusRecord): boolean {
  return (
    isSameStart(one, other) &&
    one.phase === other.phase &&
    one.want === other.want &&
    one.paused === other.paused &&
    one.termSent === other.termSent
  );
}

function isSameTime({ since: one }: StatusRecord, { since: other }: StatusRecord): boolean {
  return one.seconds === other.seconds && one.nanoseconds === other.nanoseconds;
}
