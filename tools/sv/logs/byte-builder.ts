/**
 * Bytes that are put together piece by piece.
 *
 * Pure: bytes in, bytes out.
 */

export class ByteBuilder {
  #memory: Uint8Array;
  #length = 0;

  /** @param expected the length for which memory is allocated at once, in bytes */
  constructor(expected: number) {
    this.#memory = new Uint8Array(expected);
  }

  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.#length);
  }

  put(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#memory.length) {
      const larger = new Uint8Array(length * 2);
      larger.set(this.bytes);
      this.#memory = larger;
    }
    this.#memory.set(bytes, this.#length);
    this.#length = length;
  }
}
