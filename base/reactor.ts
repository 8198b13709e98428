/**
 * Waits for everything that a tool serves; nothing else waits in a supervisor. A tool registers
 * callbacks for descriptors, signals, children and timers, and the reactor calls them one at a
 * time.
 *
 * Only `stop` ends it: the reactor reports an exception from a callback and goes on with the next.
 */
import * as posix from "posix";
import { isPosixError, reason } from "./errors.ts";
import { PollSet } from "./poll-set.ts";
import type { Signals } from "./signals.ts";
import { describe } from "./trace.ts";
import { writeStderr } from "./write-stderr.ts";

/** The pause after poll itself fails; otherwise the reactor would retry at once, forever. */
const POLL_FAILED_REST_MS = 1_000;
/** Timers due together run for at most this long before signals and descriptors get their turn. */
const TIMERS_MS = 20;
/**
 * The longest timeout that fits poll's int: 24 days; the reactor waits for a later time in steps.
 */
const POLL_LONGEST_MS = 0x7fff_ffff;

/** Returns milliseconds on a clock that is never set; all delays use it. */
export function monotonicMs(): number {
  const { seconds, nanoseconds } = posix.clockMonotonic();
  return seconds * 1_000 + nanoseconds / 1_000_000;
}

/** A callback that runs once; calling `cancel` again has no effect. */
export interface Timer {
  cancel(): void;
}

/** In place of a callback for a descriptor: an object that exists anyway needs no closure. */
export interface ReadyListener {
  onReady(): void;
}

/** In place of a callback for an exit, likewise. */
export interface ChildExitListener {
  onExit(exit: posix.ChildExit): void;
}

export type ExitCallback = ((exit: posix.ChildExit) => void) | ChildExitListener;

export function callOnExit(run: ExitCallback, exit: posix.ChildExit): void {
  if (typeof run === "function") run(exit);
  else run.onExit(exit);
}

interface Due {
  readonly atMs: number;
  /**
   * Cleared after the call: the object that keeps the timer is usually referenced by `run`, which
   * would keep it alive.
   */
  run: (() => void) | undefined;
}

export class Reactor {
  readonly #polled = new PollSet();
  readonly #onReady = new Map<number, (() => void) | ReadyListener>();
  readonly #onExit = new Map<number, ExitCallback>();
  readonly #onSignal = new Map<number, () => void>();
  #onStranger: ((exit: posix.ChildExit) => void) | undefined;
  readonly #due: Due[] = []; // the soonest first
  readonly #signals: Signals;
  #exitCode: number | undefined;

  /** @param signals the process's signals, which a forked child restores by {@link signals} */
  constructor(signals: Signals) {
    this.#signals = signals;
    this.onReadable(signals.fd, () => this.#takeSignals());
  }

  /** The signals that this reactor takes, for a child that must restore them. */
  get signals(): Signals {
    return this.#signals;
  }

  /** Calls `run` whenever `fd` is readable, has failed or has been hung up. */
  onReadable(fd: number, run: (() => void) | ReadyListener): void {
    this.#wait(fd, posix.POLLIN, run);
  }

  /** Calls `run` whenever `fd` is writable without blocking, or has failed. */
  onWritable(fd: number, run: () => void): void {
    this.#wait(fd, posix.POLLOUT, run);
  }

  /** Calls `run` when the other end of `fd` is closed (`POLLERR`, `POLLHUP`), but not for data. */
  onHangUp(fd: number, run: () => void): void {
    this.#wait(fd, 0, run);
  }

  /**
   * Ends {@link onReadable}, {@link onWritable} or {@link onHangUp}; call it before closing the
   * descriptor.
   */
  forget(fd: number): void {
    if (this.#onReady.delete(fd)) this.#polled.remove(fd);
  }

  /** Calls `run` when `signal` arrives; it must be one of the {@link Signals} taken. */
  onSignal(signal: number, run: () => void): void {
    this.#onSignal.set(signal, run);
  }

  /** Calls `run` with the exit of each child without a callback: a reparented orphan. */
  onReparentedExit(run: (exit: posix.ChildExit) => void): void {
    this.#onStranger = run;
  }

  /** Calls `run` once, with the child's exit. Children without a callback are reaped too. */
  onExit(pid: number, run: ExitCallback): void {
    this.#onExit.set(pid, run);
  }

  /** Calls `run` once, after `delayMs` milliseconds. */
  after(delayMs: number, run: () => void): Timer {
    const due: Due = { atMs: monotonicMs() + delayMs, run };
    let at = this.#due.length; // from the end: delays are alike, so a new timer is mostly last
    while (at > 0 && (this.#due[at - 1]?.atMs ?? 0) > due.atMs) at -= 1;
    this.#due.splice(at, 0, due);
    return {
      cancel: () => {
        const at = this.#due.indexOf(due);
        if (at >= 0) this.#due.splice(at, 1);
        due.run = undefined;
      },
    };
  }

  /** Makes {@link run} return `exitCode` after the current callback. */
  stop(exitCode: number): void {
    this.#exitCode = exitCode;
  }

  /**
   * Waits and calls back until `stop`.
   *
   * @returns the exit code passed to `stop`
   */
  run(): number {
    this.#collect(); // children that exited earlier, perhaps without a SIGCHLD to read
    while (this.#exitCode === undefined) {
      for (const fd of this.#ready()) {
        const ready = this.#onReady.get(fd); // an earlier callback of this turn may have removed it
        if (typeof ready === "function") this.#guard(ready);
        else if (ready !== undefined) this.#guard(() => ready.onReady());
        if (this.#exitCode !== undefined) return this.#exitCode;
      }
      this.#runDue();
    }
    return this.#exitCode;
  }

  #wait(fd: number, events: number, run: (() => void) | ReadyListener): void {
    this.forget(fd);
    this.#onReady.set(fd, run);
    this.#polled.add(fd, events);
  }

  #ready(): number[] {
    try {
      return this.#polled.wait(this.#timeoutMs());
    } catch (error) {
      if (isPosixError(error, "EINTR")) return [];
      if (!isPosixError(error)) throw error;
      writeStderr(`warning: unable to poll: ${reason(error)}\n`);
      posix.poll(new ArrayBuffer(0), 0, POLL_FAILED_REST_MS);
      return [];
    }
  }

  #timeoutMs(): number {
    const next = this.#due[0];
    if (next === undefined) return -1;
    return Math.min(Math.max(0, Math.ceil(next.atMs - monotonicMs())), POLL_LONGEST_MS);
  }

  #runDue(): void {
    if (this.#due.length === 0) return;
    const nowMs = monotonicMs(); // timers that the callbacks add run in the next turn
    do {
      const next = this.#due[0];
      if (next === undefined || next.atMs > nowMs || this.#exitCode !== undefined) return;
      this.#due.shift();
      const { run } = next;
      next.run = undefined;
      if (run !== undefined) this.#guard(run);
    } while (monotonicMs() - nowMs < TIMERS_MS);
  }

  /** Handles children last: one may have sent another signal before it exited. */
  #takeSignals(): void {
    const signals = this.#signals.read();
    for (const signal of signals) {
      const run = this.#onSignal.get(signal);
      if (run !== undefined) this.#guard(run);
    }
    if (signals.includes(posix.SIGCHLD)) this.#collect();
  }

  #collect(): void {
    for (;;) {
      const exit = posix.waitpid(-1);
      if (exit === undefined) return;
      const run = this.#onExit.get(exit.pid) ?? this.#onStranger;
      this.#onExit.delete(exit.pid);
      if (run !== undefined) this.#guard(() => callOnExit(run, exit));
    }
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      writeStderr(`${describe(error)}\n`);
    }
  }
}
