/**
 * The queue of a service's commands. The effect of a control byte on the process may have to wait
 * for a control script, control/BYTE, and scripts may hang. So signals wait in a queue and are sent
 * one after the other, in the sequence of their bytes, while everything else continues.
 * KILL does not queue: it ends the script that the queue waits for, and goes first.
 *
 * Pure: like service-machine.ts, which decides everything else about a service.
 * Source: runit 2.1.2, CUSTOMIZE CONTROL in runsv(8).
 */
import { type ControlByte, SIGNAL_OF } from "../protocol/control.ts";
import type { QueuedCommand, Service, ServiceEffect, Transition } from "./state.ts";

/** How many commands may wait for a script before commands of the same kind are merged. */
export const COMMAND_QUEUE_MAX = 256;

/**
 * Commands that ask a process to end: an exit after one of them is not a crash, and needs no
 * restart delay.
 */
const ENDING: readonly ControlByte[] = ["d", "x", "t", "k", "i", "q"];

const PUBLISH: ServiceEffect = { do: "publish" };

/** A control byte that sends a signal. */
type SignalByte = keyof typeof SIGNAL_OF;

/** Whether a command asks a process to end. */
export function asksForExit(byte: ControlByte): boolean {
  return ENDING.includes(byte);
}

/**
 * Whether a command that asks the process to end waits for a control script, which may itself have
 * ended the process.
 */
export function isAskedToEnd({ runningScript, commandQueue }: Service): boolean {
  if (runningScript === undefined && commandQueue.length === 0) return false;
  return [runningScript, ...commandQueue].some(
    (command) => isSignalByte(command) && asksForExit(command),
  );
}

/** Whether there is no process to signal, and none is about to start. */
export function hasNoTarget({ phase, starting, exited }: Service): boolean {
  if (phase === "run") return exited !== undefined;
  return starting === "idle" || starting === "held" || starting === "cancelled";
}

/** Whether ./run has a process that has not ended. */
export function hasRun({ phase, exited }: Service): boolean {
  return phase === "run" && exited === undefined;
}

/** Queues SIGTERM, and what follows it if the service is not wanted up. */
export function queueStop(now: Service): Transition {
  return runQueue(enqueue(now, "t", ...afterStop(now)));
}

/** Like {@link queueStop}, also for a service that returns after the stop: it may be paused. */
export function queueServiceStop(now: Service): Transition {
  return now.want === "up" ? runQueue(enqueue(now, "t", "resume")) : queueStop(now);
}

/** Queues the signal of a control byte. */
export function queueSignal(now: Service, byte: SignalByte): Transition {
  return runQueue(enqueue(now, byte));
}

/** Puts KILL ahead of the queue, and ends the script that holds the queue up. */
export function queueKill(now: Service): Transition {
  const scripts: ServiceEffect[] = now.role === "main" ? [{ do: "killScripts" }] : [];
  if ((now.phase === "finish" && now.pid !== 0) || now.leftovers) {
    return [now, [...scripts, { do: "signal", pid: now.pid, signal: "KILL" }]];
  }
  if (hasNoTarget(now) || now.runningScript === "k") return [now, scripts];
  const others = now.commandQueue.filter((command) => command !== "k");
  const [next, effects] = runQueue({ ...now, commandQueue: ["k", ...others] });
  return [next, [...scripts, ...effects]];
}

/** The commands after SIGTERM if the service is not wanted up. */
function afterStop({ role, want }: Service): QueuedCommand[] {
  if (want === "up") return [];
  const script = want === "down" ? "d" : "x";
  return role === "main" ? ["resume", script] : ["resume"]; // a log service has no scripts
}

/**
 * Keeps every byte up to {@link COMMAND_QUEUE_MAX} commands; beyond that, the last of a kind
 * replaces those before it, as with pending signals: a script that hangs for days must not fill the
 * memory.
 */
function enqueue(now: Service, ...commands: readonly QueuedCommand[]): Service {
  let commandQueue = now.commandQueue;
  for (const command of commands) {
    if (commandQueue.length >= COMMAND_QUEUE_MAX) {
      commandQueue = commandQueue.filter((queued) => queued !== command);
    }
    commandQueue = [...commandQueue, command];
  }
  return { ...now, commandQueue };
}

/** Carries out commands until one has to wait for its script, or for its process. */
export function runQueue(now: Service): Transition {
  const effects: ServiceEffect[] = [];
  let next = now;
  for (;;) {
    const command = next.commandQueue[0];
    const mustWait = command === undefined || next.runningScript !== undefined;
    const hasProcess = next.phase === "run" && next.exited === undefined;
    if (mustWait || (isSignal(command) && !hasProcess)) return [next, effects];
    next = { ...next, commandQueue: next.commandQueue.slice(1) };
    if (command === "resume") {
      effects.push({ do: "signal", pid: next.pid, signal: "CONT" });
    } else if (next.role === "main") {
      next = { ...next, runningScript: command };
      effects.push({ do: "script", byte: command });
    } else if (isSignalByte(command)) {
      const [signalled, more] = signal(next, command, false);
      next = signalled;
      effects.push(...more);
    }
  }
}

function isSignal(command: QueuedCommand): boolean {
  return command !== "d" && command !== "x";
}

/** Sends the signal of a control byte, unless the control script has vetoed it. */
export function signal(now: Service, byte: SignalByte, vetoed: boolean): Transition {
  const name = SIGNAL_OF[byte];
  const send: ServiceEffect[] = vetoed ? [] : [{ do: "signal", pid: now.pid, signal: name }];
  const exitRequested = now.exitRequested || (!vetoed && asksForExit(byte));
  if (byte === "t") {
    // A script that vetoes SIGTERM may stop the process in another way.
    if (vetoed) return [{ ...now, startRequested: true }, []];
    return [{ ...now, exitRequested, termSent: true }, [...send, PUBLISH]];
  }
  if (byte === "p" || byte === "c") return [{ ...now, paused: byte === "p" }, [...send, PUBLISH]];
  // After KILL, signals that are still queued for the process would only run scripts in vain.
  if (byte === "k" && !vetoed) return [withoutSignals({ ...now, exitRequested }), send];
  return [{ ...now, exitRequested }, send];
}

export function isSignalByte(command: Service["runningScript"]): command is SignalByte {
  return command !== undefined && Object.hasOwn(SIGNAL_OF, command);
}

/** Drops the signals in the queue, because their process has ended or will. */
export function withoutSignals(now: Service): Service {
  if (now.runningScript === undefined && now.commandQueue.length === 0) return now;
  const runningScript =
    now.runningScript !== undefined && now.runningScript !== "d" && now.runningScript !== "x"
      ? "targetGone"
      : now.runningScript;
  return {
    ...now,
    runningScript,
    commandQueue: now.commandQueue.filter((command) => !isSignal(command)),
  };
}
