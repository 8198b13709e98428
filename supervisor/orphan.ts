/**
 * A process of a service that a predecessor started. It is usually not a child of this process, so
 * its exit is observed through a pidfd. The exit status comes from the kernel (Linux 6.15, once its
 * parent has reaped it), or from the parent if that is a runsvdir of runits; otherwise it is
 * unknown. It is a child if the predecessor was this same process before a re-exec.
 */
import * as posix from "posix";
import { ignoringErrors, onPosixError, unlessExhausted } from "../base/errors.ts";
import { identityOf } from "../base/process-identity.ts";
import type { Reactor, Timer } from "../base/reactor.ts";
import type { AdoptRecord } from "../protocol/adopt.ts";
import { signalGroup } from "./process-group.ts";

/** How long its parent may take to reap it before its exit status counts as unknown. */
const COLLECTED_WITHIN_MS = 200;
/** How often to look for the process if the system has no pidfd to wait for. */
const LOOK_EVERY_MS = 1_000;

export class Orphan {
  readonly pid: number;
  readonly #startTicks: number;
  readonly #reactor: Reactor;
  /** Its exit counts once it has an exit status, not once it has ended. */
  readonly #needsStatus: boolean;
  #isChild = false;
  #pidfd: number | undefined;
  #timer: Timer | undefined;
  #expectsWord = false;
  #finish: (end: posix.ProcessExit | undefined) => void = () => {};

  private constructor({ pid, startTicks }: AdoptRecord, needsStatus: boolean, reactor: Reactor) {
    this.pid = pid;
    this.#needsStatus = needsStatus;
    this.#startTicks = startTicks;
    this.#reactor = reactor;
  }

  /**
   * @param needsStatus whether the exit status is worth a short wait
   * @returns `undefined` if the recorded process is gone: another may have its pid by now
   * @throws {PosixError} the lookup failed now, and may succeed later
   */
  static find(record: AdoptRecord, needsStatus: boolean, reactor: Reactor): Orphan | undefined {
    const orphan = new Orphan(record, needsStatus, reactor);
    const sign = identityOf(record.pid);
    if (sign?.parent === posix.getpid() && sign.startTicks === record.startTicks) {
      orphan.#isChild = true; // no other process reaps it, so its pid stays valid
      return orphan;
    }
    // Opens the descriptor first: it pins the process, so that the check that follows is about the
    // same one.
    orphan.#pidfd = unlessExhausted(() => posix.pidfdOpen(record.pid));
    let isThere = false;
    try {
      isThere = orphan.#isThere();
    } finally {
      if (!isThere) orphan.close();
    }
    return isThere ? orphan : undefined;
  }

  /** Expects that the exit relay may report the exit, through {@link hear}. */
  expectWord(): void {
    this.#expectsWord = true;
  }

  /** Calls `ended` once, with the exit status, or `undefined` if it is unknown. */
  watch(ended: (end: posix.ProcessExit | undefined) => void): void {
    this.#finish = (end) => {
      this.close();
      ended(end);
    };
    const pidfd = this.#pidfd;
    if (this.#isChild) this.#reactor.onExit(this.pid, (exit) => this.#finish(exit));
    else if (pidfd === undefined) this.#lookAgain();
    else this.#reactor.onReadable(pidfd, () => this.#onEnd(pidfd));
  }

  /** Takes the exit status that the parent reported. */
  hear(end: posix.ProcessExit): void {
    this.#finish(end);
  }

  /** @param isForGroup for the whole process group, which the process leads */
  signal(signal: number, isForGroup: boolean): void {
    const pidfd = this.#pidfd;
    ignoringErrors(() => {
      if (isForGroup && this.#isThere()) signalGroup(this.pid, signal);
      else if (pidfd !== undefined) posix.pidfdSendSignal(pidfd, signal);
      else if (this.#isChild || this.#isThere()) posix.kill(this.pid, signal);
    });
  }

  close(): void {
    this.#timer?.cancel();
    if (this.#pidfd === undefined) return;
    this.#reactor.forget(this.#pidfd);
    posix.close(this.#pidfd);
    this.#pidfd = undefined;
  }

  /**
   * Whether the process exists. With a pidfd a zombie counts too if its exit status is still to be
   * reported.
   */
  #isThere(): boolean {
    const sign = identityOf(this.pid);
    if (sign?.startTicks !== this.#startTicks) return false;
    return (this.#pidfd !== undefined && this.#needsStatus) || !sign.isZombie;
  }

  #onEnd(pidfd: number): void {
    const told = exitOf(pidfd);
    const comesLater = told === "later" || (told === "never" && this.#expectsWord);
    if (typeof told === "object" || !comesLater || !this.#needsStatus) {
      this.#finish(typeof told === "object" ? told : undefined);
      return;
    }
    this.#reactor.onHangUp(pidfd, () => {
      this.#reactor.forget(pidfd);
      const end = exitOf(pidfd);
      if (typeof end === "object") this.#finish(end);
    });
    this.#timer = this.#reactor.after(COLLECTED_WITHIN_MS, () => this.#finish(undefined));
  }

  #lookAgain(): void {
    this.#timer = this.#reactor.after(LOOK_EVERY_MS, () => {
      // If the check fails, assume that the process has not ended.
      if (ignoringErrors(() => this.#isThere()) ?? true) this.#lookAgain();
      else this.#finish(undefined);
    });
  }
}

/**
 * The exit status; `later`: its parent has not reaped it; `never`: this kernel does not report it.
 */
function exitOf(pidfd: number): posix.ProcessExit | "later" | "never" {
  return onPosixError<posix.ProcessExit | "later" | "never">(
    () => posix.pidfdExit(pidfd) ?? "later",
    () => "never",
  );
}
