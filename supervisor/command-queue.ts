/**
 * The queue of a service's commands. The effect of a control byte on the process may have to wait
 * for a control script, control/BYTE, and scripts may hang. So signals are tasks in a queue,
 * carried out one after the other in the sequence of their bytes, while everything else continues.
 * KILL does not queue: it ends the script that the queue waits for, and goes first.
 *
 * Pure: like service-machine.ts, which decides everything else about a service.
 * Source: runit 2.1.2, CUSTOMIZE CONTROL in runsv(8).
 */
import { type ControlByte, SIGNAL_OF } from "../protocol/control.ts";
import type { Effect, Service, Step, Task } from "./state.ts";

/** How many tasks may wait for a script before tasks of the same kind are merged. */
export const QUEUE_MAX = 256;

/**
 * Commands that ask a process to end: an exit after one of them is not a crash, and needs no
 * restart delay.
 */
const ENDING: readonly ControlByte[] = ["d", "x", "t", "k", "i", "q"];

const PUBLISH: Effect = { do: "publish" };

/** A control byte that sends a signal. */
type SignalByte = keyof typeof SIGNAL_OF;

/** Whether a command asks a process to end. */
export function asksForExit(byte: ControlByte): boolean {
  return ENDING.includes(byte);
}

/** Whether there is no process to signal, and none is about to start. */
export function hasNoTarget({ phase, starting, exited }: Service): boolean {
  if (phase === "run") return exited !== undefined;
  return starting === "idle" || starting === "cancelled";
}

/** Queues SIGTERM, and what follows it if the service is not wanted up. */
export function queueStop(now: Service): Step {
  return work(enqueue(now, "t", ...afterStop(now)));
}

/** Queues the signal of a control byte. */
export function queueSignal(now: Service, byte: SignalByte): Step {
  return work(enqueue(now, byte));
}

/** Puts KILL ahead of the queue, and ends the script that holds the queue up. */
export function queueKill(now: Service): Step {
  const scripts: Effect[] = now.role === "main" ? [{ do: "killScripts" }] : [];
  if (now.phase === "finish" && now.pid !== 0) {
    return [now, [...scripts, { do: "signal", pid: now.pid, signal: "KILL" }]];
  }
  if (hasNoTarget(now) || now.doing === "k") return [now, scripts];
  const others = now.tasks.filter((task) => task !== "k");
  const [next, effects] = work({ ...now, tasks: ["k", ...others] });
  return [next, [...scripts, ...effects]];
}

/** The tasks after SIGTERM if the service is not wanted up. */
function afterStop({ role, want }: Service): Task[] {
  if (want === "up") return [];
  const script = want === "down" ? "d" : "x";
  return role === "main" ? ["resume", script] : ["resume"]; // a log service has no scripts
}

/**
 * Keeps every byte up to {@link QUEUE_MAX} tasks; beyond that, the last of a kind replaces those
 * before it, as with pending signals: a script that hangs for days must not fill the memory.
 */
function enqueue(now: Service, ...added: readonly Task[]): Service {
  let tasks = now.tasks;
  for (const task of added) {
    if (tasks.length >= QUEUE_MAX) tasks = tasks.filter((queued) => queued !== task);
    tasks = [...tasks, task];
  }
  return { ...now, tasks };
}

/** Carries out tasks until one has to wait for its script, or for its process. */
export function work(now: Service): Step {
  const effects: Effect[] = [];
  let next = now;
  for (;;) {
    const [task, ...rest] = next.tasks;
    const mustWait = task === undefined || next.doing !== undefined;
    const hasProcess = next.phase === "run" && next.exited === undefined;
    if (mustWait || (isSignal(task) && !hasProcess)) return [next, effects];
    next = { ...next, tasks: rest };
    if (task === "resume") {
      effects.push({ do: "signal", pid: next.pid, signal: "CONT" });
    } else if (next.role === "main") {
      next = { ...next, doing: task };
      effects.push({ do: "script", byte: task });
    } else if (isSignalByte(task)) {
      const [signalled, more] = signal(next, task, false);
      next = signalled;
      effects.push(...more);
    }
  }
}

function isSignal(task: Task): boolean {
  return task !== "d" && task !== "x";
}

/** Sends the signal of a control byte, unless the control script has vetoed it. */
export function signal(now: Service, byte: SignalByte, vetoed: boolean): Step {
  const name = SIGNAL_OF[byte];
  const send: Effect[] = vetoed ? [] : [{ do: "signal", pid: now.pid, signal: name }];
  const asked = now.asked || (!vetoed && asksForExit(byte));
  if (byte === "t")
    return vetoed ? [now, []] : [{ ...now, asked, termSent: true }, [...send, PUBLISH]];
  if (byte === "p" || byte === "c") return [{ ...now, paused: byte === "p" }, [...send, PUBLISH]];
  // After KILL, signals that are still queued for the process would only run scripts in vain.
  if (byte === "k" && !vetoed) return [withoutSignals({ ...now, asked }), send];
  return [{ ...now, asked }, send];
}

export function isSignalByte(task: Service["doing"]): task is SignalByte {
  return task !== undefined && Object.hasOwn(SIGNAL_OF, task);
}

/** Drops the signals in the queue, because their process has ended or will. */
export function withoutSignals(now: Service): Service {
  const doing =
    now.doing !== undefined && now.doing !== "d" && now.doing !== "x" ? "moot" : now.doing;
  return { ...now, doing, tasks: now.tasks.filter((task) => !isSignal(task)) };
}
