/**
 * Warns about faults in the limit files when a supervisor starts. Most directories have no such
 * file, so the check itself is a part that is loaded on request.
 */
import * as posix from "posix";
import { Directory } from "../base/directory.ts";
import { ignoringErrors } from "../base/errors.ts";
import type { PolicyFiles } from "./policy-files.ts";
import type { ServiceOwner } from "./service-owner.ts";

/** The shortest name of a limit file is two characters longer. */
const LIMIT_NAME_MIN = 9;

/** Loaded once; a loaded part stays in the process. */
let directoryCheck: typeof import("../tools/runsv/directory-check.ts") | undefined;

export function checkLimitFiles(owner: ServiceOwner, files: PolicyFiles): void {
  const names = ignoringErrors(() => namesIn(owner.home, files.where)) ?? [];
  if (!names.some(mayBeLimitFile)) return;
  directoryCheck ??= posix.load(
    "runsv/directory-check",
  ) as typeof import("../tools/runsv/directory-check.ts");
  directoryCheck.checkDirectory(names, files, (text) => owner.warnOnce(text));
}

function namesIn(home: Directory, where: "" | "log/"): string[] {
  if (where === "") return posix.readdir(home.fd);
  const dir = Directory.open(where, home.fd);
  try {
    return posix.readdir(dir.fd);
  } finally {
    dir.close();
  }
}

/**
 * Whether the name may be that of a limit file, or a misspelling of one: most directories contain
 * no name this long.
 */
function mayBeLimitFile(name: string): boolean {
  return name.length >= LIMIT_NAME_MIN && name !== "supervise";
}
