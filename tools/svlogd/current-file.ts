/**
 * The file `current` of a log directory: opening it, writing to it, its size.
 *
 * Source: runit 2.1.2, svlogd(8); messages as there.
 */
import * as posix from "posix";
import { NEWLINE } from "../../base/bytes.ts";
import { closeIgnoringErrors } from "../../base/descriptors.ts";
import { OWN } from "../../base/directory.ts";
import { isPosixError } from "../../base/errors.ts";
import type { LogContext } from "./log-context.ts";
import { APPEND, isRegular, lookAt } from "./own-file.ts";
import type { RotatedFiles } from "./rotated-files.ts";

const MODE_OPEN = 0o644;
/** The owner's x means to the next svlogd that the file was closed, and is complete. */
const MODE_CLOSED = 0o744;
const OWNER_X = 0o100;

/** `try` or `tryOnce` of attempts.ts. */
export type Attempt = (action: string, call: () => void) => boolean;

export class CurrentFile {
  readonly #context: LogContext;
  readonly #rotated: RotatedFiles;
  #fd: number | undefined;
  #size = 0;
  #isInLine = false;

  constructor(context: LogContext, rotated: RotatedFiles) {
    this.#context = context;
    this.#rotated = rotated;
  }

  /** `undefined` while it could not be opened. */
  get fd(): number | undefined {
    return this.#fd;
  }

  /** In bytes. */
  get size(): number {
    return this.#size;
  }

  /** Whether the last line that was written has not ended. */
  get isInLine(): boolean {
    return this.#isInLine;
  }

  /**
   * Opens the file. A file that is not regular, or was left by a crash, is renamed first.
   *
   * @returns whether it is open
   */
  open(): boolean {
    const { home, path, messages, attempts } = this.#context;
    return attempts.try("open current", () => {
      let found = lookAt(home, "current");
      const isAlien = found !== undefined && isAlienFile(found);
      if (found !== undefined && (isAlien || isLeftByCrash(found))) {
        const name = `${this.#rotated.nextLabel()}.u`;
        posix.rename(home.fd, "current", home.fd, name);
        const what = `${path}/current is not a regular file`;
        if (isAlien) messages.warn(`${what}, renamed to ${name}`);
        this.#rotated.cleanUp();
        found = undefined;
      }
      this.create(found?.size ?? 0);
      messages.info(`${found === undefined ? "new" : "append"}: ${path}/current`);
    });
  }

  /**
   * Opens or makes the file. The descriptor of the previous file stays open.
   *
   * @param size of the file, in bytes
   * @throws {PosixError}
   */
  create(size: number): void {
    const fd = posix.open(this.#context.home.fd, "current", APPEND | OWN, 0o600);
    try {
      posix.fchmod(fd, MODE_OPEN);
    } catch (error) {
      closeIgnoringErrors(fd);
      throw error;
    }
    this.#fd = fd;
    this.#size = size;
    this.#isInLine = false;
  }

  /**
   * Appends as many bytes as one write takes.
   *
   * @returns how many; `undefined` after a failure, and then svlogd tries again later
   */
  write(bytes: Uint8Array): number | undefined {
    const { attempts } = this.#context;
    for (;;) {
      try {
        const written = posix.write(this.#fd ?? -1, bytes);
        if (written !== undefined) {
          this.#size += written;
          if (written > 0) this.#isInLine = bytes[written - 1] !== NEWLINE;
          return written;
        }
        attempts.pause("write to current", { code: "EAGAIN" });
        return undefined;
      } catch (error) {
        if (!isPosixError(error)) throw error;
        if (error.code === "ENOSPC" && this.#rotated.makeSpace()) continue;
        attempts.pause("write to current", error);
        return undefined;
      }
    }
  }

  /** Closes its descriptor and leaves the file as it is. */
  drop(): void {
    if (this.#fd !== undefined) closeIgnoringErrors(this.#fd);
    this.#fd = undefined;
  }

  /** Closes the file, synced and marked as closed. */
  close(): void {
    const fd = this.#fd;
    if (fd === undefined) return;
    const attempt: Attempt = (action, call) => this.#context.attempts.tryOnce(action, call);
    syncFile(fd, attempt);
    markClosed(fd, attempt);
    this.drop();
  }
}

/** Waits until a file is on the disk. @returns whether that succeeded */
export function syncFile(fd: number, attempt: Attempt): boolean {
  return attempt("fsync current logfile", () => posix.fsync(fd));
}

/** Marks a file as closed, and complete. @returns whether that succeeded */
export function markClosed(fd: number, attempt: Attempt): boolean {
  return attempt("set mode of current", () => posix.fchmod(fd, MODE_CLOSED));
}

/**
 * A link, a FIFO or a device. A directory stays in its place: svlogd reports that it cannot write
 * to it.
 */
function isAlienFile(found: posix.Stat): boolean {
  return !isRegular(found) && (found.mode & posix.S_IFMT) !== posix.S_IFDIR;
}

/** The file has lines, and no svlogd has closed it. */
function isLeftByCrash({ size, mode }: posix.Stat): boolean {
  return size > 0 && (mode & OWNER_X) === 0;
}
