/**
 * Bytes that could not be written yet, in their order.
 *
 * Pure: bytes in, bytes out.
 */

export class WaitingBytes {
  #chunks: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The chunk to write next. */
  get first(): Uint8Array | undefined {
    return this.#chunks[0];
  }

  /** Adds a copy. */
  push(bytes: Uint8Array): void {
    this.#chunks.push(bytes.slice());
    this.#length += bytes.length;
  }

  /** Removes bytes that have been written from the first chunk. */
  drop(count: number): void {
    const { first } = this;
    if (first === undefined) return;
    this.#length -= count;
    if (count < first.length) this.#chunks[0] = first.subarray(count);
    else this.#chunks.shift();
  }
}
