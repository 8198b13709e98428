/**
 * The decisions about the readiness of one run of ./run: whether it is ready, when ./check runs,
 * and when the process has to end because it did not become ready in time, failed its checks, or
 * missed its watchdog. If the service reports in several ways, it is ready once it has reported in
 * each of them.
 *
 * Nothing expires while the process is paused, or from its TERM on.
 *
 * Pure: no clock, no file, no process. Times are milliseconds on the monotonic clock.
 */
import type { ExitResult } from "../protocol/history.ts";
import type { NotifyMessage } from "../protocol/notify.ts";
import type {
  FoundReadiness,
  Misconduct,
  ReadinessEffect,
  ReadinessEvent,
  ReadinessRules,
  ReadinessState,
  ReadinessStep,
  Reporter,
} from "./readiness-state.ts";
import type { Moment } from "./state.ts";

/** The delay before the first ./check; it doubles up to the period until one succeeds. */
const FIRST_CHECK_MS = 50;
/** So many failures of ./check in a row make a service that was ready not ready. */
const UNREADY_FAILURES = 3;
/** A daemon can extend a time limit up to this multiple of the value in its file. */
export const EXTENSION_MAX = 10;

/** How long after a takeover a report that may have been lost counts as made. */
const ASSUMED_MS = 10_000;

const PUBLISH: ReadinessEffect = { do: "publish" };
const KILL_CHECK: ReadinessEffect = { do: "killCheck" };

export function newReadiness(rules: ReadinessRules, startedMs: number): ReadinessState {
  const { descriptor, senders, check, timeoutMs, watchdogMs } = rules;
  const awaited: Reporter[] = [];
  if (descriptor !== undefined) awaited.push("descriptor");
  if (senders !== undefined) awaited.push("socket");
  if (check !== undefined) awaited.push("check");
  const checkDelayMs = Math.min(FIRST_CHECK_MS, check?.periodMs ?? FIRST_CHECK_MS);
  return {
    rules,
    startedMs,
    awaited,
    readyAt: undefined,
    text: "",
    isReloading: false,
    isStopping: false,
    pausedAtMs: undefined,
    isChecking: false,
    checkAtMs: check === undefined ? undefined : startedMs + checkDelayMs,
    checkDelayMs,
    failures: 0,
    hasSucceeded: false,
    failedCheck: undefined,
    readyByMs: timeoutMs === undefined ? undefined : startedMs + timeoutMs,
    watchdogMs,
    watchdogAtMs: undefined,
    assumedAtMs: undefined,
  };
}

/** The readiness of a process that was taken over; its time limits begin anew. */
export function resumedReadiness(
  rules: ReadinessRules,
  { readyAt, text, mayHaveReported }: FoundReadiness,
  at: Moment,
): ReadinessState {
  const fresh = { ...newReadiness(rules, at.monotonicMs), text };
  if (readyAt !== undefined) {
    const checkDelayMs = rules.check?.periodMs ?? fresh.checkDelayMs;
    const ready = { ...fresh, ...becomeReady(fresh, at), readyAt, checkDelayMs };
    return { ...ready, awaited: [], hasSucceeded: true };
  }
  if (!mayHaveReported) return fresh;
  const assumedAtMs = at.monotonicMs + (rules.timeoutMs ?? ASSUMED_MS);
  return { ...fresh, assumedAtMs };
}

export function stepReadiness(now: ReadinessState, event: ReadinessEvent): ReadinessStep {
  switch (event.on) {
    case "newline":
      return report(now, "descriptor", event.at);
    case "message":
      return onMessage(now, event.message, event.at);
    case "checked":
      return onChecked(now, event.end, event.at);
    case "state":
      return onState(now, event);
    case "time":
      return onTime(now, event.at);
  }
}

/** The next time at which something is to happen; `undefined` if there is none. */
export function nextTimeMs(now: ReadinessState): number | undefined {
  if (!isActive(now)) return undefined;
  const { checkAtMs, readyByMs, watchdogAtMs, assumedAtMs } = now;
  const times = [checkAtMs, readyByMs, watchdogAtMs, assumedAtMs].filter((at) => at !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

function isActive({ isStopping, pausedAtMs }: ReadinessState): boolean {
  return !isStopping && pausedAtMs === undefined;
}

function report(now: ReadinessState, reporter: Reporter, at: Moment): ReadinessStep {
  if (now.isStopping || !now.awaited.includes(reporter)) return [now, []];
  const awaited = now.awaited.filter((one) => one !== reporter);
  const next: ReadinessState = { ...now, awaited };
  return awaited.length > 0 ? [next, []] : [{ ...next, ...becomeReady(next, at) }, [PUBLISH]];
}

function becomeReady({ watchdogMs }: ReadinessState, at: Moment): Partial<ReadinessState> {
  const watchdogAtMs = watchdogMs === undefined ? undefined : at.monotonicMs + watchdogMs;
  return { readyAt: at.unix, readyByMs: undefined, watchdogAtMs };
}

function onMessage(before: ReadinessState, message: NotifyMessage, at: Moment): ReadinessStep {
  const { text, watchdog, watchdogMs, extendMs } = message;
  let step: ReadinessStep = [before, []];
  if (text !== undefined && text !== before.text) {
    step = [{ ...before, text }, [{ do: "publishText" }]];
  }
  if (extendMs !== undefined) step = then(step, (now) => extend(now, extendMs, at.monotonicMs));
  if (watchdogMs !== undefined) step = then(step, (now) => [setWatchdog(now, watchdogMs, at), []]);
  if (message.isReloading) step = then(step, (now) => setReloading(now, true));
  if (message.isReady) {
    step = then(step, (now) => setReloading(now, false));
    step = then(step, (now) => report(now, "socket", at));
  }
  if (message.isStopping) step = then(step, stop);
  if (watchdog === "alive") step = then(step, (now) => [rewind(now, at.monotonicMs), []]);
  if (watchdog === "trigger") step = then(step, (now) => endProcess(now, "WATCHDOG=trigger"));
  return step;
}

function setReloading(now: ReadinessState, isReloading: boolean): ReadinessStep {
  if (now.isReloading === isReloading) return [now, []];
  return [{ ...now, isReloading }, [PUBLISH]];
}

function setWatchdog(now: ReadinessState, watchdogMs: number, at: Moment): ReadinessState {
  const next = { ...now, watchdogMs: watchdogMs === 0 ? undefined : watchdogMs };
  if (now.readyAt === undefined) return next;
  return rewind({ ...next, watchdogAtMs: at.monotonicMs }, at.monotonicMs);
}

/** Starts the time of the watchdog anew, if it runs. */
function rewind(now: ReadinessState, nowMs: number): ReadinessState {
  const { watchdogMs, watchdogAtMs } = now;
  if (watchdogAtMs === undefined) return now;
  return { ...now, watchdogAtMs: watchdogMs === undefined ? undefined : nowMs + watchdogMs };
}

/** Extends the time limit that runs at the moment: that of the start, or that of the stop. */
function extend(now: ReadinessState, byMs: number, nowMs: number): ReadinessStep {
  if (now.isStopping) return [now, [{ do: "extendKill", byMs }]];
  const { readyByMs, startedMs } = now;
  const { timeoutMs } = now.rules;
  if (readyByMs === undefined || timeoutMs === undefined) return [now, []];
  const latestMs = Math.max(readyByMs, startedMs + EXTENSION_MAX * timeoutMs);
  return [{ ...now, readyByMs: Math.min(Math.max(readyByMs, nowMs + byMs), latestMs) }, []];
}

function stop(now: ReadinessState): ReadinessStep {
  if (now.isStopping) return [now, []];
  const next: ReadinessState = {
    ...now,
    isStopping: true,
    readyAt: undefined,
    checkAtMs: undefined,
  };
  return [next, [PUBLISH, ...killCheck(now)]];
}

function killCheck({ isChecking }: ReadinessState): ReadinessEffect[] {
  return isChecking ? [KILL_CHECK] : [];
}

function endProcess(now: ReadinessState, because: Misconduct): ReadinessStep {
  if (!isActive(now)) return [now, []];
  return then(stop(now), (next) => [next, [{ do: "endProcess", because }]]);
}

function onChecked(before: ReadinessState, end: ExitResult | undefined, at: Moment): ReadinessStep {
  const idle: ReadinessState = { ...before, isChecking: false };
  const { check } = idle.rules;
  if (check === undefined || !isActive(idle)) return [idle, []];
  if (end === undefined) return [scheduled(idle, at), []]; // a pause that is over again
  const { periodMs, restartAfter = Number.POSITIVE_INFINITY } = check;
  const isGood = end.code === 0;
  const now: ReadinessState = { ...idle, failedCheck: isGood ? undefined : end };
  if (isGood) {
    const next = { ...now, failures: 0, hasSucceeded: true, checkDelayMs: periodMs };
    const [reported, effects] = report(scheduled(next, at), "check", at);
    return [reported, [...effects, ...publishedEnd(before, reported)]];
  }
  if (!now.hasSucceeded) {
    const checkDelayMs = Math.min(now.checkDelayMs * 2, periodMs);
    return [scheduled({ ...now, checkDelayMs }, at), publishedEnd(before, now)];
  }
  const failed = scheduled({ ...now, failures: now.failures + 1 }, at);
  if (failed.failures >= restartAfter) return endProcess(failed, "check-restart");
  if (failed.failures < UNREADY_FAILURES || failed.awaited.includes("check")) {
    return [failed, publishedEnd(before, now)];
  }
  const next: ReadinessState = {
    ...failed,
    awaited: [...failed.awaited, "check"],
    readyAt: undefined,
  };
  return [next, now.readyAt === undefined ? [] : [PUBLISH]];
}

/** Publishes how ./check failed, if it failed otherwise before; a service that is ready is. */
function publishedEnd(before: ReadinessState, now: ReadinessState): ReadinessEffect[] {
  const [former, latest] = [before.failedCheck, now.failedCheck];
  const isSame = former?.code === latest?.code && former?.status === latest?.status;
  return isSame || now.readyAt !== undefined ? [] : [{ do: "publishText" }];
}

function scheduled(now: ReadinessState, at: Moment): ReadinessState {
  return { ...now, checkAtMs: at.monotonicMs + now.checkDelayMs };
}

function onState(now: ReadinessState, event: ReadinessEvent & { on: "state" }): ReadinessStep {
  const nowMs = event.at.monotonicMs;
  if (event.termSent) return stop(now);
  if (event.paused) {
    if (now.pausedAtMs !== undefined) return [now, []];
    return [{ ...now, pausedAtMs: nowMs }, killCheck(now)];
  }
  if (now.pausedAtMs === undefined) return [now, []];
  const next = rewind({ ...now, pausedAtMs: undefined }, nowMs);
  const pausedMs = nowMs - now.pausedAtMs;
  const readyByMs = now.readyByMs === undefined ? undefined : now.readyByMs + pausedMs;
  const isDue = now.rules.check !== undefined && !now.isStopping && !now.isChecking;
  return [{ ...(isDue ? scheduled(next, event.at) : next), readyByMs }, []];
}

function onTime(now: ReadinessState, at: Moment): ReadinessStep {
  if (!isActive(now)) return [now, []];
  const isOver = (atMs: number | undefined) => atMs !== undefined && atMs <= at.monotonicMs;
  // Before timeout-ready, which ends at the same time.
  if (isOver(now.assumedAtMs)) return assume(now, at);
  if (isOver(now.readyByMs)) return endProcess(now, "timeout-ready");
  if (isOver(now.watchdogAtMs)) return endProcess(now, "watchdog");
  if (!isOver(now.checkAtMs) || now.isChecking) return [now, []];
  return [{ ...now, isChecking: true, checkAtMs: undefined }, [{ do: "runCheck" }]];
}

function assume(now: ReadinessState, at: Moment): ReadinessStep {
  const lost = now.awaited.filter((reporter) => reporter !== "check");
  const assumed: ReadinessStep = [
    { ...now, assumedAtMs: undefined },
    lost.length === 0 ? [] : [{ do: "assumeReport" }],
  ];
  return lost.reduce((step, one) => then(step, (next) => report(next, one, at)), assumed);
}

function then(
  [now, effects]: ReadinessStep,
  next: (now: ReadinessState) => ReadinessStep,
): ReadinessStep {
  const [last, more] = next(now);
  return [last, [...effects, ...more]];
}
