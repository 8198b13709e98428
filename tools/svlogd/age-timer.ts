/**
 * Rotation by age. The time continues while no svlogd runs: it is counted from the last change of
 * the lock file, which nobody writes to.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import type { Reactor, Timer } from "../../base/reactor.ts";

interface TimerContext {
  /** The descriptor of the lock file. */
  readonly lock: number;
  /** How often to rotate. */
  readonly ageMs: number;
  readonly reactor: Reactor;
  /** Called when it is time to rotate. */
  readonly onAge: () => void;
}

export class AgeTimer {
  readonly #context: TimerContext;
  #timer: Timer;

  constructor(context: TimerContext) {
    this.#context = context;
    this.#timer = this.#after(leftMs(context));
  }

  cancel(): void {
    this.#timer.cancel();
  }

  #after(delayMs: number): Timer {
    const { lock, ageMs, reactor, onAge } = this.#context;
    return reactor.after(delayMs, () => {
      // This sets the time of the last change, and changes nothing else.
      ignoringErrors(() => posix.ftruncate(lock, posix.fstat(lock).size));
      onAge();
      this.#timer = this.#after(ageMs);
    });
  }
}

/** The time to the next rotation; the whole of it if the clock was set back. */
function leftMs({ lock, ageMs }: TimerContext): number {
  const { mtimeS, mtimeNs } = posix.fstat(lock);
  const now = posix.clockReal();
  const passedMs = (now.seconds - mtimeS) * 1_000 + (now.nanoseconds - mtimeNs) / 1e6;
  return passedMs < 0 ? ageMs : Math.max(0, ageMs - passedMs);
}
