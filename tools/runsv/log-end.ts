/**
 * The end of a log service: its supervisor closes the writing end of the log pipe, and it reads to the end. That does not
 * come while another process, such as a background child of ./run, has the writing end open too.
 *
 * The supervisor keeps the reading end, by which it learns, also without /proc, whether somebody can still write and
 * whether there is something to be read.
 */
import * as posix from "posix";
import { unless } from "../../base/errors.ts";
import { isReady } from "../../base/poll-set.ts";
import type { Reactor, Timer } from "../../base/reactor.ts";
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
  #timer: Timer | undefined;

  /**
   * Closes the writing end of `pipe`, and takes the reading end over.
   *
   * @param held called once, with the pipe's id, if another process keeps it open beyond the grace
   */
  constructor({ reader, writer, id }: Pipe, reactor: Reactor, held: (id: string) => void) {
    this.#reader = reader;
    this.#id = id;
    this.#reactor = reactor;
    posix.close(writer);
    this.#lookAfter(GRACE_MS, READ_WITHIN_MS, held);
  }

  /**
   * The exit was taken back: the pipe as it was, with both ends.
   *
   * @returns `undefined` if it cannot be opened again; then it is closed
   */
  takeBack(): Pipe | undefined {
    const path = `/proc/self/fd/${this.#reader}`;
    const writer = unless([], () => openPipeEnd(path, posix.O_WRONLY));
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

  #lookAfter(delayMs: number, leftMs: number, held: (id: string) => void): void {
    this.#timer = this.#reactor.after(delayMs, () => {
      const isHungUp = isReady(this.#reader, 0);
      if (isHungUp) return; // the log service has all that it will get, and takes the time that it needs
      const hasMore = isReady(this.#reader, posix.POLLIN);
      if (hasMore && leftMs > 0) this.#lookAfter(LOOK_EVERY_MS, leftMs - LOOK_EVERY_MS, held);
      else held(this.#id);
    });
  }
}
