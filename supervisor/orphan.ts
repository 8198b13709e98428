/**
 * A process of a service that an earlier supervisor has started. Mostly it is no child of this process, so its end
 * is seen by a pidfd. How it ended is told by the kernel, where that can (Linux 6.15), once its parent has collected
 * it; or by that parent, where it is a runsvdir of ours; else it stays unknown. It is a child where the earlier
 * supervisor was this very process, and has become another program since.
 */
import * as posix from "posix";
import { ignoringErrors, isPosixError, unlessExhausted } from "../base/errors.ts";
import { identityOf } from "../base/process-identity.ts";
import type { Reactor, Timer } from "../base/reactor.ts";
import type { AdoptRecord } from "../protocol/adopt.ts";

/** How long its parent may take to collect it before how it ended counts as unknown. */
const COLLECTED_WITHIN_MS = 200;
/** How often to look for it where the system has no pidfd to wait for. */
const LOOK_EVERY_MS = 1_000;

export class Orphan {
  readonly pid: number;
  readonly #startTicks: number;
  readonly #reactor: Reactor;
  #isChild = false;
  #pidfd: number | undefined;
  #timer: Timer | undefined;
  #expectsWord = false;
  #finish: (end: posix.ProcessEnd | undefined) => void = () => {};

  private constructor({ pid, startTicks }: AdoptRecord, reactor: Reactor) {
    this.pid = pid;
    this.#startTicks = startTicks;
    this.#reactor = reactor;
  }

  /**
   * @returns `undefined` where the recorded process is gone: its number may be another's by now
   * @throws {PosixError} it cannot be told now
   */
  static find(record: AdoptRecord, reactor: Reactor): Orphan | undefined {
    const orphan = new Orphan(record, reactor);
    const sign = identityOf(record.pid);
    if (sign?.parent === posix.getpid() && sign.startTicks === record.startTicks) {
      orphan.#isChild = true; // nobody else collects it, so it stays what it is
      return orphan;
    }
    // The descriptor first: it holds on to the process, so that what is found out next is about the same one.
    orphan.#pidfd = unlessExhausted(() => posix.pidfdOpen(record.pid));
    let isThere = false;
    try {
      isThere = orphan.#isThere();
    } finally {
      if (!isThere) orphan.close();
    }
    return isThere ? orphan : undefined;
  }

  /** Somebody else may tell how it ended, by {@link hear}. */
  expectWord(): void {
    this.#expectsWord = true;
  }

  /** Calls `ended` once, with how it ended, or `undefined` where that cannot be told. */
  watch(ended: (end: posix.ProcessEnd | undefined) => void): void {
    this.#finish = (end) => {
      this.close();
      ended(end);
    };
    const pidfd = this.#pidfd;
    if (this.#isChild) this.#reactor.onExit(this.pid, (exit) => this.#finish(exit));
    else if (pidfd === undefined) this.#lookAgain();
    else this.#reactor.onReadable(pidfd, () => this.#onEnd(pidfd));
  }

  /** How it ended, from its parent. */
  hear(end: posix.ProcessEnd): void {
    this.#finish(end);
  }

  signal(signal: number): void {
    const pidfd = this.#pidfd;
    if (pidfd !== undefined) ignoringErrors(() => posix.pidfdSendSignal(pidfd, signal));
    else
      ignoringErrors(() => {
        if (this.#isChild || this.#isThere()) posix.kill(this.pid, signal);
      });
  }

  close(): void {
    this.#timer?.cancel();
    if (this.#pidfd === undefined) return;
    this.#reactor.forget(this.#pidfd);
    posix.close(this.#pidfd);
    this.#pidfd = undefined;
  }

  /** With a pidfd also while it is a zombie: its end is still to be heard of. */
  #isThere(): boolean {
    const sign = identityOf(this.pid);
    if (sign?.startTicks !== this.#startTicks) return false;
    return this.#pidfd !== undefined || !sign.isZombie;
  }

  #onEnd(pidfd: number): void {
    const told = exitOf(pidfd);
    if (typeof told === "object" || (told === "never" && !this.#expectsWord)) {
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
      // One that cannot be looked at now has not ended for all that is known.
      if (ignoringErrors(() => this.#isThere()) ?? true) this.#lookAgain();
      else this.#finish(undefined);
    });
  }
}

/** `later`: its parent has not collected it; `never`: this kernel does not tell. */
function exitOf(pidfd: number): posix.ProcessEnd | "later" | "never" {
  try {
    return posix.pidfdExit(pidfd) ?? "later";
  } catch (error) {
    if (!isPosixError(error)) throw error;
    return "never";
  }
}
