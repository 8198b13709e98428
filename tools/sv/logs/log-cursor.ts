/**
 * Reads one log line by line, and hands over lines in blocks that are as large as possible.
 *
 * Nothing is allocated for a line, because a merge may come here for each.
 *
 * Pure: bytes in, lines out.
 */
import { joined, NEWLINE, NO_BYTES } from "../../../base/bytes.ts";
import { firstTurn, isBefore, readTurn, type Turn } from "./turn.ts";

const ENDING = Uint8Array.of(NEWLINE);
/** A longer line is split: it would have to be in memory as a whole. Bytes. */
export const LINE_MAX = 1_048_576;
/** A block whose last lines have no stamps is taken line by line. */
const LAST_LINES = 8;
/** The last line of a block is looked at when so many lines of it were taken in a row. */
const FEW_LINES = 4;

export class LogCursor<Log> {
  readonly log: Log;
  /** The turn of the next line. */
  readonly turn: Turn;
  /** The lines that {@link take} took: `bytes[start..end)`, valid until {@link advance}. */
  bytes: Uint8Array = NO_BYTES;
  start = 0;
  end = 0;
  readonly #chunks: Iterator<Uint8Array>;
  #view = viewOf(NO_BYTES);
  /** The next line is `bytes[end..#lineEnd)`. */
  #lineEnd = 0;
  /** Behind the last whole line in `bytes`. */
  #stop = 0;
  /** The turn of the last line in `bytes`. */
  readonly #lastTurn: Turn;
  /** Whether that is known: the last lines have a stamp. `undefined`: nobody has looked. */
  #hasLastTurn: boolean | undefined;

  /** @param chunks each valid until the next; a last line without an end gets one */
  constructor(log: Log, order: number, chunks: Iterator<Uint8Array>) {
    this.log = log;
    this.turn = firstTurn(order);
    this.#lastTurn = firstTurn(order);
    this.#chunks = chunks;
  }

  /** The lines that {@link take} took, valid until {@link advance}. */
  get lines(): Uint8Array {
    return this.bytes.subarray(this.start, this.end);
  }

  /**
   * Reads the next line if {@link take} has taken all that were read.
   *
   * @returns `false` if there is none
   */
  advance(): boolean {
    return this.end < this.#stop || this.#fill();
  }

  /** Takes the next line, and those behind it that come before `rival`; all if there is none. */
  take(rival: Turn | undefined): void {
    this.start = this.end;
    if (rival === undefined) this.end = this.#stop;
    // Logs whose lines alternate need no look at the last line.
    else if (this.#passLines(rival, FEW_LINES)) {
      if (this.#isBlockBefore(rival)) this.end = this.#stop;
      else this.#passLines(rival, Number.POSITIVE_INFINITY);
    }
  }

  /**
   * Passes the next line, and those behind it that come before `rival`.
   *
   * @param most passes no more
   * @returns whether the next one comes before `rival`, too
   */
  #passLines(rival: Turn, most: number): boolean {
    const { bytes, turn } = this;
    const view = this.#view;
    const stop = this.#stop;
    let end = this.#lineEnd;
    let hasMore = true;
    for (let count = 0; hasMore && count < most; count += 1) {
      this.end = end;
      if (end === stop) return false;
      const start = end;
      end = bytes.indexOf(NEWLINE, start) + 1;
      readTurn(turn, bytes, view, start, end - 1);
      hasMore = isBefore(turn, rival);
    }
    this.#lineEnd = end;
    return hasMore;
  }

  /** Whether the last line of the block comes before `rival`: then all are taken to do. */
  #isBlockBefore(rival: Turn): boolean {
    this.#hasLastTurn ??= this.#readLastTurn();
    if (!this.#hasLastTurn || !isBefore(this.#lastTurn, rival)) return false;
    this.turn.set(this.#lastTurn);
    return true;
  }

  /** @returns whether one of the last lines has a stamp */
  #readLastTurn(): boolean {
    let stop = this.#stop;
    for (let count = 0; count < LAST_LINES && stop > this.end; count += 1) {
      const start = stop < 2 ? 0 : this.bytes.lastIndexOf(NEWLINE, stop - 2) + 1;
      if (readTurn(this.#lastTurn, this.bytes, this.#view, start, stop - 1)) return true;
      stop = start;
    }
    return false;
  }

  /** Reads on behind the whole lines. @returns `false` at the end of the log */
  #fill(): boolean {
    let rest: Uint8Array = this.bytes.slice(this.#stop);
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
      this.#begin(rest, stop);
      return true;
    }
    return false;
  }

  /** @param stop behind the last whole line in `bytes` */
  #begin(bytes: Uint8Array, stop: number): void {
    [this.bytes, this.start, this.end, this.#stop] = [bytes, 0, 0, stop];
    this.#view = viewOf(bytes);
    this.#hasLastTurn = undefined;
    this.#lineEnd = bytes.indexOf(NEWLINE) + 1;
    readTurn(this.turn, bytes, this.#view, 0, this.#lineEnd - 1);
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
