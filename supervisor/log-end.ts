/**
 * The end of a log service: its supervisor closes the writing end of the log pipe, and it reads to the end. That does not
 * come while another process, such as a background child of ./run, has the writing end open too.
 *
 * The supervisor keeps the reading end, by which it learns, also without /proc, whether somebody can still write and
 * whether there is something to be read.
 */
import * as posix from "posix";
import { ignoringErrors } from "../base/errors.ts";
import { isReady } from "../base/poll-set.ts";
import type { Reactor, Timer } from "../base/reactor.ts";
import { openPipeEnd, type Pipe } from "./log-pipe.ts";

/** How long other processes may keep the log service from its end. */
const GRACE_MS = 2_000;
/** How much longer what they have written may wait to be read. */
const READ_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 100;

export class LogEnd {
  readonly #reader: number;
  readonly #id: string;
  readonly #reactor: Reactor;
  readonly #limitMs: number | undefined;
  #timer: Timer | undefined;

  /**
   * Closes the writing end of `pipe`, and takes the reading end over.
   *
   * @param limitMs how long the log service may take when it has the end of its input; `undefined`: for ever
   * @param late called once, if the log service is to be ended: with the pipe's id if another process keeps that open beyond
   * the grace, and without if the limit is over
   */
  constructor(
    { reader, writer, id }: Pipe,
    reactor: Reactor,
    limitMs: number | undefined,
    late: (id: string | undefined) => void,
  ) {
    this.#limitMs = limitMs;
    this.#reader = reader;
    this.#id = id;
    this.#reactor = reactor;
    posix.close(writer);
    this.#lookAfter(GRACE_MS, READ_WITHIN_MS, late);
  }

  /**
   * The exit was taken back: the pipe as it was, with both ends.
   *
   * @returns `undefined` if it cannot be opened again; then it is closed
   */
  takeBack(): Pipe | undefined {
    const path = `/proc/self/fd/${this.#reader}`;
    const writer = ignoringErrors(() => openPipeEnd(path, posix.O_WRONLY));
    if (writer === undefined) {
      this.close();
      return undefined;
    }
    this.#timer?.cancel();
    return { reader: this.#reader, writer, id: this.#id };
  }

  close(): void {
    this.#timer?.cancel();
    posix.close(this.#reader);
  }

  #lookAfter(delayMs: number, leftMs: number, late: (id: string | undefined) => void): void {
    this.#timer = this.#reactor.after(delayMs, () => {
      const isHungUp = isReady(this.#reader, 0);
      if (isHungUp) {
        // The log service has all that it will get, and takes the time that it needs.
        if (this.#limitMs === undefined) return;
        const restMs = Math.max(0, this.#limitMs - GRACE_MS);
        this.#timer = this.#reactor.after(restMs, () => late(undefined));
        return;
      }
      const hasMore = isReady(this.#reader, posix.POLLIN);
      if (hasMore && leftMs > 0) this.#lookAfter(LOOK_EVERY_MS, leftMs - LOOK_EVERY_MS, late);
      else late(this.#id);
    });
  }
}
