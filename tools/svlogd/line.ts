/**
 * Puts lines together from what is read. What is complete is handed on as a whole; the beginning of a line
 * that is not complete waits, at the front of the buffer, unless it is long already: then what there is of it
 * goes on, and the rest follows as it comes.
 *
 * Pure: bytes in, their places out.
 */
import { NEWLINE } from "./bytes.ts";

/** A stretch of the buffer, and what it is. */
export type Portion =
  /** Complete lines; `carried`: the first began in an earlier read. */
  | {
      readonly is: "lines";
      readonly start: number;
      readonly end: number;
      readonly carried: boolean;
    }
  /** The beginning of a line, longer than is held. */
  | { readonly is: "head"; readonly start: number; readonly end: number; readonly carried: boolean }
  /** More of that line; with its newline where it `ends`. */
  | { readonly is: "rest"; readonly start: number; readonly end: number; readonly ends: boolean };

/** Room for a line that is held, at first; the buffer grows if a longer one comes. */
const HELD_BYTES = 65_536;

export class Lines {
  #bytes: Uint8Array;
  readonly #heldBytes: number;
  readonly #readBytes: number;
  /** Where the line that waits is: all that the last portions left. */
  #start = 0;
  #end = 0;
  /** A head has gone on, and not yet its newline. */
  #isOpen = false;

  /**
   * @param heldBytes a line of so many bytes is not held
   * @param readBytes how much room there is for a read, at least
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
    return this.#isOpen || this.#end > this.#start;
  }

  /** Whether the line that waits begins in what was read to `offset` and on. */
  startsAt(offset: number): boolean {
    return this.#start >= offset;
  }

  /** Moves what waits to the front, and makes room for a read. @returns where the next read goes */
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

  /** What the next `count` bytes, read to where {@link makeRoom} said, make of the buffer. */
  take(count: number): Portion[] {
    const portions: Portion[] = [];
    const carried = this.#end > 0;
    const end = this.#end + count;
    let start = 0;
    if (this.#isOpen) {
      const newline = this.#bytes.indexOf(NEWLINE);
      this.#isOpen = newline < 0 || newline >= end;
      start = this.#isOpen ? end : newline + 1;
      portions.push({ is: "rest", start: 0, end: start, ends: !this.#isOpen });
    }
    const last = end === 0 ? -1 : this.#bytes.lastIndexOf(NEWLINE, end - 1);
    if (last >= start) {
      portions.push({ is: "lines", start, end: last + 1, carried });
      start = last + 1;
    }
    if (end - start >= this.#heldBytes) {
      portions.push({ is: "head", start, end, carried: carried && start === 0 });
      this.#isOpen = true;
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
