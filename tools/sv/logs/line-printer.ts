/**
 * Prints log lines: with the name of their service if there are several, and with times that people
 * can read. In a pipe, lines go from memory to memory as they are.
 */
import * as posix from "posix";
import { bytesOf, NEWLINE, NO_BYTES } from "../../../base/bytes.ts";
import { LineCursor, MODE, RESULT } from "../../../base/copy-lines.ts";
import type { Paint } from "../words/style.ts";
import { ByteBuilder } from "./byte-builder.ts";
import { stampOf, timeOfLabel } from "./stamp.ts";
import { forTerminal } from "./terminal-text.ts";
import type { Zone } from "./time-words.ts";
import { Clock } from "./zone.ts";

const BUFFER_BYTES = 262_144;
/** A block of this size is not copied. */
const DIRECT_BYTES = 32_768;

interface LineStyle {
  /** Quotes control characters, because the output is a terminal. */
  readonly isQuoted: boolean;
  /** The zone of the times; `undefined`: they stay as they were logged. */
  readonly zone: Zone | undefined;
  readonly paint: Paint;
}

export class LinePrinter {
  readonly #write: (bytes: Uint8Array) => void;
  readonly #style: LineStyle;
  readonly #clock: Clock | undefined;
  readonly #cursor = new LineCursor();
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  /** How much of the buffer is filled. */
  #length = 0;

  constructor(write: (bytes: Uint8Array) => void, style: LineStyle) {
    this.#write = write;
    this.#style = style;
    this.#clock = style.zone && new Clock(style.zone);
  }

  /** Whether lines without a prefix are printed as they are, byte by byte. */
  get isPlain(): boolean {
    return !this.#style.isQuoted && this.#style.zone === undefined;
  }

  /** Prints whole lines, each after `prefix`; some only with {@link flush}. */
  print(prefix: Uint8Array, lines: Uint8Array): void {
    const { isQuoted } = this.#style;
    const safe = isQuoted ? forTerminal(lines) : lines;
    const timed = this.#clock === undefined ? safe : this.#withTimes(safe, this.#clock);
    if (prefix.length === 0 && timed.length >= DIRECT_BYTES) {
      this.flush();
      this.#write(timed);
    } else {
      this.#add(prefix, timed);
    }
  }

  flush(): void {
    if (this.#length > 0) this.#write(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
  }

  #add(prefix: Uint8Array, lines: Uint8Array): void {
    const cursor = this.#cursor;
    let at = 0;
    for (;;) {
      cursor.begin(MODE.whole, at, lines.length, 0);
      cursor.out = this.#length;
      const result = posix.copyLines(cursor.buffer, lines, this.#buffer, prefix, NO_BYTES);
      this.#length = cursor.out;
      if (result === RESULT.done) return;
      at = cursor.at;
      if (this.#length > 0) {
        this.flush();
        continue;
      }
      // The line alone is too long for the buffer.
      const end = lines.indexOf(NEWLINE, at) + 1;
      this.#write(prefix);
      this.#write(lines.subarray(at, end));
      at = end;
    }
  }

  /** Writes the time of each line anew; that within a line of JSON stays. */
  #withTimes(lines: Uint8Array, clock: Clock): Uint8Array {
    const builder = new ByteBuilder(lines.length * 2);
    for (let at = 0; at < lines.length; ) {
      const end = lines.indexOf(NEWLINE, at) + 1;
      const stamp = stampOf(lines, at, end - 1);
      if (stamp !== undefined && stamp.start === 0) {
        const text = clock.textOf(timeOfLabel(stamp.label));
        builder.put(bytesOf(this.#style.paint(text, "faint")));
        at += stamp.end;
      }
      builder.put(lines.subarray(at, end));
      at = end;
    }
    return builder.bytes;
  }
}
