/**
 * Decides when a supervisor can re-exec: no script is running, no effect is pending, and each
 * process has its adoption record. A process writes its record before its exec, so one that was
 * forked just now has none yet.
 */
import type { Reactor, Timer } from "../base/reactor.ts";
import type { HandedOverBytes } from "../protocol/handover.ts";
import type { PairState } from "./pair-machine.ts";
import type { Service } from "./state.ts";

/**
 * How often, and how many times, to look for the adoption record of a process that was just forked.
 */
const RECORD_LOOK_MS = 5;
const RECORD_LOOKS_MAX = 200;

/** The state that a supervisor hands over if this process re-execs. */
export interface HandoverState extends HandedOverBytes {
  readonly home: number;
  readonly locks: readonly number[];
  /** The FIFOs, by which other programs see that the supervisor is running. */
  readonly fifos: readonly number[];
}

/**
 * Whether nothing is in progress that the next program could not learn of. The files do not say
 * that the service is down because its supervisor is about to exit.
 */
export function isSettled({ main, log, closing }: PairState): boolean {
  return isIdle(main) && (log === undefined || isIdle(log)) && closing === undefined;
}

function isIdle({ starting, runningScript, commandQueue, leftovers }: Service): boolean {
  const isStarting = !["idle", "held", "waiting"].includes(starting);
  const isWaiting = runningScript !== undefined || leftovers;
  return !isStarting && !isWaiting && commandQueue.length === 0;
}

/** The two conditions of a re-exec. */
interface Reexecutable {
  readonly isSettled: boolean;
  readonly hasRecords: boolean;
}

/** A re-exec that has been requested and waits until it is possible. */
export class PendingReexec {
  readonly #supervisor: Reexecutable;
  readonly #reactor: Reactor;
  readonly #done: (isPossible: boolean) => void;
  #timer: Timer | undefined;

  /** @param done called once; with `false` if a process stays without an adoption record */
  constructor(supervisor: Reexecutable, reactor: Reactor, done: (isPossible: boolean) => void) {
    this.#supervisor = supervisor;
    this.#reactor = reactor;
    this.#done = done;
    this.look();
  }

  /**
   * Looks again after an event; from a timer, because other events that were read together with
   * that one are still to be handled.
   */
  look(): void {
    this.#lookAfter(0, RECORD_LOOKS_MAX);
  }

  close(): void {
    this.#timer?.cancel();
  }

  /** @param looks how many more times to look for a missing adoption record */
  #lookAfter(delayMs: number, looks: number): void {
    this.#timer?.cancel();
    this.#timer = this.#reactor.after(delayMs, () => {
      if (!this.#supervisor.isSettled) return; // the next event will look again
      if (this.#supervisor.hasRecords) this.#done(true);
      else if (looks > 0) this.#lookAfter(RECORD_LOOK_MS, looks - 1);
      else this.#done(false);
    });
  }
}
