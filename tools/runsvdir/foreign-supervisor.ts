/**
 * A service's supervisor that is already running: started by an earlier runsvdir that was killed,
 * or by hand, or the one of a replaced directory that is still exiting. It holds supervise/lock and
 * reads supervise/control: through that FIFO, held open for writing, runsvdir sends it commands and
 * notices its exit.
 *
 * A user may own supervise/, to control that service. A command must not reach another service's
 * supervisor, so the FIFO has to be in that directory itself, and belong to the supervisor or to
 * the user.
 */

import * as posix from "posix";
import type { Directory } from "../../base/directory.ts";
import { ignoringErrors, isPosixError, unlessExhausted } from "../../base/errors.ts";
import { isPrivate, openOwn } from "../../base/own-file.ts";
import type { Reactor, Timer } from "../../base/reactor.ts";

import { EXIT_FOR_GOOD, REEXEC } from "../../protocol/control.ts";
import { type SuperviseFile, superviseFile } from "../../protocol/service-directory.ts";

/**
 * The kernel closes the FIFOs of an exiting process before it frees the lock, and a child that it
 * was forking holds the lock until its exec. So the lock is checked at this interval, at most
 * `LOOKS_MAX` times.
 */
const LOOK_EVERY_MS = 5;
const LOOKS_MAX = 200;

export class ForeignSupervisor {
  /** The entry's name. */
  readonly name: string;
  readonly #control: number;
  readonly #lock: number;
  readonly #reactor: Reactor;
  #timer: Timer | undefined;

  private constructor(name: string, control: number, lock: number, reactor: Reactor) {
    this.name = name;
    this.#control = control;
    this.#lock = lock;
    this.#reactor = reactor;
  }

  /**
   * @returns `undefined` if the service `name` in `home` has no supervisor; `"unsure"` if that is
   * unknown for now, because a resource has run out, or the FIFO has a reader and the lock is free:
   * a supervisor of version 0.1.0 frees it for a moment during a re-exec
   */
  static find(
    home: Directory,
    name: string,
    reactor: Reactor,
  ): ForeignSupervisor | "unsure" | undefined {
    const supervise = `${name}/supervise`;
    const opened: number[] = [];
    const openFile = (file: SuperviseFile, type: number): number | undefined => {
      const fd = open(home, superviseFile(supervise, file), type);
      if (fd !== undefined) opened.push(fd);
      return fd;
    };
    let found: ForeignSupervisor | "unsure" | undefined;
    try {
      const control = openFile("control", posix.S_IFIFO);
      const lock = control === undefined ? undefined : openFile("lock", posix.S_IFREG);
      if (control !== undefined && lock !== undefined && isOfSupervisor(control, home, supervise)) {
        found = isHeld(lock) ? new ForeignSupervisor(name, control, lock, reactor) : "unsure";
      }
    } catch (error) {
      if (!isPosixError(error)) throw error;
      found = "unsure";
    }
    if (!(found instanceof ForeignSupervisor)) for (const fd of opened) posix.close(fd);
    return found;
  }

  /**
   * Calls `run` once, when the supervisor has exited and freed its lock; this object is closed by
   * then.
   */
  onGone(run: () => void): void {
    this.#reactor.onHangUp(this.#control, () => {
      this.#reactor.forget(this.#control);
      this.#onceFree(LOOKS_MAX, run);
    });
  }

  /** Commands it to stop the service and exit. */
  terminate(): void {
    ignoringErrors(() => posix.write(this.#control, "x"));
  }

  /** Commands it to exit, and to obey no start until then; runit's runsv obeys the `x` alone. */
  stopForGood(): void {
    ignoringErrors(() => posix.write(this.#control, `${EXIT_FOR_GOOD}x`));
  }

  /** Commands it to re-exec; runit's runsv ignores that. */
  reexec(): void {
    ignoringErrors(() => posix.write(this.#control, REEXEC));
  }

  /** For a child of the scanner: closes the descriptors. */
  closeInChild(): void {
    posix.close(this.#control);
    posix.close(this.#lock);
  }

  close(): void {
    this.#reactor.forget(this.#control);
    this.closeInChild();
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

/** @throws {PosixError} a resource has run out */
function open(home: Directory, path: string, type: number): number | undefined {
  return unlessExhausted(() => {
    // Most services have none when runsvdir starts, and an open that fails costs more.
    const isThere = posix.stat(home.fd, path, posix.AT_SYMLINK_NOFOLLOW) !== undefined;
    return isThere ? openOwn(home.fd, path, type, posix.O_WRONLY) : undefined;
  });
}

/**
 * Whether another process holds the lock. If not, this takes it; closing the descriptor frees it.
 */
function isHeld(lock: number): boolean {
  return ignoringErrors(() => posix.flock(lock, posix.LOCK_EX | posix.LOCK_NB)) === false;
}

/**
 * Whether the FIFO belongs to the supervisor's user, or to the user who may control the service;
 * either may own it by a chown(1).
 */
function isOfSupervisor(control: number, home: Directory, supervise: string): boolean {
  if (isPrivate(home.fd, superviseFile(supervise, "control"))) return true;
  const { uid } = posix.fstat(control);
  return uid === posix.geteuid() || uid === ignoringErrors(() => home.stat(supervise))?.uid;
}
