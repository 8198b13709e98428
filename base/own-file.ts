/**
 * Opens files that runits creates under supervise/, after checking that they are what they should
 * be.
 *
 * A user may own that directory, to control its service, and can then put anything in a file's
 * place: a link to a terminal or to another service's FIFO, a device, a hard link to either. So
 * these functions check a name before they open it, follow no link, and compare the opened file
 * with the name afterwards.
 */
import * as posix from "posix";
import { isPrivateTo, OWN } from "./directory.ts";
import { ignoring } from "./errors.ts";

/**
 * Opens `path` without blocking.
 *
 * @param type `S_IFIFO` or `S_IFREG`
 * @param flags in addition to `O_NONBLOCK` and `O_NOFOLLOW`
 * @returns `undefined` if it has another type, or may be another directory's file
 * @throws {PosixError}
 */
export function openOwn(
  dir: number,
  path: string,
  type: number,
  flags: number,
): number | undefined {
  const seen = posix.stat(dir, path, posix.AT_SYMLINK_NOFOLLOW);
  if (seen !== undefined && !mayBeOpened(seen, type)) return undefined;
  return openMade(dir, path, type, flags);
}

/**
 * Like {@link openOwn}, for a file that this process has just made: whoever could replace it in
 * between could do so after a check, too.
 */
export function openMade(
  dir: number,
  path: string,
  type: number,
  flags: number,
): number | undefined {
  const fd = openUnchecked(dir, path, flags);
  let isIt = false;
  try {
    isIt = isNamed(dir, path, type, fd);
  } finally {
    if (!isIt) posix.close(fd);
  }
  return isIt ? fd : undefined;
}

/** For a file that this process has just made, in a directory where no other user makes names. */
export function openUnchecked(dir: number, path: string, flags: number): number {
  return posix.open(dir, path, flags | OWN, 0);
}

/** Whether the open file is the one that the name leads to, and has no name elsewhere. */
function isNamed(dir: number, path: string, type: number, fd: number): boolean {
  const { id, mode } = posix.fstat(fd);
  const named = posix.stat(dir, path, posix.AT_SYMLINK_NOFOLLOW);
  if ((mode & posix.S_IFMT) !== type || named?.id !== id) return false;
  // A file that also has a name in another directory has two links; removing the name here for a
  // moment does not hide that.
  return named.links === 1 || isPrivate(dir, path);
}

/** Like {@link openOwn}, for a regular file; creates it if it is missing. */
export function openOrMakeOwn(
  dir: number,
  path: string,
  flags: number,
  permissions: number,
): number | undefined {
  const make = flags | posix.O_NONBLOCK | posix.O_NOFOLLOW | posix.O_CREAT | posix.O_EXCL;
  const made = ignoring(["EEXIST"], () => posix.open(dir, path, make, permissions));
  return made ?? openOwn(dir, path, posix.S_IFREG, flags);
}

/** Directories pass too, so that open(2) returns its own error for them. */
function mayBeOpened({ mode }: posix.Stat, type: number): boolean {
  return [type, posix.S_IFDIR].includes(mode & posix.S_IFMT);
}

/** Whether only root and this user can create names in the directory that `path` is in. */
export function isPrivate(dir: number, path: string): boolean {
  const found = posix.stat(dir, path.slice(0, path.lastIndexOf("/")), 0);
  return found !== undefined && isPrivateTo(found);
}
