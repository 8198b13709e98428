/**
 * The log pipe as a supervisor holds it. To end the log service, the supervisor closes the writing
 * end, and the log service reads to the end. The end does not come while another process, such as a
 * background child of ./run, also has the writing end open.
 *
 * The supervisor keeps the reading end. It shows, even without /proc, whether anybody can still
 * write and whether there are bytes to read.
 */
import * as posix from "posix";
import { ignoringErrors } from "../base/errors.ts";
import { isReady } from "../base/poll-set.ts";
import type { Reactor, Timer } from "../base/reactor.ts";
import { makePipe, openPipeEnd, type Pipe } from "./log-pipe.ts";

/** How long other processes may hold the pipe open. */
const GRACE_MS = 2_000;
/** How much longer the bytes that they wrote may wait to be read. */
const READ_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 100;

/** Loaded once; a loaded part stays in the process. */
let pipeWriters: typeof import("../tools/runsv/pipe-writers.ts") | undefined;

/** Called with the reason why the log service has to be stopped, for a message. */
type Late = (reason: string) => void;

export class HeldLogPipe {
  readonly #reactor: Reactor;
  #pipe: Pipe | undefined;
  /** The writing end is closed. */
  #isEnding = false;
  #timer: Timer | undefined;

  constructor(pipe: Pipe, reactor: Reactor) {
    this.#pipe = pipe;
    this.#reactor = reactor;
  }

  /** The open pipe; `undefined` after {@link end}. */
  get pipe(): Pipe | undefined {
    return this.#isEnding ? undefined : this.#pipe;
  }

  /** It has bytes that the log service has not read. */
  get isUnread(): boolean {
    return this.#pipe !== undefined && isReady(this.#pipe.reader, posix.POLLIN);
  }

  /**
   * Opens the writing end again, because the exit was taken back; if that fails, makes a new pipe.
   *
   * @throws {PosixError} the system has no new pipe
   */
  open(): void {
    if (this.pipe !== undefined) return;
    this.#pipe = this.#reopened() ?? makePipe();
    this.#isEnding = false;
  }

  /**
   * Closes the writing end.
   *
   * @param timeoutMs the time that the log service has after the end of its input; `undefined`: no
   * limit
   * @param late called once, if the log service has to be stopped: another process holds the pipe
   * open beyond the grace, or the limit has expired
   */
  end(timeoutMs: number | undefined, late: Late): void {
    const { pipe } = this;
    if (pipe === undefined) return;
    posix.close(pipe.writer);
    this.#isEnding = true;
    this.#timer = this.#reactor.after(GRACE_MS, () => this.#look(pipe, timeoutMs, late));
  }

  close(): void {
    this.#timer?.cancel();
    const pipe = this.#pipe;
    if (pipe === undefined) return;
    if (!this.#isEnding) posix.close(pipe.writer);
    posix.close(pipe.reader);
    this.#pipe = undefined;
  }

  /** @returns `undefined` if the writing end cannot be opened; then the reading end is closed */
  #reopened(): Pipe | undefined {
    const pipe = this.#pipe;
    if (pipe === undefined) return undefined;
    const path = `/proc/self/fd/${pipe.reader}`;
    const writer = ignoringErrors(() => openPipeEnd(path, posix.O_WRONLY));
    if (writer === undefined) this.close();
    else this.#timer?.cancel();
    return writer === undefined ? undefined : { ...pipe, writer };
  }

  #look(pipe: Pipe, timeoutMs: number | undefined, late: Late, leftMs = READ_WITHIN_MS): void {
    if (isReady(pipe.reader, 0)) {
      // Nobody can write: the log service has all its input, and may take its time.
      if (timeoutMs === undefined) return;
      const remainingMs = Math.max(0, timeoutMs - GRACE_MS);
      this.#timer = this.#reactor.after(remainingMs, () =>
        late("log service has not ended by itself"),
      );
    } else if (isReady(pipe.reader, posix.POLLIN) && leftMs > 0) {
      this.#timer = this.#reactor.after(LOOK_EVERY_MS, () =>
        this.#look(pipe, timeoutMs, late, leftMs - LOOK_EVERY_MS),
      );
    } else {
      pipeWriters ??= posix.load(
        "runsv/pipe-writers",
      ) as typeof import("../tools/runsv/pipe-writers.ts");
      late(`log pipe is still open in ${pipeWriters.writersOf(pipe.id)}`);
    }
  }
}
