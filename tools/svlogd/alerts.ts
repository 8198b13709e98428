/**
 * Lines for standard error. If its reader does not keep up, they wait, and the input with them, but
 * svlogd still serves signals.
 */
import * as posix from "posix";
import { NEWLINE } from "../../base/bytes.ts";
import { isPosixError } from "../../base/errors.ts";
import { PollSet } from "../../base/poll-set.ts";
import type { Reactor } from "../../base/reactor.ts";
import { STDERR } from "../../base/report.ts";

/** A pipe that is writable takes so many bytes without waiting. POSIX.1, PIPE_BUF; Linux. */
const WRITE_BYTES = 4_096;

export class Alerts {
  readonly #reactor: Reactor;
  readonly #onDrained: () => void;
  readonly #set = new PollSet();
  #waiting: Uint8Array[] = [];

  /** @param onDrained called when no line waits any more */
  constructor(reactor: Reactor, onDrained: () => void) {
    this.#reactor = reactor;
    this.#onDrained = onDrained;
    this.#set.add(STDERR, posix.POLLOUT);
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  put(lines: Uint8Array): void {
    this.#waiting.push(lines);
    if (this.#waiting.length > 1 || this.#drain()) return;
    this.#reactor.onWritable(STDERR, () => {
      if (!this.#drain()) return;
      this.#reactor.forget(STDERR);
      this.#onDrained();
    });
  }

  /** @returns whether no line waits any more */
  #drain(): boolean {
    for (;;) {
      const lines = this.#waiting[0];
      if (lines === undefined) return true;
      const written = this.#write(lines.subarray(0, endOfWrite(lines)));
      if (written === undefined) return false;
      if (written === lines.length) this.#waiting.shift();
      else this.#waiting[0] = lines.subarray(written);
    }
  }

  /** @returns how many bytes are written or lost; `undefined` if the write would have to wait */
  #write(bytes: Uint8Array): number | undefined {
    try {
      if (this.#set.wait(0).length === 0) return undefined;
      return posix.write(STDERR, bytes);
    } catch (error) {
      if (!isPosixError(error)) throw error;
      return error.code === "EINTR" ? undefined : bytes.length; // the reader has gone
    }
  }
}

/**
 * The end of the whole lines that one write takes, so that lines of other writers do not come
 * between them; or of a part of a longer line.
 */
function endOfWrite(lines: Uint8Array): number {
  if (lines.length <= WRITE_BYTES) return lines.length;
  return lines.lastIndexOf(NEWLINE, WRITE_BYTES - 1) + 1 || WRITE_BYTES;
}
