/**
 * The decisions of a supervisor about one service, main or log. `step` maps a service and an event
 * to the next service and the effects to carry out, in that order.
 *
 *              control u, o             ./run ends, ./finish is there
 *       down -----------------> run ------------------------------------> finish
 *        ^                       | ./run ends, no ./finish                  | ./finish ends
 *        |<----------------------+------------------------------------------+
 *        |  and up again if wanted: at once, or after a restart delay if ./run crashed early;
 *        |  restart-policy.ts says how long, and when the service has failed
 *
 * A control byte changes the want at once; command-queue.ts decides when it has its effect on the
 * process.
 *
 * Pure: no clock, no file, no process.
 * Source: runit 2.1.2, runsv(8); docs/differences.md lists the differences.
 */
import type { ControlByte } from "../protocol/control.ts";
import {
  hasNoTarget,
  hasRun,
  isAskedToEnd,
  isSignalByte,
  queueKill,
  queueServiceStop,
  queueSignal,
  queueStop,
  runQueue,
  signal,
  withoutSignals,
} from "./command-queue.ts";
import {
  onKillTimeoutExpired,
  onKillTimeoutExtended,
  onKillTimeoutSet,
  onUnhealthy,
} from "./forced-end.ts";
import { decideRestart, NO_CRASHES } from "./restart-policy.ts";
import { startsAfter } from "./restart-rule.ts";
import { withExit, withKillsCounted, withoutProblem } from "./run-exits.ts";
import type {
  ExitedEvent,
  Moment,
  Service,
  ServiceEffect,
  ServiceEvent,
  Transition,
} from "./state.ts";
import { wantAfter, withCommands } from "./want.ts";

/** The time before a failed fork is retried: the system has too many processes. */
export const FORK_RETRY_MS = 5_000;

/**
 * How long the exit of a process may wait for control/d or control/x, so that the script finds the
 * state of the stop that it follows, and ./finish finds the script done. A script that hangs must
 * not hold up the next start.
 */
export const SCRIPT_PATIENCE_MS = 5_000;

const PUBLISH: ServiceEffect = { do: "publish" };
const PUBLISH_NOW: ServiceEffect = { do: "publishNow" };

export function step(now: Service, event: ServiceEvent): Transition {
  switch (event.on) {
    case "initialized":
      return onInitialized(now);
    case "control":
      return onControl(now, event.byte, event.isHeld === true);
    case "stop":
      return hasRun(now) ? queueServiceStop(now) : [now, []];
    case "startHeld":
      return onStartHeld(now);
    case "startPermitted":
      return now.starting === "held" ? start({ ...now, starting: "idle" }) : [now, []];
    case "scriptExited":
      return event.byte === "u" ? onPrepared(now) : onScriptExited(now, event.vetoed);
    case "spawned":
      return onSpawned(now, event.pid, event.at);
    case "notSpawned":
      return onNotSpawned(now);
    case "exited":
      return onExited(now, event);
    case "memoryKillsCounted":
      return [withKillsCounted(now, event.kills), [PUBLISH]];
    case "inputLooked":
      return event.isUnread ? start(now) : [now, []];
    case "unhealthy":
      return onUnhealthy(now, event);
    case "groupEnded":
      return onGroupEnded(now);
    case "killTimeoutSet":
      return onKillTimeoutSet(now, event);
    case "killTimeoutExtended":
      return onKillTimeoutExtended(now, event);
    case "killTimeoutExpired":
      return onKillTimeoutExpired(now);
    case "restartTimerFired":
      return onRestartTimerFired(now);
  }
}

/** No process or script is running, and none is about to start. */
export function isFullyDown({
  phase,
  pid,
  starting,
  runningScript,
  commandQueue,
}: Service): boolean {
  const nothingRuns = phase === "down" && pid === 0 && starting === "idle";
  return nothingRuns && runningScript === undefined && commandQueue.length === 0;
}

/**
 * A process may exist already; see recovered-state.ts. Commands that were queued for it were lost
 * with the predecessor.
 */
function onInitialized(now: Service): Transition {
  if (isFinishDue(now)) return spawnFinish(now);
  if (now.want === "up") return start(now);
  // By a command that this supervisor has just read.
  const isStopped = now.termSent || now.runningScript !== undefined;
  const isStopLost = now.want === "exit" && now.phase === "run" && !isStopped;
  return isStopLost ? queueStop(now) : [now, []];
}

function onControl(now: Service, byte: ControlByte, isHeld: boolean): Transition {
  switch (byte) {
    case "u":
    case "o":
      return onStartRequested({ ...now, want: wantAfter(now, byte) });
    case "d":
    case "x":
      return onStopRequested({ ...now, want: wantAfter(now, byte) }, isHeld);
    case "t":
      return hasNoTarget(now) ? [now, []] : queueStop(now);
    case "k":
      return queueKill(now);
    default:
      return hasNoTarget(now) ? [now, []] : queueSignal(now, byte);
  }
}

/**
 * If the service is down, a start clears its crash history: whoever asks for it has dealt with the
 * cause. A start that is asked for after ./run has ended is not the restart policy's to refuse.
 */
function onStartRequested(now: Service): Transition {
  if (now.phase === "down" && now.pid === 0) {
    return publishThen(start({ ...now, crashes: NO_CRASHES, failed: false }));
  }
  const startRequested = now.startRequested || now.phase === "finish" || now.exited !== undefined;
  return publishThen(start({ ...now, startRequested }));
}

function onStopRequested(now: Service, isHeld: boolean): Transition {
  if (now.phase === "run" && isHeld) return [now, [PUBLISH]];
  if (now.phase === "run") return publishThen(queueStop(now));
  return publishThen(runQueue(cancelStart(now)));
}

/** The script of a queued command has ended. */
function onScriptExited(now: Service, vetoed: boolean): Transition {
  const script = now.runningScript;
  const free: Service = { ...now, runningScript: undefined };
  if (isSignalByte(script)) return then(signal(free, script, vetoed), runQueue);
  if (now.exited === undefined || now.leftovers) return runQueue(free);
  return then(afterExit(free, now.exited), runQueue);
}

/** Starts ./run if the service is down; control/u runs first. */
function start(now: Service): Transition {
  if (now.phase !== "down" || now.pid !== 0) return [now, []];
  switch (now.starting) {
    case "held":
    case "preparing":
    case "spawning":
      return [now, []];
    case "cancelled":
      return [{ ...now, starting: "preparing" }, []];
    case "waiting":
      return spawnRun(now);
    case "idle":
      if (now.role === "log") return spawnRun(now);
      return [{ ...now, starting: "preparing" }, [{ do: "script", byte: "u" }]];
  }
}

function spawnRun(now: Service): Transition {
  return [{ ...now, starting: "spawning" }, [{ do: "spawnRun" }]];
}

/** Cancels a start; signals that were queued for its process are dropped. */
function cancelStart(now: Service): Service {
  if (now.starting === "preparing") return { ...withoutSignals(now), starting: "cancelled" };
  const isPending = now.starting === "waiting" || now.starting === "held";
  return isPending ? { ...withoutSignals(now), starting: "idle" } : now;
}

/** A start that waits for other services has no process that signals could wait for. */
function onStartHeld(now: Service): Transition {
  const starting = now.starting === "preparing" ? "held" : "idle";
  const held: Service = { ...withoutSignals(now), starting };
  // Before the first run, the files say so already, and whoever depends on this one would look.
  return now.exits.count === 0 ? [held, []] : publishThen([held, []]);
}

function onPrepared(now: Service): Transition {
  if (now.starting === "preparing") return spawnRun(now);
  return [{ ...now, starting: now.starting === "cancelled" ? "idle" : now.starting }, []];
}

function onSpawned(now: Service, pid: number, at: Moment): Transition {
  const signals = { paused: false, termSent: false };
  // `since` stays that of the run.
  if (now.phase === "finish") return [{ ...now, ...signals, pid }, [PUBLISH]];
  return publishThen(
    runQueue({
      ...now,
      ...signals,
      pid,
      phase: "run",
      since: at.unix,
      startedMs: at.monotonicMs,
      exitRequested: false,
      startRequested: false,
      exits: withoutProblem(now.exits),
      starting: "idle",
    }),
  );
}

function onNotSpawned(now: Service): Transition {
  const starting = now.phase === "finish" ? now.starting : "waiting";
  return [{ ...now, starting }, [{ do: "startRestartTimer", delayMs: FORK_RETRY_MS }]];
}

function onExited(now: Service, event: ExitedEvent): Transition {
  const counted = now.phase === "run" && !event.isCounted ? withExit(now, event) : now;
  const asked = isAskedToEnd(now) ? { ...counted, startRequested: true } : counted;
  const commanded = withCommands(asked, event.commands);
  const exited = event.commands.length === 0 ? event : { ...event, commands: [] };
  if (now.phase === "run" && event.hasLeftovers) {
    const left: Service = { ...withoutSignals(commanded), exited, leftovers: true, termSent: true };
    const ended: Transition = [left, [PUBLISH, { do: "endGroup" }]];
    return event.commands.includes("k") ? then(ended, queueKill) : ended;
  }
  return afterGroup(commanded, exited);
}

function onGroupEnded(now: Service): Transition {
  if (!now.leftovers || now.exited === undefined) return [now, []];
  return then(afterGroup({ ...now, leftovers: false }, now.exited), runQueue);
}

/** Waits for the control script of a stop, unless there is none. */
function afterGroup(now: Service, exited: ExitedEvent): Transition {
  const isAwaited = now.phase === "run" && (now.runningScript === "d" || now.runningScript === "x");
  if (!isAwaited) return afterExit(now, exited);
  const waiting: Service = { ...now, exited, killAtMs: undefined };
  return [waiting, [PUBLISH, { do: "startRestartTimer", delayMs: SCRIPT_PATIENCE_MS }]];
}

/** Continues after the exit of a process. */
function afterExit(now: Service, event: ExitedEvent): Transition {
  const finishes = now.phase === "run" && event.hasFinish;
  const gone: Service = {
    ...withoutSignals(now),
    phase: finishes ? "finish" : "down",
    since: finishes ? now.since : event.at.unix,
    pid: 0,
    termSent: false,
    killAtMs: undefined,
    exited: undefined,
  };
  if (finishes) return then([gone, [PUBLISH_NOW]], spawnFinish);
  const down = onDown(gone, event);
  // ./run must find no record of ./finish. The record of the ./run before matches except for the
  // pid, and writing takes time.
  return [down[0], [now.phase === "finish" ? PUBLISH_NOW : PUBLISH, ...down[1]]];
}

function onDown(down: Service, event: ExitedEvent): Transition {
  if (down.want !== "up") return staysDown({ ...down, crashes: NO_CRASHES });
  if (down.exitRequested) return start({ ...down, crashes: NO_CRASHES });
  return onCrashed(down, event);
}

/** Handles the end of a service that is not started again. */
function staysDown(down: Service): Transition {
  const { role, exits } = down;
  if (role === "log" || !exits.isUnasked) return [down, []];
  return [{ ...down, exits: { ...exits, isFinal: true } }, [{ do: "endedForGood" }]];
}

/** Handles a crash: the service is down, is wanted up, and nobody asked for the exit. */
function onCrashed(down: Service, { restartPolicy, at }: ExitedEvent): Transition {
  if (!down.startRequested && !startsAfter(restartPolicy.rule, down.exits.last)) {
    return staysDown({ ...down, want: "down", crashes: NO_CRASHES });
  }
  const nowMs = at.monotonicMs;
  const times = { uptimeMs: nowMs - down.startedMs, nowMs };
  const { crashes, failed } = decideRestart(down.crashes, restartPolicy, times);
  const next: Service = { ...down, crashes };
  if (failed) {
    const failure: Service = { ...next, failed, want: "down" };
    const giveUp: ServiceEffect = { do: "giveUp", crashes: crashes.atMs.length };
    return then([failure, [giveUp]], staysDown);
  }
  const delayMs = crashes.restartDelayMs;
  return delayMs > 0 ? [next, [{ do: "startRestartTimer", delayMs }]] : start(next);
}

function onRestartTimerFired(now: Service): Transition {
  if (now.leftovers) return [now, []];
  if (now.exited !== undefined) return afterExit(now, now.exited);
  if (isFinishDue(now)) return spawnFinish(now);
  return now.want === "up" || now.starting === "waiting" ? start(now) : [now, []];
}

function isFinishDue({ phase, pid }: Service): boolean {
  return phase === "finish" && pid === 0;
}

function spawnFinish(now: Service): Transition {
  return [now, [{ do: "spawnFinish", end: now.exits.last }]];
}

function then([now, effects]: Transition, next: (now: Service) => Transition): Transition {
  const [last, more] = next(now);
  return [last, [...effects, ...more]];
}

/** By index, not by a pattern: see pair-machine.ts. */
function publishThen(transition: Transition): Transition {
  return [transition[0], [PUBLISH, ...transition[1]]];
}
