/**
 * The only place that waits. A tool ties what it cares for to the reactor (descriptors, signals,
 * children, moments in time), and the reactor calls back, one thing after the other.
 *
 * Nothing ends it but `stop`: a callback that throws is reported, and the next one runs.
 */
import * as posix from "posix";
import { isPosixError, reason } from "./errors.ts";
import { PollSet } from "./poll-set.ts";
import type { Signals } from "./signals.ts";
import { tell } from "./tell.ts";
import { describe } from "./trace.ts";

/** After a failure of poll itself, which would otherwise be asked again at once, for ever. */
const POLL_FAILED_REST_MS = 1_000;
/** After so long a row of timers that are due together lets signals and descriptors have their turn. */
const TIMERS_MS = 20;
/** What poll's timeout, an int, has room for: 24 days; a later moment is waited for in steps. */
const POLL_LONGEST_MS = 0x7fff_ffff;

/** Milliseconds on a clock that is never set: what delays are counted on. */
export function monotonicMs(): number {
  const { seconds, nanoseconds } = posix.clockMonotonic();
  return seconds * 1_000 + nanoseconds / 1_000_000;
}

/** A callback that is due once; `cancel` as often as one likes. */
export interface Timer {
  cancel(): void;
}

interface Due {
  readonly atMs: number;
  /** Gone when it is over: whoever keeps the timer is most often what `run` is about, and would be kept by it. */
  run: (() => void) | undefined;
}

export class Reactor {
  readonly #polled = new PollSet();
  readonly #onReady = new Map<number, () => void>();
  readonly #onExit = new Map<number, (exit: posix.ChildExit) => void>();
  readonly #onSignal = new Map<number, () => void>();
  #onStranger: ((exit: posix.ChildExit) => void) | undefined;
  readonly #due: Due[] = []; // the soonest first
  readonly #signals: Signals;
  #exitCode: number | undefined;

  /** @param signals the process's; {@link signals} closes over them when a child is forked */
  constructor(signals: Signals) {
    this.#signals = signals;
    this.onReadable(signals.fd, () => this.#takeSignals());
  }

  /** The signals that this reactor takes, for a child that has to give them back. */
  get signals(): Signals {
    return this.#signals;
  }

  /** Calls `run` whenever `fd` is readable, or has failed or been hung up. */
  onReadable(fd: number, run: () => void): void {
    this.#wait(fd, posix.POLLIN, run);
  }

  /** Calls `run` whenever `fd` takes bytes without waiting, or has failed. */
  onWritable(fd: number, run: () => void): void {
    this.#wait(fd, posix.POLLOUT, run);
  }

  /** Calls `run` when the other side of `fd` is gone (`POLLERR`, `POLLHUP`), and not for data. */
  onHangUp(fd: number, run: () => void): void {
    this.#wait(fd, 0, run);
  }

  /** Ends what {@link onReadable}, {@link onWritable} or {@link onHangUp} began; before the descriptor is closed. */
  forget(fd: number): void {
    if (this.#onReady.delete(fd)) this.#polled.remove(fd);
  }

  /** Calls `run` when `signal` came; it must be one of the {@link Signals} taken. */
  onSignal(signal: number, run: () => void): void {
    this.#onSignal.set(signal, run);
  }

  /** Calls `run` with how children ended that nobody asked about: those that came by another's death. */
  onReparentedExit(run: (exit: posix.ChildExit) => void): void {
    this.#onStranger = run;
  }

  /** Calls `run` once, with how the child ended. Children that nobody asked about are collected all the same. */
  onExit(pid: number, run: (exit: posix.ChildExit) => void): void {
    this.#onExit.set(pid, run);
  }

  /** Calls `run` once, `delayMs` milliseconds from now. */
  after(delayMs: number, run: () => void): Timer {
    const due: Due = { atMs: monotonicMs() + delayMs, run };
    let at = this.#due.length; // from the end: delays are mostly alike, and the last one asked for is due last
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

  /** Ends {@link run} with `exitCode` once the callback at work is done. */
  stop(exitCode: number): void {
    this.#exitCode = exitCode;
  }

  /** Waits and calls back until `stop`. @returns the exit code that stop was given */
  run(): number {
    this.#collect(); // what has ended before this began, and was told to nobody
    while (this.#exitCode === undefined) {
      for (const fd of this.#ready()) {
        const ready = this.#onReady.get(fd); // an earlier callback of this turn may have ended it
        if (ready !== undefined) this.#guard(ready);
        if (this.#exitCode !== undefined) return this.#exitCode;
      }
      this.#runDue();
    }
    return this.#exitCode;
  }

  #wait(fd: number, events: number, run: () => void): void {
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
      tell(`warning: unable to poll: ${reason(error)}\n`);
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
    const nowMs = monotonicMs(); // what the callbacks add is for the next turn
    do {
      const next = this.#due[0];
      if (next === undefined || next.atMs > nowMs || this.#exitCode !== undefined) return;
      this.#due.shift();
      const { run } = next;
      next.run = undefined;
      if (run !== undefined) this.#guard(run);
    } while (monotonicMs() - nowMs < TIMERS_MS);
  }

  /** Children last: one may have sent another signal before it ended. */
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
      if (run !== undefined) this.#guard(() => run(exit));
    }
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      tell(`${describe(error)}\n`);
    }
  }
}
