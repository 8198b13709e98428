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
  /** Whether lines without a prefix are printed as they are, byte by byte. */
  readonly isPlain: boolean;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #style: LineStyle;
  readonly #clock: Clock | undefined;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  /** Copies into the buffer; its `out` is how much of that is filled. */
  readonly #cursor = new LineCursor();

  constructor(write: (bytes: Uint8Array) => void, style: LineStyle) {
    this.#write = write;
    this.#style = style;
    this.isPlain = !style.isQuoted && style.zone === undefined;
    this.#clock = style.zone && new Clock(style.zone);
    this.#cursor.begin(MODE.whole, 0, 0, 0);
  }

  /** Prints whole lines, `bytes[start..end)`, each after `prefix`; some only with {@link flush}. */
  print(prefix: Uint8Array, bytes: Uint8Array, start: number, end: number): void {
    if (this.isPlain) {
      this.#put(prefix, bytes, start, end);
      return;
    }
    const lines = bytes.subarray(start, end);
    const safe = this.#style.isQuoted ? forTerminal(lines) : lines;
    const timed = this.#clock === undefined ? safe : this.#withTimes(safe, this.#clock);
    this.#put(prefix, timed, 0, timed.length);
  }

  flush(): void {
    const { out } = this.#cursor;
    if (out > 0) this.#write(this.#buffer.subarray(0, out));
    this.#cursor.out = 0;
  }

  #put(prefix: Uint8Array, bytes: Uint8Array, start: number, end: number): void {
    if (prefix.length === 0 && end - start >= DIRECT_BYTES) {
      this.flush();
      this.#write(bytes.subarray(start, end));
      return;
    }
    const cursor = this.#cursor;
    cursor.at = start;
    cursor.end = end;
    while (posix.copyLines(cursor.buffer, bytes, this.#buffer, prefix, NO_BYTES) === RESULT.full) {
      if (cursor.out > 0) {
        this.flush();
        continue;
      }
      // The line alone is too long for the buffer.
      const { at } = cursor;
      cursor.at = bytes.indexOf(NEWLINE, at) + 1;
      this.#write(prefix);
      this.#write(bytes.subarray(at, cursor.at));
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
