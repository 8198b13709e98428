/**
 * The cursor of posix.copyLines, its modes and its results. host/src/posix/lines.rs has the same
 * numbers; host/tests/surface.rs compares them.
 *
 * Pure: values in, values out.
 */

/**
 * The words of the cursor, each of 32 bits in the byte order of the machine. {@link LineCursor}
 * describes them.
 */
const WORD = { at: 0, end: 1, out: 2, limit: 3, mode: 4, lineEnd: 5 } as const;

/**
 * `whole` copies whole lines. `excerpt` copies at most `limit` bytes of each line, and ends a line
 * of `limit` bytes or more with `...`. `stop` copies nothing and returns at each selected line.
 */
export const MODE = { whole: 0, excerpt: 1, stop: 2 } as const;

/**
 * `done`: no line is left. `full`: the next line does not fit into `to`. `selected`: the line at
 * `at` is selected.
 */
export const RESULT = { done: 0, full: 1, selected: 2 } as const;

const WORD_MAX = 0xffff_ffff;

/** The lines that posix.copyLines is to copy, and how far it has come. */
export class LineCursor {
  readonly #words = new Uint32Array(Object.keys(WORD).length);

  /** As posix.copyLines takes it. */
  get buffer(): ArrayBuffer {
    return this.#words.buffer;
  }

  /** The offset of the next line in `from`. */
  get at(): number {
    return this.#words[WORD.at] ?? 0;
  }

  set at(at: number) {
    this.#words[WORD.at] = at;
  }

  /** Lines that end behind this offset in `from` are not copied. */
  set end(end: number) {
    this.#words[WORD.end] = end;
  }

  /** The offset in `to` of the next byte to write. */
  get out(): number {
    return this.#words[WORD.out] ?? 0;
  }

  set out(out: number) {
    this.#words[WORD.out] = out;
  }

  /** In mode `stop`, the offset behind the newline of the selected line. */
  get lineEnd(): number {
    return this.#words[WORD.lineEnd] ?? 0;
  }

  /**
   * Begins with the lines in `from[start..end)`; bytes behind the last newline are not a line.
   *
   * @param mode one of {@link MODE}
   * @param limit how many bytes of a line the rules see, and an excerpt has
   */
  begin(mode: number, start: number, end: number, limit: number): void {
    this.#words.set([start, end, 0, Math.min(limit, WORD_MAX), mode, 0]);
  }
}
