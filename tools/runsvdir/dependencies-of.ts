/** Reads which services a service of the scanned directory needs or comes after. */
import * as posix from "posix";
import type { Directory } from "../../base/directory.ts";
import { ignoringErrors } from "../../base/errors.ts";
import { DEPENDENCY_KINDS } from "../../protocol/dependency.ts";
import { entryNames } from "../../supervisor/dependency-entries.ts";

const NONE: readonly string[] = [];

/**
 * @param home the scanned directory
 * @returns their names; none if they cannot be read
 */
export function dependenciesOf(name: string, home: Directory): readonly string[] {
  const names = ignoringErrors(() => {
    let found = NONE;
    for (const kind of DEPENDENCY_KINDS) {
      const path = `${name}/${kind}`;
      if (posix.stat(home.fd, path, 0) === undefined) continue; // most services have none
      found = [...found, ...entryNames(home, path)];
    }
    return found;
  });
  return names ?? NONE;
}
