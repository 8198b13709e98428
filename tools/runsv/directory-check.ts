/**
 * Checks the limit files of a service directory when its supervisor starts, and names that seem to
 * be misspelt, so that faults are reported then, and not when a limit applies. This is the part
 * runsv/directory-check, which supervisor/limit-file-check.ts loads for directories that may have
 * such files.
 */

import { printable } from "../../base/printable.ts";
import { LIMIT_FILES, MAIN_FILES } from "../../protocol/service-directory.ts";
import type { PolicyFiles } from "../../supervisor/policy-files.ts";

/** Not the type of its members: any entry of the directory is compared with them. */
const KNOWN: readonly string[] = LIMIT_FILES;
const KNOWN_OF_MAIN: readonly string[] = [...LIMIT_FILES, ...MAIN_FILES];
/** A name within this many edits of a known name is most likely a misspelling of it. */
const SLIPS_MAX = 2;

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
  if (names.some((name) => known.includes(name))) files.check();
}

/**
 * The known name that `name` misspells; `undefined` for copies that editors and package managers
 * leave.
 */
function meantBy(name: string, known: readonly string[]): string | undefined {
  if (name.startsWith(".") || name.startsWith("#") || name.endsWith("~")) return undefined;
  const plain = name.toLowerCase().replaceAll("_", "-");
  return known.find((one) => slipsBetween(plain, one) <= SLIPS_MAX);
}

/** The edit distance: characters to add, remove or replace. Source: Levenshtein's distance. */
function slipsBetween(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > SLIPS_MAX) return SLIPS_MAX + 1;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, character] of [...one].entries()) {
    const next = [index + 1];
    for (let at = 1; at <= other.length; at += 1) {
      const replaced = (row[at - 1] ?? 0) + (character === other[at - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
