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

export class Lines {
  readonly bytes: Uint8Array;
  readonly #heldBytes: number;
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
    this.bytes = new Uint8Array(heldBytes + readBytes);
  }

  /** Whether a line has begun and not ended. */
  get isInLine(): boolean {
    return this.#isOpen || this.#end > this.#start;
  }

  /** Whether the line that waits begins in what was read to `offset` and on. */
  startsAt(offset: number): boolean {
    return this.#start >= offset;
  }

  /** Moves what waits to the front. @returns where the next read goes */
  makeRoom(): number {
    if (this.#start > 0) {
      this.bytes.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
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
      const newline = this.bytes.indexOf(NEWLINE);
      this.#isOpen = newline < 0 || newline >= end;
      start = this.#isOpen ? end : newline + 1;
      portions.push({ is: "rest", start: 0, end: start, ends: !this.#isOpen });
    }
    const last = end === 0 ? -1 : this.bytes.lastIndexOf(NEWLINE, end - 1);
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
    this.bytes[this.makeRoom()] = NEWLINE;
    return this.take(1);
  }
}
