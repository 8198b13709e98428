/**
 * The supervisor of a service that is at work already: an earlier runsvdir, which died, has started it, or somebody
 * by hand, or it is the one of a directory that was replaced and is still ending. Known by the reader of
 * supervise/control: held open for writing, that FIFO takes its commands and tells its end.
 */
import * as posix from "posix";
import type { Directory } from "../../base/directory.ts";
import { unless } from "../../base/errors.ts";
import type { Reactor, Timer } from "../../base/reactor.ts";
import { GO_OVER } from "../../protocol/control.ts";

/**
 * The kernel closes the FIFOs of a dying process before it frees its lock, and what the process was forking
 * has the lock until its exec: so the lock is looked at this often, and no more than so many times.
 */
const LOOK_EVERY_MS = 5;
const LOOKS_MAX = 200;

export class Incumbent {
  readonly #control: number;
  readonly #lock: number | undefined;
  readonly #reactor: Reactor;
  #timer: Timer | undefined;

  private constructor(control: number, lock: number | undefined, reactor: Reactor) {
    this.#control = control;
    this.#lock = lock;
    this.#reactor = reactor;
  }

  /** @returns `undefined` where nobody supervises the service `name` in `home` */
  static find(home: Directory, name: string, reactor: Reactor): Incumbent | undefined {
    const control = unless([], () => home.openWrite(`${name}/supervise/control`));
    if (control === undefined) return undefined;
    const mode = unless([], () => posix.fstat(control))?.mode ?? 0;
    if ((mode & posix.S_IFMT) === posix.S_IFIFO) {
      const lock = unless([], () => home.openWrite(`${name}/supervise/lock`));
      return new Incumbent(control, lock, reactor);
    }
    posix.close(control);
    return undefined;
  }

  /** Calls `run` once, when the supervisor has ended and its lock is free; closed by then. */
  onGone(run: () => void): void {
    this.#reactor.onHangUp(this.#control, () => {
      this.#reactor.forget(this.#control);
      this.#onceFree(LOOKS_MAX, run);
    });
  }

  /** Tells it to end the service and then itself. */
  terminate(): void {
    unless([], () => posix.write(this.#control, "x"));
  }

  /** Has it go over to the executable that is in its place; runit's pays no heed. */
  goOver(): void {
    unless([], () => posix.write(this.#control, GO_OVER));
  }

  close(): void {
    this.#reactor.forget(this.#control);
    posix.close(this.#control);
    if (this.#lock !== undefined) posix.close(this.#lock);
    this.#timer?.cancel();
  }

  /** Takes the lock, to give it back at once. */
  #onceFree(looks: number, run: () => void): void {
    const lock = this.#lock;
    const isHeld = lock !== undefined && !posix.flock(lock, posix.LOCK_EX | posix.LOCK_NB);
    if (isHeld && looks > 0) {
      this.#timer = this.#reactor.after(LOOK_EVERY_MS, () => this.#onceFree(looks - 1, run));
      return;
    }
    this.close();
    run();
  }
}
