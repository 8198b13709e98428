/**
 * The files that svlogd makes in a log directory. The owner of the directory can put anything in
 * their place, and svlogd may have more rights than the owner. So it follows no links there, and
 * opens no device or FIFO.
 */
import * as posix from "posix";
import { type Directory, OWN } from "../../base/directory.ts";

export const APPEND: number = posix.O_WRONLY | posix.O_APPEND | posix.O_CREAT;

export function isRegular({ mode }: posix.Stat): boolean {
  return (mode & posix.S_IFMT) === posix.S_IFREG;
}

/** The file of that name, or the link itself; `undefined` if there is none. @throws {PosixError} */
export function lookAt(home: Directory, name: string): posix.Stat | undefined {
  return posix.stat(home.fd, name, posix.AT_SYMLINK_NOFOLLOW);
}

/**
 * Opens a regular file, or makes it if `flags` say so.
 *
 * @param mode of a file that is made
 * @returns `undefined` if something else has the name
 * @throws {PosixError}
 */
export function openOwn(
  home: Directory,
  name: string,
  flags: number,
  mode = 0,
): number | undefined {
  const found = lookAt(home, name);
  if (found !== undefined && !isRegular(found)) return undefined;
  const fd = posix.open(home.fd, name, flags | OWN, mode);
  if (isRegular(posix.fstat(fd))) return fd;
  posix.close(fd);
  return undefined;
}
