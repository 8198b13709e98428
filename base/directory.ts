/**
 * Files by an open directory. A supervisor reaches all its files this way and never by the current
 * directory, so that several can live in one process, and so that a directory that is renamed under it
 * stays its own.
 */
import * as posix from "posix";
import { unless } from "./errors.ts";

export class Directory {
  readonly fd: number;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** @param at what `path` is relative to. @throws {PosixError} */
  static open(path: string, at: number = posix.AT_FDCWD): Directory {
    return new Directory(posix.open(at, path, posix.O_RDONLY | posix.O_DIRECTORY, 0));
  }

  /** One that is open already, as `fd`. */
  static at(fd: number): Directory {
    return new Directory(fd);
  }

  close(): void {
    posix.close(this.fd);
  }

  /** Follows links; `undefined` where there is nothing, a link that leads nowhere, or a path through a file. */
  stat(name: string): posix.Stat | undefined {
    return unless(["ENOTDIR"], () => posix.stat(this.fd, name, 0));
  }

  /** Opens for appending, made where it is missing: a lock file. */
  openAppend(name: string, mode: number): number {
    const flags = posix.O_WRONLY | posix.O_NONBLOCK | posix.O_APPEND | posix.O_CREAT;
    return posix.open(this.fd, name, flags, mode);
  }

  openRead(name: string): number {
    return posix.open(this.fd, name, posix.O_RDONLY | posix.O_NONBLOCK, 0);
  }

  /** Opens for reading and writing. */
  openBoth(name: string): number {
    return posix.open(this.fd, name, posix.O_RDWR | posix.O_NONBLOCK, 0);
  }

  openWrite(name: string): number {
    return posix.open(this.fd, name, posix.O_WRONLY | posix.O_NONBLOCK, 0);
  }

  /**
   * Puts `bytes` into file `name` in one step for every reader: writes `name.new` beside it and renames it.
   * After a failure the old file stands, and no `name.new` is left where it can be helped.
   *
   * @throws {PosixError} its `call` tells which step failed: `open`, `write` or `rename`
   * @throws {ShortWriteError}
   */
  replace(name: string, bytes: string): void {
    const fresh = `${name}.new`;
    const flags = posix.O_WRONLY | posix.O_NONBLOCK | posix.O_TRUNC | posix.O_CREAT;
    const fd = posix.open(this.fd, fresh, flags, 0o644);
    try {
      let written: number | undefined;
      try {
        written = posix.write(fd, bytes);
      } finally {
        posix.close(fd);
      }
      if (written !== bytes.length) throw new ShortWriteError();
      posix.rename(this.fd, fresh, this.fd, name);
    } catch (error) {
      unless([], () => posix.unlink(this.fd, fresh, 0));
      throw error;
    }
  }
}

/** A write that took only a part: the disk is full. */
export class ShortWriteError extends Error {
  override readonly name = "ShortWriteError";
}
