/**
 * Writes the directories of a logger to a file: the part runsv/log-directory, which
 * supervisor/log-directory.ts loads for logs that are not in the usual place.
 */
import * as posix from "posix";
import type { Directory } from "../../base/directory.ts";
import { ignoringErrors } from "../../base/errors.ts";
import { directoriesOfLogger } from "../../base/loggers.ts";
import { baseName } from "../../base/options.ts";

/**
 * @param home the service directory
 * @param record the path of the file in it
 * @param pid of log/run
 */
export function writeLogDirectory(home: Directory, record: string, pid: number): void {
  ignoringErrors(() => {
    const path = posix.readlink(posix.AT_FDCWD, `/proc/self/fd/${home.fd}`);
    const found = directoriesOfLogger(pid, `${path}/log`);
    if (found === undefined) return; // it may be a logger that nobody knows
    const lines = found.filter((line) => !line.includes("\n"));
    if (lines.length === 0 || isUsual(lines, path)) home.removeIfThere(record);
    else home.replace(record, `${lines.join("\n")}\n`);
  });
}

/** Whether sv finds the log without the file. */
function isUsual([directory = "", ...others]: readonly string[], path: string): boolean {
  const name = baseName(path);
  const places = [`${path}/log/main`, `/var/log/runit/${name}`, `/var/log/${name}`];
  const id = idOf(directory);
  return others.length === 0 && places.some((place) => idOf(place) === id);
}

function idOf(path: string): string | undefined {
  return ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0)?.id);
}
