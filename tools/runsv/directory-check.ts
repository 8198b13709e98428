/**
 * Checks the limit files of a service directory when its supervisor starts, and reports names that
 * seem to be misspelt, and files that mean nothing without another one: faults are reported then,
 * and not when a limit applies. This is the part runsv/directory-check, which
 * supervisor/limit-file-check.ts loads for directories that may have such files.
 */

import { meantBy } from "../../base/misspelling.ts";
import { printable } from "../../base/printable.ts";
import { LIMIT_FILES, MAIN_FILES, type MainFile } from "../../protocol/service-directory.ts";
import type { PolicyFiles } from "../../supervisor/policy-files.ts";

/** Not the type of its members: any entry of the directory is compared with them. */
const KNOWN: readonly string[] = LIMIT_FILES;
const KNOWN_OF_MAIN: readonly string[] = [...LIMIT_FILES, ...MAIN_FILES];

/** Files that count only beside one of others. */
const DEPENDENT: readonly (readonly [file: MainFile, others: readonly MainFile[]])[] = [
  ["check-restart", ["check-period"]],
  ["check-timeout", ["check-period"]],
  ["timeout-ready", ["notification-fd", "notify-socket", "check-period"]],
  ["watchdog", ["notify-socket"]],
];

/** @param names the entries of the directory of the files */
export function checkDirectory(
  names: readonly string[],
  files: PolicyFiles,
  warn: (text: string) => void,
): void {
  const known = files.where === "" ? KNOWN_OF_MAIN : KNOWN;
  for (const name of names) {
    const meant = known.includes(name) ? undefined : meantBy(name, known);
    if (meant !== undefined && !names.includes(meant)) {
      warn(`./${files.where}${printable(name)}: means nothing, did you mean ${meant}?`);
    }
  }
  if (files.where === "") {
    for (const [file, others] of DEPENDENT) {
      if (!names.includes(file) || others.some((other) => names.includes(other))) continue;
      warn(`./${file}: means nothing without ${others.join(" or ")}.`);
    }
  }
  if (names.some((name) => known.includes(name))) files.check();
}
