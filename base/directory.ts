/**
 * Files by an open directory. A supervisor reaches all its files this way and never by the current
 * directory, so that several can live in one process, and so that a directory that is renamed under it
 * stays its own.
 */
import * as posix from "posix";
import { ignoring, ignoringErrors, isPosixError, unlessExhausted } from "./errors.ts";

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
    return ignoring(["ENOTDIR"], () => posix.stat(this.fd, name, 0));
  }

  /** Opens for appending, made where it is missing: a lock file. */
  openAppend(name: string, mode: number): number {
    const flags = posix.O_WRONLY | posix.O_NONBLOCK | posix.O_APPEND | posix.O_CREAT;
    return posix.open(this.fd, name, flags, mode);
  }

  openRead(name: string): number {
    return posix.open(this.fd, name, posix.O_RDONLY | posix.O_NONBLOCK, 0);
  }

  /**
   * Reads a file that a supervisor has made, at most `maxBytes` of it.
   *
   * @returns `undefined` if there is none, or something else under its name, such as a link or a device
   * @throws {PosixError} the system is out of something
   */
  readOwn(name: string, maxBytes: number): string | undefined {
    return unlessExhausted(() => {
      // Before the open, because to open a device may already have an effect.
      if (!isFile(posix.stat(this.fd, name, posix.AT_SYMLINK_NOFOLLOW))) return undefined;
      const fd = posix.open(this.fd, name, posix.O_RDONLY | OWN, 0);
      try {
        if (!isFile(posix.fstat(fd))) return undefined;
        return String.fromCharCode(...(posix.read(fd, maxBytes) ?? []));
      } finally {
        posix.close(fd);
      }
    });
  }

  /**
   * Puts `bytes` into file `name` in one step for every reader: writes `name.new` beside it and renames it. If the file
   * system is full, it overwrites the file in its place, which has its block already; a reader may then see the old
   * and the new bytes mixed.
   *
   * A user may own the directory, so nothing that he has put there is written to: no link is followed, and `name.new` is
   * a new file. After a failure the old file stands, and no `name.new` is left if that can be helped.
   *
   * @throws {PosixError} its `call` tells which step failed: `open`, `unlink`, `write` or `rename`
   * @throws {ShortWriteError}
   */
  replace(name: string, bytes: string): void {
    try {
      this.#exchange(name, bytes);
    } catch (error) {
      if (!isFull(error) || ignoringErrors(() => this.#overwrite(name, bytes)) !== true)
        throw error;
    }
  }

  #exchange(name: string, bytes: string): void {
    const fresh = `${name}.new`;
    const fd = this.createAnew(fresh, 0o644);
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
      ignoringErrors(() => posix.unlink(this.fd, fresh, 0));
      throw error;
    }
  }

  /**
   * Creates a file and opens it for writing; if the name is taken, by whatever, that is removed.
   *
   * @throws {PosixError} call `open`, or `unlink` of what cannot be removed
   */
  createAnew(name: string, mode: number): number {
    const create = () =>
      posix.open(this.fd, name, posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL | OWN, mode);
    const fd = ignoring(["EEXIST"], create);
    if (fd !== undefined) return fd;
    ignoring(["ENOENT"], () => posix.unlink(this.fd, name, 0));
    return create();
  }

  /** @returns whether the file now has these bytes and no others */
  #overwrite(name: string, bytes: string): boolean {
    const fd = posix.open(this.fd, name, posix.O_WRONLY | OWN, 0);
    try {
      if (!isOurs(posix.fstat(fd)) || posix.write(fd, bytes) !== bytes.length) return false;
      posix.ftruncate(fd, bytes.length);
      return true;
    } finally {
      posix.close(fd);
    }
  }
}

/** How a file of a supervisor's own is opened, for reading or writing: without a link and without waiting. */
export const OWN: number = posix.O_NONBLOCK | posix.O_NOFOLLOW;

function isFile(found: posix.Stat | undefined): boolean {
  return found !== undefined && (found.mode & posix.S_IFMT) === posix.S_IFREG;
}

/**
 * Whether an open file may be written to, which somebody else may have put there: not if it is another user's, or has a
 * second name elsewhere.
 */
export function isOurs(found: posix.Stat): boolean {
  return isFile(found) && found.uid === user() && found.links === 1;
}

const OTHERS_MAY_WRITE = 0o022;

/** Whether nobody but this process's user, and root, can write to a file or directory. */
export function isExclusive({ uid, mode }: posix.Stat): boolean {
  return uid === user() && (mode & OTHERS_MAY_WRITE) === 0;
}

let euid: number | undefined;

/** Asked for once: a supervisor stays what it is. */
function user(): number {
  euid ??= posix.geteuid();
  return euid;
}

/** A write that took only a part: the disk is full. */
export class ShortWriteError extends Error {
  override readonly name = "ShortWriteError";
}

/** Whether `error` says that the file system, or the user's share of it, has no room left. */
export function isFull(error: unknown): boolean {
  return error instanceof ShortWriteError || isPosixError(error, "ENOSPC", "EDQUOT");
}
