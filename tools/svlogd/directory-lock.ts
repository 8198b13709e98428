/**
 * The lock of a log directory: one svlogd writes to it at a time.
 *
 * Source: runit 2.1.2, svlogd(8); messages as there.
 */
import * as posix from "posix";
import { closeIgnoringErrors } from "../../base/descriptors.ts";
import { Directory } from "../../base/directory.ts";
import { ignoringErrors, isPosixError } from "../../base/errors.ts";
import type { Messages } from "./messages.ts";
import { APPEND, openOwn } from "./own-file.ts";

/** A log directory that this process has locked. */
export interface Locked {
  readonly home: Directory;
  /** The descriptor of the lock file. */
  readonly lock: number;
}

/**
 * Opens and locks the directory `path`.
 *
 * @param onError called with the action that failed
 * @returns `undefined` if it cannot be locked, which has been reported
 */
export function lockDirectory(
  path: string,
  messages: Messages,
  onError: (action: string, error: posix.PosixError) => void,
): Locked | undefined {
  let home: Directory;
  try {
    home = Directory.open(path);
  } catch (error) {
    if (!isPosixError(error)) throw error;
    // runit opens a file as well, and fails when it changes to it.
    const isFile = ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0)) !== undefined;
    onError(error.code === "ENOTDIR" && isFile ? "change directory" : "open log directory", error);
    return undefined;
  }
  let lock: number | undefined;
  try {
    lock = openOwn(home, "lock", APPEND, 0o600);
    if (lock === undefined) {
      messages.warn(`unable to lock directory: ${path}: lock is not a regular file`);
    } else if (posix.flock(lock, posix.LOCK_EX | posix.LOCK_NB)) {
      return { home, lock };
    } else {
      messages.warn(`unable to lock directory: ${path}`, { code: "EAGAIN" });
    }
  } catch (error) {
    if (!isPosixError(error)) throw error;
    onError("lock directory", error);
  }
  if (lock !== undefined) closeIgnoringErrors(lock);
  home.close();
  return undefined;
}

export function unlockDirectory({ home, lock }: Locked): void {
  closeIgnoringErrors(lock);
  home.close();
}
