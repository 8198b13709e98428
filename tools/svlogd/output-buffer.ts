/** Memory in which lines are put together before they are written. All directories share one. */
import { LineCursor } from "../../base/copy-lines.ts";
import type { LogDirectory } from "./log-directory.ts";

export class OutputBuffer {
  /** Its `out` is how many bytes are in the buffer. */
  readonly cursor: LineCursor = new LineCursor();
  readonly #size: number;
  #bytes: Uint8Array | undefined;

  /** @param size in bytes */
  constructor(size: number) {
    this.#size = size;
  }

  /** Allocated at first use: without stamps and rules, lines are written from the input buffer. */
  get bytes(): Uint8Array {
    this.#bytes ??= new Uint8Array(this.#size);
    return this.#bytes;
  }

  /** Adds bytes for `directory`. If there is no room, it writes the buffer first. */
  append(directory: LogDirectory, ...parts: readonly Uint8Array[]): void {
    const { bytes, cursor } = this;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (length > bytes.length - cursor.out) this.flush(directory);
    if (length > bytes.length) {
      for (const part of parts) directory.put(part, 0, part.length);
      return;
    }
    for (const part of parts) {
      bytes.set(part, cursor.out);
      cursor.out += part.length;
    }
  }

  /** Writes the bytes in the buffer. */
  flush(directory: LogDirectory): void {
    const length = this.cursor.out;
    if (length > 0) directory.put(this.bytes, 0, length);
    this.cursor.out = 0;
  }
}
