/**
 * Why no supervisor can make or use `supervise` of a service directory, or of its log service.
 *
 * Source: proc_pid_status(5).
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../../base/errors.ts";
import { mountOptions } from "../../../../base/exec-failure.ts";
import { quoted } from "../../../../base/quoted.ts";
import type { UnusableSupervise } from "./facts.ts";
import { type FileUser, mayWrite } from "./file-access.ts";
import { parentOf } from "./phrases.ts";
import { read } from "./processes.ts";

/**
 * @param path the service directory
 * @param runsvdir the pid of the runsvdir that looks after it; without one, nobody knows which user
 * needs the right to write
 * @returns `undefined` if nothing is known to be wrong
 */
export function unusableSupervise(
  path: string,
  runsvdir: number | undefined,
): UnusableSupervise | undefined {
  const own = unusableIn(path, "supervise", runsvdir);
  if (own !== undefined || !isDirectory(statOf(`${path}/log`))) return own;
  return unusableIn(`${path}/log`, "log/supervise", runsvdir);
}

function unusableIn(
  path: string,
  file: UnusableSupervise["file"],
  runsvdir: number | undefined,
): UnusableSupervise | undefined {
  const supervise = `${path}/supervise`;
  const found = statOf(supervise);
  const target = ignoringErrors(() => posix.readlink(posix.AT_FDCWD, supervise));
  if (found !== undefined && !isDirectory(found)) {
    return { file, text: "it is not a directory", command: `ls -ld ${quoted(supervise)}` };
  }
  const place = target === undefined ? path : placeOf(path, target);
  const home = found ?? statOf(place);
  if (home === undefined) {
    const text = `it is a link to ${target}, and ${place} is missing`;
    return { file, text, command: `mkdir -p ${quoted(place)}` };
  }
  if (runsvdir === undefined) return undefined;
  const at = found === undefined ? place : supervise;
  if ((ignoringErrors(() => mountOptions(at)) ?? []).includes("ro")) {
    const text = `${at} is on a file system that is mounted read-only`;
    return { file, text, command: `findmnt -T ${quoted(at)}` };
  }
  const user = userOf(runsvdir);
  if (user === undefined || mayWrite(user, home)) return undefined;
  const text = `runsvdir (pid ${runsvdir}) runs as user ${user.uid}, who may not write to ${at}`;
  const command =
    found === undefined
      ? `sudo install -d -m 700 -o ${user.uid} ${quoted(supervise)}`
      : `sudo chown -R ${user.uid} ${quoted(supervise)}`;
  return { file, text, command };
}

/** The directory in which a link of the directory `path` leads to a name. */
function placeOf(path: string, target: string): string {
  return parentOf(target.startsWith("/") ? target : `${path}/${target}`);
}

function statOf(path: string): posix.Stat | undefined {
  return ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0));
}

function isDirectory(found: posix.Stat | undefined): boolean {
  return found !== undefined && (found.mode & posix.S_IFMT) === posix.S_IFDIR;
}

/** The user of a process, and all his groups, as files see them. */
function userOf(pid: number): FileUser | undefined {
  const lines = read(`/proc/${pid}/status`)?.split("\n") ?? [];
  const numbers = (word: string) =>
    lines
      .find((line) => line.startsWith(word))
      ?.slice(word.length)
      .split("\t")
      .flatMap((part) => part.split(" "))
      .filter((part) => part !== "")
      .map(Number) ?? [];
  const [uid, gid] = [numbers("Uid:").at(-1), numbers("Gid:").at(-1)];
  if (uid === undefined || gid === undefined) return undefined;
  return { uid, gids: [gid, ...numbers("Groups:")] };
}
