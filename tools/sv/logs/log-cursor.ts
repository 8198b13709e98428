/**
 * Reads one log line by line, and hands over lines in blocks that are as large as possible.
 *
 * Pure: bytes in, lines out.
 */
import { joined, NEWLINE, NO_BYTES } from "../../../base/bytes.ts";
import { stampOf } from "./stamp.ts";

const ENDING = Uint8Array.of(NEWLINE);
/** A longer line is split: it would have to be in memory as a whole. Bytes. */
export const LINE_MAX = 1_048_576;
/** A block whose last lines have no stamps is taken line by line. */
const LAST_LINES = 8;
/** Later than any label. */
const LATE = "@~";

/** The time of a line, and which of two logs comes first at the same time. */
interface Turn {
  /** A TAI64N label; `""` before the first line with a stamp. */
  readonly label: string;
  readonly order: number;
}

export function isBefore(one: Turn, other: Turn): boolean {
  return one.label < other.label || (one.label === other.label && one.order < other.order);
}

export class LogCursor<Log> implements Turn {
  readonly log: Log;
  readonly order: number;
  label = "";
  readonly #chunks: Iterator<Uint8Array>;
  #bytes: Uint8Array = NO_BYTES;
  /** The next line is `#bytes[#at..#end)`. */
  #at = 0;
  #end = 0;
  /** Behind the last whole line in `#bytes`. */
  #stop = 0;
  #lastLabel: string | undefined;

  /** @param chunks each valid until the next; a last line without an end gets one */
  constructor(log: Log, order: number, chunks: Iterator<Uint8Array>) {
    this.log = log;
    this.order = order;
    this.#chunks = chunks;
  }

  /**
   * Reads the next line if {@link take} has taken all that were read.
   *
   * @returns `false` if there is none
   */
  advance(): boolean {
    return this.#at < this.#stop || this.#fill();
  }

  /**
   * Takes the next line, and those behind it that come before `rival`; all if there is none.
   *
   * @returns the lines, valid until the next {@link advance}
   */
  take(rival: Turn | undefined): Uint8Array {
    const from = this.#at;
    if (rival === undefined || this.#isBlockBefore(rival)) this.#at = this.#stop;
    else this.#passLines(rival);
    return this.#bytes.subarray(from, this.#at);
  }

  #passLines(rival: Turn): void {
    do {
      this.#at = this.#end;
      if (this.#at === this.#stop) return;
      this.#readLine();
    } while (isBefore(this, rival));
  }

  /** Whether the last line of the block comes before `rival`: then all are taken to do. */
  #isBlockBefore(rival: Turn): boolean {
    this.#lastLabel ??= this.#labelOfLast();
    if (!isBefore({ label: this.#lastLabel, order: this.order }, rival)) return false;
    this.label = this.#lastLabel;
    return true;
  }

  /** The label of the last line of the block, or a late one if it has none. */
  #labelOfLast(): string {
    let stop = this.#stop;
    for (let count = 0; count < LAST_LINES && stop > this.#at; count += 1) {
      const start = stop < 2 ? 0 : this.#bytes.lastIndexOf(NEWLINE, stop - 2) + 1;
      const stamp = stampOf(this.#bytes, start, stop - 1);
      if (stamp !== undefined) return stamp.label;
      stop = start;
    }
    return LATE;
  }

  #readLine(): void {
    this.#end = this.#bytes.indexOf(NEWLINE, this.#at) + 1;
    this.label = stampOf(this.#bytes, this.#at, this.#end - 1)?.label ?? this.label;
  }

  /** Reads on behind the whole lines. @returns `false` at the end of the log */
  #fill(): boolean {
    let rest: Uint8Array = this.#bytes.slice(this.#stop);
    for (let isEnd = false; !isEnd; ) {
      const { done = false, value } = this.#chunks.next();
      isEnd = done;
      if (!isEnd) rest = joined(rest, value);
      else if (rest.length > 0) rest = joined(rest, ENDING);
      let stop = rest.lastIndexOf(NEWLINE) + 1;
      if (stop === 0 && rest.length > LINE_MAX) {
        rest = joined(rest, ENDING);
        stop = rest.length;
      }
      if (stop === 0) {
        rest = rest.slice(); // the next chunk may replace this one in memory
        continue;
      }
      [this.#bytes, this.#at, this.#stop] = [rest, 0, stop];
      this.#lastLabel = undefined;
      this.#readLine();
      return true;
    }
    return false;
  }
}
