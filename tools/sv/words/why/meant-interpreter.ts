/**
 * The interpreter that the `#!` line of a script means, if the one that it names does not exist.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../../base/errors.ts";
import { HEAD_BYTES, interpreterOf } from "../../../../base/exec-failure.ts";
import { meantBy } from "../../../../base/misspelling.ts";
import { baseName } from "../../../../base/options.ts";
import { candidates } from "../../../../base/program-search.ts";
import type { UnusableProgram } from "./facts.ts";

const PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
/** The most usual first. */
const INTERPRETERS = [
  ...["bash", "sh", "python3", "perl", "node", "ruby", "env", "dash", "ash"],
  ...["zsh", "fish", "ksh", "mksh", "tcsh", "csh", "python", "execlineb", "php", "lua"],
];

/** @param path of the script */
export function meantInterpreter(path: string): UnusableProgram["meant"] {
  const head = ignoringErrors(() => posix.readText(posix.AT_FDCWD, path, HEAD_BYTES));
  const named = interpreterOf(head ?? "");
  if (named?.startsWith("/") !== true || named.includes("|") || isThere(named)) return undefined;
  const base = baseName(named);
  const elsewhere = placeOf(base);
  if (elsewhere !== undefined) return { named, path: elsewhere };
  // One that is known is not installed, and not misspelt.
  if (INTERPRETERS.includes(base)) return undefined;
  const there = INTERPRETERS.filter((name) => placeOf(name) !== undefined);
  const meant = meantBy(base, there);
  const place = meant === undefined ? undefined : placeOf(meant);
  return place === undefined ? undefined : { named, path: place };
}

function placeOf(name: string): string | undefined {
  return candidates(name, PATH).find(isThere);
}

function isThere(path: string): boolean {
  return ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0)) !== undefined;
}
