/**
 * Ends a log service: the supervisor closes the writing end of the log pipe, and the log service
 * reads to the end. The end does not come while another process, such as a background child of
 * ./run, also has the writing end open.
 *
 * The supervisor keeps the reading end. It shows, even without /proc, whether anybody can still
 * write and whether there are bytes to read.
 */
import * as posix from "posix";
import { ignoringErrors } from "../base/errors.ts";
import { isReady } from "../base/poll-set.ts";
import type { Reactor, Timer } from "../base/reactor.ts";
import { openPipeEnd, type Pipe } from "./log-pipe.ts";

/** How long other processes may hold the pipe open. */
const GRACE_MS = 2_000;
/** How much longer the bytes that they wrote may wait to be read. */
const READ_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 100;

export class LogEnd {
  readonly #reader: number;
  readonly #id: string;
  readonly #reactor: Reactor;
  readonly #limitMs: number | undefined;
  #timer: Timer | undefined;

  /**
   * Closes the writing end of `pipe`, and takes over the reading end.
   *
   * @param limitMs the time that the log service has after the end of its input; `undefined`: no
   * limit
   * @param late called once, if the log service has to be stopped: with the pipe's id if another
   * process holds the pipe open beyond the grace, without it if the limit has expired
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
   * Restores the pipe, with both ends, because the exit was taken back.
   *
   * @returns `undefined` if the writing end cannot be opened again; then the reading end is closed
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
        // The log service has all the input that it will get, and may take its time.
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
