/**
 * The console of the machine. It may be a terminal that nobody reads, that hangs up when a getty
 * starts, or that does not exist: process 1 never waits for it, and keeps the last lines for it.
 */
import * as posix from "posix";
import { ignoringErrors, isPosixError } from "../../base/errors.ts";
import { isReady } from "../../base/poll-set.ts";
import type { Reactor, Timer } from "../../base/reactor.ts";
import { STDERR, STDIN, STDOUT } from "../../base/report.ts";

const PATH = "/dev/console";
const KEPT_LINES = 100;
const RETRY_MS = 5_000;

export class Console {
  readonly #reactor: Reactor;
  /** Lines that could not be written yet; the first may have been written in part. */
  readonly #kept: string[] = [];
  #fd: number | undefined;
  /** What makes the next attempt. */
  #awaited: number | Timer | undefined;

  constructor(reactor: Reactor) {
    this.#reactor = reactor;
  }

  /** Writes `- runit: TEXT`, at once or when the console takes it. */
  say(text: string): void {
    this.#kept.push(`- runit: ${text}\n`);
    if (this.#kept.length > KEPT_LINES) this.#kept.shift();
    if (this.#awaited === undefined) this.#flush();
  }

  /**
   * Makes the console standard input, output and error, which children inherit; without a console
   * they stay as they are. Opened anew, because a getty may have hung up the terminal since.
   */
  giveToChildren(): void {
    ignoringErrors(() => {
      const fd = open(posix.O_WRONLY);
      posix.setNonBlocking(fd, false);
      for (const standard of [STDIN, STDOUT, STDERR]) posix.dup2(fd, standard);
      if (fd > STDERR) posix.close(fd);
    });
  }

  /**
   * In a child: makes the console standard input, for reading too.
   *
   * @throws {PosixError} there is none
   */
  static giveInput(): void {
    const fd = open(posix.O_RDWR);
    posix.setNonBlocking(fd, false);
    posix.dup2(fd, STDIN);
    if (fd > STDERR) posix.close(fd);
  }

  #flush(): void {
    let isReopened = false;
    for (let line = this.#kept[0]; line !== undefined; line = this.#kept[0]) {
      const fd = this.#open();
      if (!isReady(fd, posix.POLLOUT)) {
        this.#await(fd);
        return;
      }
      try {
        const rest = line.slice(posix.write(fd, line) ?? 0);
        if (rest === "") this.#kept.shift();
        else this.#kept[0] = rest;
      } catch (error) {
        if (!isPosixError(error)) throw error;
        // The terminal has hung up, so it is opened anew, once.
        if (this.#fd === undefined || isReopened) {
          this.#awaitTime();
          return;
        }
        isReopened = true;
        posix.close(this.#fd);
        this.#fd = undefined;
      }
    }
  }

  #open(): number {
    this.#fd ??= ignoringErrors(() => open(posix.O_WRONLY));
    return this.#fd ?? STDERR;
  }

  #await(fd: number): void {
    this.#awaited = fd;
    this.#reactor.onWritable(fd, () => {
      this.#reactor.forget(fd);
      this.#again();
    });
  }

  #awaitTime(): void {
    this.#awaited = this.#reactor.after(RETRY_MS, () => this.#again());
  }

  #again(): void {
    this.#awaited = undefined;
    this.#flush();
  }
}

/** Never waits for a carrier. */
function open(flags: number): number {
  return posix.open(posix.AT_FDCWD, PATH, flags | posix.O_NONBLOCK, 0);
}
