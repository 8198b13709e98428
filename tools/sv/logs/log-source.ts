/**
 * One log directory of a service, as `sv logs` prints it: the lines that were asked for, then what
 * is added.
 */
import { joined, NEWLINE, NO_BYTES } from "../../../base/bytes.ts";
import { FollowedLog } from "./followed-log.ts";
import { LINE_MAX, LogCursor } from "./log-cursor.ts";
import { listLog } from "./log-directory.ts";
import { type LogFile, UnreadableLog } from "./log-file.ts";
import { type FilePart, type Selection, select } from "./log-range.ts";

/** How much is read at a time, of all logs together and of one at least; bytes. */
const BLOCKS_BYTES = 1_048_576;
const BLOCK_BYTES = { least: 4_096, most: 262_144 } as const;
const LINE_END = Uint8Array.of(NEWLINE);

interface SourceOptions {
  /** Of the service. */
  readonly name: string;
  readonly directory: string;
  /** Precedes each line. */
  readonly prefix: Uint8Array;
  readonly selection: Selection;
  readonly isFollowed: boolean;
  /** Called with the message of a file that cannot be read; the others are read all the same. */
  readonly onUnreadable: (message: string) => void;
  /** Called when rotated files were deleted before they were read. */
  readonly onLost: () => void;
}

export class LogSource {
  readonly name: string;
  readonly directory: string;
  readonly prefix: Uint8Array;
  /** By its lines nobody can see which belong to the times that were asked for. */
  readonly lacksTimes: boolean;
  readonly #onUnreadable: (message: string) => void;
  readonly #parts: readonly FilePart<LogFile>[];
  readonly #followed: FollowedLog | undefined;
  /** The start of a line that has not ended. */
  #rest: Uint8Array = NO_BYTES;

  /** @throws {UnreadableLog} */
  constructor(options: SourceOptions) {
    const { directory, selection, isFollowed, onLost } = options;
    this.name = options.name;
    this.directory = directory;
    this.prefix = options.prefix;
    this.#onUnreadable = options.onUnreadable;
    const files = listLog(directory);
    const { rotated, current } = files;
    const all = current === undefined ? rotated : [...rotated, current];
    const { parts, lacksTimes } = select(all, selection);
    this.lacksTimes = lacksTimes;
    if (!isFollowed) {
      this.#parts = parts;
      return;
    }
    const { size = 0 } = current ?? {};
    const end = current?.lastNewlines(size, 1).offset ?? 0;
    this.#parts = parts.map((part) => (part.file === current ? { ...part, end } : part));
    this.#followed = new FollowedLog(directory, files, end, onLost);
  }

  /**
   * The lines that were asked for.
   *
   * @param order of this log among `count` logs
   */
  selected(order: number, count: number): LogCursor<LogSource> {
    const share = Math.max(BLOCK_BYTES.least, Math.min(BLOCK_BYTES.most, BLOCKS_BYTES / count));
    return new LogCursor<LogSource>(this, order, this.selectedBytes(Math.floor(share)));
  }

  /** The lines that were added since. */
  added(order: number): LogCursor<LogSource> {
    return new LogCursor<LogSource>(this, order, this.#addedLines());
  }

  /** The same, as they are in the files: in chunks, each valid until the next. */
  *selectedBytes(blockBytes: number = BLOCK_BYTES.most): Generator<Uint8Array> {
    for (const { file, start, end } of this.#parts) {
      yield* this.#readable(file.chunks(start, end, blockBytes));
      // The other one is still followed.
      if (this.#followed === undefined || file.label !== undefined) file.close();
    }
  }

  /** Closes all files; nothing is read any more. */
  close(): void {
    for (const { file } of this.#parts) file.close();
    this.#followed?.close();
  }

  *#addedLines(): Generator<Uint8Array> {
    for (const chunk of this.#readable(this.#followed?.read() ?? [])) {
      const text = joined(this.#rest, chunk);
      const stop = text.lastIndexOf(NEWLINE) + 1;
      if (stop > 0) yield text.subarray(0, stop);
      this.#rest = text.slice(stop);
      if (this.#rest.length < LINE_MAX) continue;
      yield joined(this.#rest, LINE_END);
      this.#rest = NO_BYTES;
    }
  }

  *#readable(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
    try {
      yield* chunks;
    } catch (error) {
      if (!(error instanceof UnreadableLog)) throw error;
      this.#onUnreadable(error.message);
    }
  }
}
