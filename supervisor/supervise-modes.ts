/**
 * Gives groups their rights in supervise/. Everything goes by descriptor: a user who owns the
 * directory may have put a link in a file's place. Owners stay, because an owner could pass the
 * right on.
 */
import * as posix from "posix";
import { isPosixError } from "../base/errors.ts";
import { openOwn } from "../base/own-file.ts";
import type { GroupMode, SuperviseModes } from "../protocol/access.ts";

/**
 * @param home the directory that `supervise` is relative to
 * @returns `false` if a file is not what a supervisor makes
 * @throws {PosixError}
 */
export function setSuperviseModes(
  home: number,
  supervise: string,
  { directory, control, ok }: SuperviseModes,
): boolean {
  const fd = posix.open(home, supervise, posix.O_RDONLY | posix.O_DIRECTORY, 0);
  try {
    const isSet = setFifo(fd, "control", control) && setFifo(fd, "ok", ok);
    // Last: nobody enters before the rest is right.
    if (isSet) set(fd, directory);
    return isSet;
  } finally {
    posix.close(fd);
  }
}

function setFifo(directory: number, name: string, mode: GroupMode): boolean {
  const fd = openFifo(directory, name);
  if (fd === undefined) return false;
  try {
    set(fd, mode);
    return true;
  } finally {
    posix.close(fd);
  }
}

/** For writing, because a reader of `ok` looks like a supervisor; if there is none, for reading. */
function openFifo(directory: number, name: string): number | undefined {
  try {
    return openOwn(directory, name, posix.S_IFIFO, posix.O_WRONLY);
  } catch (error) {
    if (!isPosixError(error, "ENXIO")) throw error;
    return openOwn(directory, name, posix.S_IFIFO, posix.O_RDONLY);
  }
}

/** The group first: the former one gets no right of the new one. */
function set(fd: number, { group, permissions }: GroupMode): void {
  posix.fchown(fd, -1, group ?? posix.getegid());
  posix.fchmod(fd, permissions);
}
