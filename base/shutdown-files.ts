/** Reads and writes the files by which a shutdown is requested: protocol/shutdown.ts. */
import * as posix from "posix";
import { CLEAR, SET, SHUTDOWN_FILES, type ShutdownFiles } from "../protocol/shutdown.ts";
import { ignoringErrors, isPosixError, unlessExhausted } from "./errors.ts";

/** Defined by the build: the path of `stopit`; empty if RUNITS_STOPIT was not set. */
declare const RUNITS_STOPIT: string;

/** How often a file is looked at while the system is out of memory, and the pause in between. */
const ATTEMPTS = 20;
const PAUSE_MS = 100;

/** Whether the owner may execute the file, after links; not if it cannot be looked at. */
export function isSet(path: string): boolean {
  for (let attempts = 0; attempts < ATTEMPTS; attempts += 1) {
    try {
      const found = unlessExhausted(() => posix.stat(posix.AT_FDCWD, path, 0));
      return found !== undefined && (found.mode & SET) !== 0;
    } catch (error) {
      if (!isPosixError(error)) throw error;
      posix.poll(new ArrayBuffer(0), 0, PAUSE_MS); // a reboot must not become a power-off
    }
  }
  return false;
}

/**
 * Clears the file; if there is none, does nothing.
 *
 * @throws {PosixError} of call `chmod`
 */
export function clear(path: string): void {
  if (posix.stat(posix.AT_FDCWD, path, 0) === undefined) return;
  posix.chmod(posix.AT_FDCWD, path, CLEAR);
}

/**
 * The files that runit-init writes: those that the build names; else the first whose `stopit`
 * exists, as a file or as a link to where it will be; else those in /run, if there is such a
 * directory.
 */
export function chosenFiles(): ShutdownFiles {
  if (RUNITS_STOPIT !== "") {
    return { stopit: RUNITS_STOPIT, reboot: `${RUNITS_STOPIT.slice(0, -"stopit".length)}reboot` };
  }
  const [inRun, , inEtc] = SHUTDOWN_FILES;
  const existing = SHUTDOWN_FILES.find(({ stopit }) => exists(stopit));
  return existing ?? (exists("/run") ? inRun : inEtc);
}

function exists(path: string): boolean {
  const flags = posix.AT_SYMLINK_NOFOLLOW;
  return ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, flags)) !== undefined;
}
