/**
 * The supervisor of a service that is at work already: an earlier runsvdir, which died, has started it, or somebody
 * by hand, or it is the one of a directory that was replaced and is still ending. It holds supervise/lock, and reads
 * supervise/control: held open for writing, that FIFO takes its commands and tells its end.
 *
 * A user may own supervise/, to control that service. What is written here may reach no other one, so the FIFO has to be
 * in that directory itself, and be the supervisor's or the user's.
 */
import * as posix from "posix";
import type { Directory } from "../../base/directory.ts";
import { ignoringErrors } from "../../base/errors.ts";
import { isPrivate, openOwn } from "../../base/own-file.ts";
import type { Reactor, Timer } from "../../base/reactor.ts";
import { REEXEC } from "../../protocol/control.ts";

/**
 * The kernel closes the FIFOs of a dying process before it frees its lock, and what the process was forking
 * has the lock until its exec: so the lock is looked at this often, and no more than so many times.
 */
const LOOK_EVERY_MS = 5;
const LOOKS_MAX = 200;

export class ExistingSupervisor {
  readonly #control: number;
  readonly #lock: number;
  readonly #reactor: Reactor;
  #timer: Timer | undefined;

  private constructor(control: number, lock: number, reactor: Reactor) {
    this.#control = control;
    this.#lock = lock;
    this.#reactor = reactor;
  }

  /**
   * @returns `undefined` where nobody supervises the service `name` in `home`; `"unsure"` where the FIFO has a reader, and
   * the lock is free: a supervisor of version 0.1.0 frees it for a moment while it re-execs
   */
  static find(
    home: Directory,
    name: string,
    reactor: Reactor,
  ): ExistingSupervisor | "unsure" | undefined {
    const supervise = `${name}/supervise`;
    const control = open(home, `${supervise}/control`, posix.S_IFIFO);
    if (control === undefined) return undefined;
    const lock = open(home, `${supervise}/lock`, posix.S_IFREG);
    const mayBe = lock !== undefined && isOfSupervisor(control, home, supervise);
    if (mayBe && isHeld(lock)) return new ExistingSupervisor(control, lock, reactor);
    posix.close(control);
    if (lock !== undefined) posix.close(lock);
    return mayBe ? "unsure" : undefined;
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
    ignoringErrors(() => posix.write(this.#control, "x"));
  }

  /** Commands it to re-exec; runit's runsv ignores that. */
  reexec(): void {
    ignoringErrors(() => posix.write(this.#control, REEXEC));
  }

  close(): void {
    this.#reactor.forget(this.#control);
    posix.close(this.#control);
    posix.close(this.#lock);
    this.#timer?.cancel();
  }

  #onceFree(looks: number, run: () => void): void {
    if (looks > 0 && isHeld(this.#lock)) {
      this.#timer = this.#reactor.after(LOOK_EVERY_MS, () => this.#onceFree(looks - 1, run));
      return;
    }
    this.close();
    run();
  }
}

function open(home: Directory, path: string, type: number): number | undefined {
  return ignoringErrors(() => openOwn(home.fd, path, type, posix.O_WRONLY));
}

/** Takes the lock where it is free; to close it gives it back. */
function isHeld(lock: number): boolean {
  return ignoringErrors(() => posix.flock(lock, posix.LOCK_EX | posix.LOCK_NB)) === false;
}

/** Whether the supervisor has made the FIFO, or who may control the service; both may have been given it by chown(1). */
function isOfSupervisor(control: number, home: Directory, supervise: string): boolean {
  if (isPrivate(home.fd, `${supervise}/control`)) return true;
  const { uid } = posix.fstat(control);
  return uid === posix.geteuid() || uid === ignoringErrors(() => home.stat(supervise))?.uid;
}
