/**
 * Splits the input into lines. Complete lines are passed on at once. The beginning of a line waits
 * in the buffer for its end, but a long line does not: its beginning is passed on, and the rest as
 * it comes.
 *
 * Invariant: 0 <= start <= end <= bytes.length, end - start < heldBytes, no newline in
 * bytes[start..end); isInLongLine implies start == end.
 *
 * Pure: bytes in, their places out.
 */
import { NEWLINE } from "../../base/bytes.ts";

/**
 * A kind of input, and its place in the buffer. `carried`: it begins with a line of an earlier
 * read.
 */
export type Portion =
  | {
      readonly is: "completeLines";
      readonly start: number;
      readonly end: number;
      readonly carried: boolean;
    }
  | {
      readonly is: "longLineStart";
      readonly start: number;
      readonly end: number;
      readonly carried: boolean;
    }
  /** With the newline if the line ends here. */
  | { readonly is: "longLineMore"; readonly start: number; readonly end: number };

/** The room for the beginning of a line, at first; the buffer grows for a longer one. */
const HELD_BYTES = 65_536;

export class Lines {
  #bytes: Uint8Array;
  readonly #heldBytes: number;
  readonly #readBytes: number;
  /** The beginning of a line that waits is in bytes[start..end). */
  #start = 0;
  #end = 0;
  /** A long line has begun, and its newline has not come. */
  #isInLongLine = false;

  /**
   * @param heldBytes a line of so many bytes or more is a long line
   * @param readBytes the least room for a read
   */
  constructor(heldBytes: number, readBytes: number) {
    this.#heldBytes = heldBytes;
    this.#readBytes = readBytes;
    this.#bytes = new Uint8Array(Math.min(heldBytes, HELD_BYTES) + readBytes);
  }

  /** The buffer; {@link makeRoom} may replace it. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Whether a line has begun and not ended. */
  get isInLine(): boolean {
    return this.#isInLongLine || this.#end > this.#start;
  }

  /** Whether the line that waits begins at `offset` or later. */
  startsAt(offset: number): boolean {
    return this.#start >= offset;
  }

  /**
   * Moves the beginning of a line to the front, and makes room for a read.
   *
   * @returns the offset for the next read
   */
  makeRoom(): number {
    if (this.#start > 0) {
      this.#bytes.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    const room = this.#end + this.#readBytes;
    if (room > this.#bytes.length) {
      const larger = new Uint8Array(room + Math.min(this.#end, this.#heldBytes - this.#end));
      larger.set(this.#bytes.subarray(0, this.#end));
      this.#bytes = larger;
    }
    return this.#end;
  }

  /** Splits the next `count` bytes, which are at the offset that {@link makeRoom} returned. */
  take(count: number): Portion[] {
    const portions: Portion[] = [];
    const carried = this.#end > 0;
    const end = this.#end + count;
    let start = 0;
    if (this.#isInLongLine) {
      const newline = this.#bytes.indexOf(NEWLINE);
      this.#isInLongLine = newline < 0 || newline >= end;
      start = this.#isInLongLine ? end : newline + 1;
      portions.push({ is: "longLineMore", start: 0, end: start });
    }
    const last = end === 0 ? -1 : this.#bytes.lastIndexOf(NEWLINE, end - 1);
    if (last >= start) {
      portions.push({ is: "completeLines", start, end: last + 1, carried });
      start = last + 1;
    }
    if (end - start >= this.#heldBytes) {
      portions.push({ is: "longLineStart", start, end, carried: carried && start === 0 });
      this.#isInLongLine = true;
      start = end;
    }
    this.#start = start;
    this.#end = end;
    return portions;
  }

  /** Ends a line that no newline has ended. */
  finish(): Portion[] {
    if (!this.isInLine) return [];
    const end = this.makeRoom();
    this.#bytes[end] = NEWLINE;
    return this.take(1);
  }
}
