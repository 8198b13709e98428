/**
 * The files that the suite makes under supervise/, opened as what they have to be.
 *
 * A user may own that directory, to control its service, and can then put anything in a file's place: a link to a
 * terminal or to another service's FIFO, a device, a second name of either. So a name is looked at before it is opened,
 * no link is followed, and what was opened is compared with what the name stands for.
 */
import * as posix from "posix";
import { ignoring } from "./errors.ts";

const OTHERS_MAY_WRITE = 0o022;

/**
 * Opens `path` without waiting.
 *
 * @param type `S_IFIFO` or `S_IFREG`
 * @param flags beside `O_NONBLOCK` and `O_NOFOLLOW`
 * @returns `undefined` where it is something else, or may be another directory's file
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
  const fd = posix.open(dir, path, flags | posix.O_NONBLOCK | posix.O_NOFOLLOW, 0);
  const { id, mode } = posix.fstat(fd);
  const named = posix.stat(dir, path, posix.AT_SYMLINK_NOFOLLOW);
  const isIt = (mode & posix.S_IFMT) === type && named?.id === id;
  // While another directory has a name for it, there are two: to take that one away for a moment does not help.
  if (isIt && (named.links === 1 || isPrivate(dir, path))) return fd;
  posix.close(fd);
  return undefined;
}

/** {@link openOwn} for a regular file that is made where it is missing. */
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

/** A directory may, for the reason that the system then gives. */
function mayBeOpened({ mode }: posix.Stat, type: number): boolean {
  return [type, posix.S_IFDIR].includes(mode & posix.S_IFMT);
}

/** Whether nobody but root and this user makes names in the directory that `path` is in. */
export function isPrivate(dir: number, path: string): boolean {
  const { uid = -1, mode = 0 } = posix.stat(dir, path.slice(0, path.lastIndexOf("/")), 0) ?? {};
  return (uid === 0 || uid === posix.geteuid()) && (mode & OTHERS_MAY_WRITE) === 0;
}
