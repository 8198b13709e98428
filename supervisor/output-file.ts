/**
 * supervise/output: the last bytes that a service with `keep-output` has written. The file grows to
 * twice that size before it is replaced by its end, so that most output costs one write.
 */
import * as posix from "posix";
import { bytesOf, joined, NO_BYTES } from "../base/bytes.ts";
import { closeIgnoringErrors } from "../base/descriptors.ts";
import type { Directory } from "../base/directory.ts";
import { ignoringErrors } from "../base/errors.ts";
import { type SuperviseFile, superviseFile } from "../protocol/service-directory.ts";

const NAME: SuperviseFile = "output";
export const OUTPUT_PATH: string = superviseFile("supervise", NAME);
const FRESH = `${OUTPUT_PATH}.new`;
/** As much of the output is always there. */
const KEPT_BYTES = 8_192;
const FILE_MAX_BYTES = 2 * KEPT_BYTES;
/** A service may write passwords, and a user may read `supervise/`. */
const MODE = 0o600;

export class OutputFile {
  readonly #home: Directory;
  #fd: number | undefined;
  #size = 0;

  constructor(home: Directory) {
    this.#home = home;
  }

  /**
   * Adds the bytes at the end; what a predecessor has kept stays before them.
   *
   * @throws {PosixError} they are not kept, or only a part of them
   */
  add(bytes: Uint8Array): void {
    const fd = this.#fd;
    if (fd === undefined || this.#size + bytes.length > FILE_MAX_BYTES) this.#replace(bytes);
    else this.#size += posix.write(fd, bytes) ?? 0;
  }

  close(): void {
    if (this.#fd !== undefined) closeIgnoringErrors(this.#fd);
    this.#fd = undefined;
  }

  #replace(bytes: Uint8Array): void {
    const former = bytes.length < KEPT_BYTES ? this.#former() : NO_BYTES;
    const end = joined(former, bytes).subarray(-KEPT_BYTES);
    this.close();
    const { fd: home } = this.#home;
    const fd = this.#home.createAnew(FRESH, MODE);
    try {
      this.#size = posix.write(fd, end) ?? 0;
      posix.rename(home, FRESH, home, OUTPUT_PATH);
      this.#fd = fd;
    } catch (error) {
      closeIgnoringErrors(fd);
      ignoringErrors(() => posix.unlink(home, FRESH, 0));
      throw error;
    }
  }

  #former(): Uint8Array {
    return bytesOf(this.#home.readOwn(OUTPUT_PATH, FILE_MAX_BYTES) ?? "");
  }
}
