/**
 * Keeps a directory supervise/ removable. Debian's packages remove the files there that runit makes, by their names, and
 * then the directory if it is empty, while runsv may still be at work.
 *
 * Source: /lib/runit-helper/runit-helper of Debian's runit-helper, postrm.
 */
import * as posix from "posix";
import type { Directory } from "../base/directory.ts";
import { ignoringErrors, isPosixError } from "../base/errors.ts";

/** What runit makes as well, but for `lock`. */
const COMMON = ["control", "ok", "pid", "stat", "status"];

/**
 * At the exit of a supervisor: removes what runit does not have, for nobody reads it any more. If somebody has begun to
 * remove the directory, the rest goes too.
 *
 * @param supervise relative to `home`: `supervise` or `log/supervise`
 */
export function clearAway(home: Directory, supervise: string): void {
  remove(home, `${supervise}/history`);
  if (hasLock(home, supervise)) return;
  for (const name of COMMON) remove(home, `${supervise}/${name}`);
  ignoringErrors(() => posix.unlink(home.fd, supervise, posix.AT_REMOVEDIR));
}

function remove(home: Directory, path: string): void {
  ignoringErrors(() => posix.unlink(home.fd, path, 0));
}

/** Also if it cannot be told. */
function hasLock(home: Directory, supervise: string): boolean {
  try {
    return home.stat(`${supervise}/lock`) !== undefined;
  } catch (error) {
    if (!isPosixError(error)) throw error;
    return true;
  }
}
