/**
 * Keeps a supervise directory removable. Debian's packages remove by name the files that runit
 * makes there, and then the directory if it is empty, while runsv may still be running.
 *
 * Source: /lib/runit-helper/runit-helper of Debian's runit-helper, postrm.
 */

import * as posix from "posix";
import type { Directory } from "../base/directory.ts";
import { ignoringErrors, onPosixError } from "../base/errors.ts";
import { type SuperviseFile, superviseFile } from "../protocol/service-directory.ts";
import { AdoptFile } from "./adopt-file.ts";
import { ROLE_PATHS } from "./role-paths.ts";
import type { Surroundings } from "./service-owner.ts";
import type { Role } from "./state.ts";

/** The files that runit does not have, and that nobody reads without a supervisor. */
const OURS: readonly SuperviseFile[] = ["event", "history", "hold", "output", "stopping"];
/** The files that runit makes too, except `lock`, and where the log is. */
const LASTING: readonly SuperviseFile[] = ["control", "directory", "ok", "pid", "stat", "status"];

/**
 * Removes, when a supervisor exits, the files that runit does not have, but for the record of a log
 * that is in an unusual place. If somebody has begun to remove the directory, removes the rest too.
 */
export function clearAway(
  { home, report }: Pick<Surroundings, "home" | "report">,
  role: Role,
): void {
  const { supervise } = ROLE_PATHS[role];
  new AdoptFile(home, supervise, report).remove();
  for (const name of OURS) remove(home, superviseFile(supervise, name));
  // Not empty: services that come after this one still run.
  removeDirectory(home, superviseFile(supervise, "dependants"));
  if (hasLock(home, supervise)) return;
  for (const name of LASTING) remove(home, superviseFile(supervise, name));
  removeDirectory(home, supervise);
}

function remove(home: Directory, path: string): void {
  ignoringErrors(() => home.removeIfThere(path));
}

function removeDirectory(home: Directory, path: string): void {
  ignoringErrors(() => home.removeIfThere(path, posix.AT_REMOVEDIR));
}

/** Also true if the stat fails. */
function hasLock(home: Directory, supervise: string): boolean {
  return onPosixError(
    () => home.stat(superviseFile(supervise, "lock")) !== undefined,
    () => true,
  );
}
