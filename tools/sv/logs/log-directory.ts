/**
 * The files of a log directory at one moment: `current`, opened, and all rotated files before it.
 */
import * as posix from "posix";
import { isPosixError } from "../../../base/errors.ts";
import { LogFile, UnreadableLog } from "./log-file.ts";
import { CURRENT, rotatedFiles } from "./log-names.ts";

/** svlogd may rotate while sv looks; it never rotates as often as sv looks. */
const LOOKS_MAX = 100;

export interface LogFiles {
  /** The oldest first. */
  readonly rotated: readonly LogFile[];
  /** `undefined` if there is none, as for a moment during a rotation. */
  readonly current: LogFile | undefined;
}

/**
 * Lists a log directory, and opens `current`.
 *
 * @throws {UnreadableLog} the directory, or `current`, cannot be read
 */
export function listLog(directory: string): LogFiles {
  for (let look = 1; ; look += 1) {
    const current = new LogFile(directory, CURRENT);
    const isThere = current.open();
    const names = namesIn(directory);
    const now = posix.stat(posix.AT_FDCWD, current.path, 0)?.id;
    // If svlogd has rotated in between, the list may lack a file that was `current`.
    if (now === current.id || look === LOOKS_MAX) {
      const rotated = rotatedFiles(names).map((name) => new LogFile(directory, name));
      return { rotated, current: isThere ? current : undefined };
    }
    current.close();
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    const fd = posix.open(posix.AT_FDCWD, directory, posix.O_RDONLY | posix.O_DIRECTORY, 0);
    try {
      return posix.readdir(fd);
    } finally {
      posix.close(fd);
    }
  } catch (error) {
    if (!isPosixError(error)) throw error;
    throw new UnreadableLog(directory, error);
  }
}
