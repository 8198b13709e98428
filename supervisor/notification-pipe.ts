/**
 * The pipe of `notification-fd`. The supervisor reads it until the first newline; ./run gets an end
 * that is open for reading too, so that a report in the moment of a supervisor's death is neither
 * lost nor fatal: the next supervisor reopens the pipe through ./run. For the same reason the
 * newline stays in the pipe: a supervisor that dies before it has published the report leaves it to
 * the next one. Only on systems that have no tee(2) is it read, and may be lost.
 *
 * Source: s6, `notification-fd` of a service directory.
 */
import * as posix from "posix";
import { closeIgnoringErrors } from "../base/descriptors.ts";
import { ignoring, ignoringErrors, onPosixError, unlessExhausted } from "../base/errors.ts";
import type { Reactor } from "../base/reactor.ts";

const READ_BYTES = 4_096;
const NEWLINE = 0x0a;

/** The pipe as the adoption record has it: the descriptor of ./run, and the pipe's id. */
type RecordedPipe = readonly [descriptor: number, id: string];

export class NotificationPipe {
  /** The end of ./run, until it has been started. */
  #writer: number | undefined;
  #reader: number | undefined;
  readonly #reactor: Reactor;
  readonly id: string;
  #reported: () => void = () => {};

  private constructor(reader: number, writer: number | undefined, reactor: Reactor) {
    this.#reader = reader;
    this.#writer = writer;
    this.#reactor = reactor;
    this.id = posix.fstat(reader).id;
  }

  /** @throws {PosixError} */
  static make(reactor: Reactor): NotificationPipe {
    const [reader, end] = posix.pipe();
    let writer = end;
    try {
      posix.setNonBlocking(reader, true);
      writer = ignoring(["ENOENT", "EACCES"], () => openBothWays(end)) ?? end;
      if (writer !== end) posix.close(end);
      return new NotificationPipe(reader, writer, reactor);
    } catch (error) {
      for (const fd of new Set([reader, end, writer])) closeIgnoringErrors(fd);
      throw error;
    }
  }

  /**
   * The pipe of a process that a predecessor has started.
   *
   * @param kept the reading end, if this process had it before it re-execed
   * @returns `undefined` if the process has closed it
   * @throws {PosixError} the search failed now, and may succeed later
   */
  static reopen(
    pid: number,
    [descriptor, id]: RecordedPipe,
    kept: number | undefined,
    reactor: Reactor,
  ): NotificationPipe | undefined {
    if (kept !== undefined) return new NotificationPipe(kept, undefined, reactor);
    const path = `/proc/${pid}/fd/${descriptor}`;
    return unlessExhausted(() => {
      // Checks first, because the process may have another file there by now.
      if (posix.stat(posix.AT_FDCWD, path, 0)?.id !== id) return undefined;
      const reader = posix.open(posix.AT_FDCWD, path, posix.O_RDONLY | posix.O_NONBLOCK, 0);
      if (posix.fstat(reader).id === id) return new NotificationPipe(reader, undefined, reactor);
      posix.close(reader);
      return undefined;
    });
  }

  /** The end that ./run is to get. */
  get writer(): number | undefined {
    return this.#writer;
  }

  /** The end that this process reads, while it does. */
  get reader(): number | undefined {
    return this.#reader;
  }

  /** @param reported called at the first newline, after which the pipe is closed */
  watch(reported: () => void): void {
    if (this.#reader === undefined) return;
    this.#reported = reported;
    this.#reactor.onReadable(this.#reader, () => this.read());
  }

  /** Looks at the bytes that are there now. */
  read(): void {
    const reader = this.#reader;
    if (reader === undefined) return;
    const seen = ignoringErrors(() => peek(reader));
    const hasReported = seen?.includes(NEWLINE) === true;
    if (hasReported) this.#reported(); // publishes, before the pipe may lose its last reader
    if (hasReported || seen?.length === 0) this.close();
  }

  /** Closes the end of ./run in this process. */
  closeWriter(): void {
    if (this.#writer !== undefined) closeIgnoringErrors(this.#writer);
    this.#writer = undefined;
  }

  close(): void {
    this.closeWriter();
    if (this.#reader === undefined) return;
    this.#reactor.forget(this.#reader);
    closeIgnoringErrors(this.#reader);
    this.#reader = undefined;
  }
}

/**
 * The next bytes, which stay in the pipe if a newline is among them.
 *
 * @returns no bytes at the end of the pipe; `undefined` if there are none yet
 * @throws {PosixError}
 */
function peek(reader: number): Uint8Array | undefined {
  return onPosixError(
    () => {
      const copy = copyOf(reader);
      const isOfNoUse = copy !== undefined && copy.length > 0 && !copy.includes(NEWLINE);
      return isOfNoUse ? posix.read(reader, copy.length) : copy;
    },
    () => posix.read(reader, READ_BYTES), // better lost with this process than never seen
  );
}

/** @throws {PosixError} `ENOSYS` on systems other than Linux */
function copyOf(pipe: number): Uint8Array | undefined {
  const [from, to] = posix.pipe();
  try {
    const count = posix.tee(pipe, to, READ_BYTES);
    if (count === undefined) return undefined;
    return posix.read(count === 0 ? pipe : from, READ_BYTES); // the copy has no end to read
  } finally {
    closeIgnoringErrors(from);
    closeIgnoringErrors(to);
  }
}

/** @see proc_pid_fd(5) */
function openBothWays(writer: number): number {
  return posix.open(posix.AT_FDCWD, `/proc/self/fd/${writer}`, posix.O_RDWR, 0);
}
