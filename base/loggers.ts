/**
 * The directories to which a logger writes, while it runs.
 *
 * Source: proc_pid_cmdline(5), proc_pid_task(5).
 */
import * as posix from "posix";
import { ignoringErrors } from "./errors.ts";
import { directoriesIn } from "./logger-words.ts";

/** A command line of a logger is shorter; of a longer one the end is cut. */
const CMDLINE_BYTES = 65_536;
/** Below a log/run that does not exec, the logger is one of the first processes. */
const DESCENDANTS_MAX = 100;

/**
 * @param pid of log/run, which may have executed the logger, or have started it
 * @param log the directory of the log service
 * @returns `undefined` if there is no logger whose command line is known
 */
export function directoriesOfLogger(pid: number, log: string): readonly string[] | undefined {
  for (const each of processesBelow(pid)) {
    const words = directoriesIn(commandLine(each));
    if (words === undefined) continue;
    // A logger of another user does not show its current directory, which nearly always is `log`.
    const cwd = ignoringErrors(() => posix.readlink(posix.AT_FDCWD, `/proc/${each}/cwd`)) ?? log;
    const directories = directoriesAmong(words, cwd);
    if (directories.length > 0) return directories;
  }
  return undefined;
}

/** Those of the paths that are directories. @param base the directory that they are relative to */
export function directoriesAmong(paths: readonly string[], base: string): readonly string[] {
  return paths
    .filter((path) => path !== "")
    .map((path) => (path.startsWith("./") ? path.slice("./".length) : path))
    .map((path) => (path.startsWith("/") ? path : `${base}/${path}`))
    .filter((path) => {
      const found = ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0));
      return found !== undefined && (found.mode & posix.S_IFMT) === posix.S_IFDIR;
    });
}

/** The words of its command line; empty if it has ended. */
export function commandLine(pid: number): readonly string[] {
  const path = `/proc/${pid}/cmdline`;
  const text = ignoringErrors(() => posix.readText(posix.AT_FDCWD, path, CMDLINE_BYTES)) ?? "";
  return text.split("\0").slice(0, -1);
}

/** The process and its descendants, breadth first. */
function processesBelow(pid: number): readonly number[] {
  const pids = [pid];
  for (let index = 0; index < pids.length && pids.length < DESCENDANTS_MAX; index += 1) {
    const path = `/proc/${pids[index]}/task/${pids[index]}/children`;
    const children = ignoringErrors(() => posix.readText(posix.AT_FDCWD, path)) ?? "";
    pids.push(...children.split(" ").map(Number).filter(Boolean));
  }
  return pids;
}
