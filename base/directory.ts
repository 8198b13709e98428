/**
 * Files relative to an open directory. A supervisor opens all its files this way and never through
 * the current directory, so that one process can hold several supervisors, and so that a supervisor
 * keeps its directory when that is renamed.
 */
import * as posix from "posix";
import { ignoring, ignoringErrors, isPosixError, unlessExhausted } from "./errors.ts";

export class Directory {
  readonly fd: number;
  /** The directory as it was first, or what is left of that after {@link keepOnlyId}. */
  #known: posix.Stat | string | undefined;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /**
   * @param at the directory that `path` is relative to
   * @throws {PosixError}
   */
  static open(path: string, at: number = posix.AT_FDCWD): Directory {
    return new Directory(posix.open(at, path, posix.O_RDONLY | posix.O_DIRECTORY, 0));
  }

  /** Wraps a directory that is open as `fd`. */
  static at(fd: number): Directory {
    return new Directory(fd);
  }

  close(): void {
    posix.close(this.fd);
  }

  /**
   * The {@link posix.Stat.id} of the directory, which never changes.
   *
   * @throws {PosixError}
   */
  get id(): string {
    return typeof this.#known === "string" ? this.#known : this.firstStat.id;
  }

  /**
   * Whether only root and this user could create names in the directory when the process first
   * asked.
   *
   * @throws {PosixError}
   */
  get isPrivate(): boolean {
    return isPrivateTo(this.firstStat);
  }

  /**
   * The directory as it was when the process first asked, or first asked after
   * {@link keepOnlyId}.
   *
   * @throws {PosixError}
   */
  get firstStat(): posix.Stat {
    if (typeof this.#known !== "object") this.#known = posix.fstat(this.fd);
    return this.#known;
  }

  /** Forgets {@link firstStat}, which nobody needs for long: a process may hold thousands. */
  keepOnlyId(): void {
    if (typeof this.#known === "object") this.#known = this.#known.id;
  }

  /**
   * Follows links. Returns `undefined` if the name is missing, is a dangling link, or leads through
   * a file.
   */
  stat(name: string): posix.Stat | undefined {
    return ignoring(["ENOTDIR"], () => posix.stat(this.fd, name, 0));
  }

  /** Opens a lock file for appending, and creates it if it is missing. */
  openAppend(name: string, mode: number): number {
    const flags = posix.O_WRONLY | posix.O_NONBLOCK | posix.O_APPEND | posix.O_CREAT;
    return posix.open(this.fd, name, flags, mode);
  }

  openRead(name: string): number {
    return posix.open(this.fd, name, posix.O_RDONLY | posix.O_NONBLOCK, 0);
  }

  /**
   * Reads at most `maxBytes` of a file that a supervisor has written.
   *
   * @returns `undefined` if the file is missing or not a regular file, such as a link or a device
   * @throws {PosixError} a resource has run out
   */
  readOwn(name: string, maxBytes: number): string | undefined {
    return unlessExhausted(() => {
      // Check before the open: opening a device may already have an effect.
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
   * Replaces file `name` by `bytes` atomically for readers: writes `name.new` beside it and renames
   * that. If the file system is full, it overwrites the file in place, which already has its block;
   * a reader may then see a mix of old and new bytes.
   *
   * A user may own the directory, so replace() writes to nothing that the user has put there: it
   * follows no link, and `name.new` is a new file. After a failure the old file is intact, and
   * `name.new` is removed if possible.
   *
   * @throws {PosixError} its `call` names the step that failed: `open`, `unlink`, `write` or
   * `rename`
   * @throws {ShortWriteError}
   */
  replace(name: string, bytes: string): void {
    try {
      this.#exchange(name, bytes);
    } catch (error) {
      const isDone = isFull(error) && ignoringErrors(() => this.#overwrite(name, bytes)) === true;
      if (!isDone) throw error;
    }
  }

  #exchange(name: string, bytes: string): void {
    const fresh = `${name}.new`;
    this.create(fresh, bytes);
    try {
      posix.rename(this.fd, fresh, this.fd, name);
    } catch (error) {
      ignoringErrors(() => posix.unlink(this.fd, fresh, 0));
      throw error;
    }
  }

  /**
   * Creates file `name` with these bytes, after removing whatever has the name. Until it has
   * returned, a reader may find the file empty. After a failure there is no such file, if possible.
   *
   * @throws {PosixError} its `call` names the step that failed: `open`, `unlink` or `write`
   * @throws {ShortWriteError}
   */
  create(name: string, bytes: string): void {
    const fd = this.createAnew(name, PUBLISHED);
    let written: number | undefined;
    try {
      written = posix.write(fd, bytes);
    } finally {
      posix.close(fd);
      if (written !== bytes.length) ignoringErrors(() => posix.unlink(this.fd, name, 0));
    }
    if (written !== bytes.length) throw new ShortWriteError();
  }

  /**
   * Creates a file and opens it for writing, after removing whatever has the name.
   *
   * @throws {PosixError} call `open`, or `unlink` if the old one cannot be removed
   */
  createAnew(name: string, mode: number): number {
    try {
      return posix.open(this.fd, name, CREATE, mode);
    } catch (error) {
      if (!isPosixError(error, "EEXIST")) throw error;
    }
    ignoring(["ENOENT"], () => posix.unlink(this.fd, name, 0));
    return posix.open(this.fd, name, CREATE, mode);
  }

  /**
   * Removes `name` if it is there. Looks first, because an exception takes longer.
   *
   * @param flags as for {@link posix.unlink}
   * @throws {PosixError}
   */
  removeIfThere(name: string, flags = 0): void {
    if (posix.stat(this.fd, name, posix.AT_SYMLINK_NOFOLLOW) === undefined) return;
    posix.unlink(this.fd, name, flags);
  }

  /** @returns whether the file now holds exactly these bytes */
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

/** Open flags for files of a directory that a user may own: never follow a link, never block. */
export const OWN: number = posix.O_NONBLOCK | posix.O_NOFOLLOW;
/** The permissions of the files that a supervisor publishes. */
const PUBLISHED = 0o644;
const CREATE: number = posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL | OWN;

function isFile(found: posix.Stat | undefined): boolean {
  return found !== undefined && (found.mode & posix.S_IFMT) === posix.S_IFREG;
}

/**
 * Whether it is safe to write to an open file that somebody else may have put there: the file must
 * belong to this process's user and have no second name.
 */
export function isOurs(found: posix.Stat): boolean {
  return isFile(found) && found.uid === user() && found.links === 1;
}

const OTHERS_MAY_WRITE = 0o022;

/** Whether only this process's user, and root, can write to a file or directory. */
export function isExclusive({ uid, mode }: posix.Stat): boolean {
  return uid === user() && (mode & OTHERS_MAY_WRITE) === 0;
}

/** Whether only this process's user, and root, can create names in a directory. */
export function isPrivateTo({ uid, mode }: posix.Stat): boolean {
  return (uid === 0 || uid === user()) && (mode & OTHERS_MAY_WRITE) === 0;
}

let euid: number | undefined;

/** Cached: a supervisor never changes its user. */
function user(): number {
  euid ??= posix.geteuid();
  return euid;
}

/** A write that took only a part of the bytes: the disk is full. */
export class ShortWriteError extends Error {
  override readonly name = "ShortWriteError";
}

/** Asks for the name, because a part has a class of its own. */
function isShortWrite(error: unknown): boolean {
  return error instanceof Error && error.name === "ShortWriteError";
}

/** Whether `error` means that the file system, or the user's quota, has no space left. */
export function isFull(error: unknown): boolean {
  return isShortWrite(error) || isPosixError(error, "ENOSPC", "EDQUOT");
}
