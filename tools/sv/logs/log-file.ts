/**
 * One file of a log directory. Once it has been opened it can be read also after svlogd has renamed
 * or deleted it. A compressed file is read through the program that decompresses it.
 */
import * as posix from "posix";
import { NEWLINE, NO_BYTES } from "../../../base/bytes.ts";
import { type ErrorCode, ignoring, isPosixError, reason } from "../../../base/errors.ts";
import { quoted } from "../../../base/quoted.ts";
import { tai64nLabel } from "../../../protocol/tai.ts";
import { type Decompressor, decompress, hasSucceeded } from "./decompress.ts";
import {
  firstLineFrom,
  firstLineFromIn,
  type LastNewlines,
  lastNewlines,
  lastNewlinesIn,
  type RandomFile,
} from "./find-lines.ts";
import { decompressorOf, labelOf, MAGIC_BYTES } from "./log-names.ts";

/** How much is read at a time. */
const READ_BYTES = 256 * 1_024;

/** A log that cannot be read; the message names the file and the reason. */
export class UnreadableLog extends Error {
  override readonly name = "UnreadableLog";
  readonly isDenied: boolean;

  constructor(path: string, problem: ErrorCode | string) {
    const isDenied = typeof problem === "object" && problem.code === "EACCES";
    const why = typeof problem === "string" ? problem : reason(problem);
    super(`unable to read ${quoted(path)}: ${why}${isDenied ? " (run as root)" : ""}`);
    this.isDenied = isDenied;
  }
}

interface OpenedFile {
  readonly fd: number;
  /** `undefined`: it is not compressed. */
  readonly program: string | undefined;
}

export class LogFile {
  readonly #directory: string;
  readonly #name: string;
  /** The time of its rotation; `undefined`: it is `current`. */
  readonly label: string | undefined;
  #opened: OpenedFile | "gone" | undefined;

  constructor(directory: string, name: string) {
    this.#directory = directory;
    this.#name = name;
    this.label = labelOf(name);
  }

  get path(): string {
    return `${this.#directory}/${this.#name}`;
  }

  /** {@link posix.Stat.id}; `undefined` if the file has gone. @throws {UnreadableLog} */
  get id(): string | undefined {
    return this.#stat()?.id;
  }

  /**
   * Bytes; of a compressed file `Infinity`, because only its end shows it.
   *
   * @throws {UnreadableLog}
   */
  get size(): number {
    if (this.#isCompressed) return Number.POSITIVE_INFINITY;
    return this.#stat()?.size ?? 0;
  }

  /** A time that no line is later than. @throws {UnreadableLog} */
  get lastLabel(): string {
    if (this.label !== undefined) return this.label;
    const { mtimeS = 0, mtimeNs = 0 } = this.#stat() ?? {};
    return tai64nLabel({ seconds: mtimeS, nanoseconds: mtimeNs });
  }

  /** Whether there is such a file. @throws {UnreadableLog} */
  open(): boolean {
    return this.#get() !== undefined;
  }

  close(): void {
    if (typeof this.#opened === "object") posix.close(this.#opened.fd);
    this.#opened = "gone";
  }

  /** See {@link lastNewlines}; of the first `end` bytes. @throws {UnreadableLog} */
  lastNewlines(end: number, count: number): LastNewlines {
    if (this.#isCompressed) return lastNewlinesIn(this.chunks(0, end), end, count);
    return lastNewlines(this.#random(), Math.min(end, this.size), count);
  }

  /** See {@link firstLineFrom}. @throws {UnreadableLog} */
  firstLineFrom(label: string): number | undefined {
    if (this.#isCompressed) return firstLineFromIn(this.chunks(0, this.size), label);
    return firstLineFrom(this.#random(), label);
  }

  /** Whether a line ends at `end`. Nobody compresses a file before it is whole. */
  endsInNewline(end: number): boolean {
    if (this.#isCompressed) return true;
    const last = this.#random().read(Math.min(end, this.size) - 1, 1);
    return last[0] === NEWLINE;
  }

  /**
   * The content from offset `start` to `end`, or to the end of the file if that comes first. Each
   * chunk is valid until the next one.
   *
   * @param blockBytes how much is read at a time
   * @throws {UnreadableLog}
   */
  *chunks(start: number, end: number, blockBytes = READ_BYTES): Generator<Uint8Array> {
    const opened = this.#get();
    if (opened === undefined) return;
    if (opened.program !== undefined) {
      yield* this.#decompressed(opened.program, start, end);
      return;
    }
    const buffer = new Uint8Array(Math.min(blockBytes, Math.max(0, this.size - start)));
    this.#must(() => posix.seek(opened.fd, start));
    for (let at = start; at < end; ) {
      const max = Math.min(buffer.length, end - at);
      const count = this.#must(() => posix.readInto(opened.fd, buffer, 0, max)) ?? 0;
      if (count === 0) return;
      at += count;
      yield buffer.subarray(0, count);
    }
  }

  *#decompressed(program: string, start: number, end: number): Generator<Uint8Array> {
    const { pid, output } = this.#start(program);
    try {
      for (let at = 0; at < end; ) {
        const bytes = this.#must(() => posix.read(output, READ_BYTES));
        if (bytes === undefined || bytes.length === 0) {
          if (hasSucceeded(pid)) return;
          throw new UnreadableLog(this.path, `${program} failed`);
        }
        const from = Math.max(0, start - at);
        if (from < bytes.length) yield bytes.subarray(from, Math.min(bytes.length, end - at));
        at += bytes.length;
      }
    } finally {
      posix.close(output); // a program that still writes gets SIGPIPE
    }
  }

  #start(program: string): Decompressor {
    const started = this.#must(() => decompress(program, this.#get()?.fd ?? -1));
    if (started !== undefined) return started;
    throw new UnreadableLog(this.path, `${program} is not installed`);
  }

  get #isCompressed(): boolean {
    return this.#get()?.program !== undefined;
  }

  #stat(): posix.Stat | undefined {
    const opened = this.#get();
    return opened && this.#must(() => posix.fstat(opened.fd));
  }

  #random(): RandomFile {
    const fd = this.#get()?.fd;
    const read = (offset: number, max: number): Uint8Array =>
      this.#must(() => {
        if (fd === undefined) return NO_BYTES;
        posix.seek(fd, offset);
        return posix.read(fd, max) ?? NO_BYTES;
      });
    return { size: this.size, read };
  }

  #get(): OpenedFile | undefined {
    this.#opened ??= this.#must(() => this.#openFirst());
    return this.#opened === "gone" ? undefined : this.#opened;
  }

  /** svlogd gives a rotated file its final name only when it is on the disk. */
  #openFirst(): OpenedFile | "gone" {
    const later = this.#name.endsWith(".u") ? [`${this.label}.s`] : [];
    for (const name of [this.#name, ...later]) {
      const path = `${this.#directory}/${name}`;
      const fd = this.#openFile(path);
      if (fd === undefined) continue;
      if ((posix.fstat(fd).mode & posix.S_IFMT) !== posix.S_IFREG) {
        posix.close(fd);
        throw new UnreadableLog(path, "not a regular file");
      }
      const start = this.label === undefined ? undefined : posix.read(fd, MAGIC_BYTES);
      return { fd, program: start && decompressorOf(start) };
    }
    return "gone";
  }

  /**
   * In a directory of somebody else this may be a FIFO, which must not block, or a link to a file
   * that only the reader of the log may read, and not whoever gets its lines: no logger makes one.
   */
  #openFile(path: string): number | undefined {
    const flags = posix.O_RDONLY | posix.O_NONBLOCK | posix.O_NOFOLLOW;
    try {
      return ignoring(["ENOENT"], () => posix.open(posix.AT_FDCWD, path, flags, 0));
    } catch (error) {
      if (!isPosixError(error, "ELOOP", "EMLINK")) throw error;
      throw new UnreadableLog(path, "not a regular file");
    }
  }

  #must<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      if (!isPosixError(error)) throw error;
      throw new UnreadableLog(this.path, error);
    }
  }
}
