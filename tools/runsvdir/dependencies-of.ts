/** Reads which services a service of the scanned directory needs or comes after. */
import type { Directory } from "../../base/directory.ts";
import { ignoringErrors } from "../../base/errors.ts";
import { DEPENDENCY_KINDS } from "../../protocol/dependency.ts";
import { entryNames } from "../../supervisor/dependency-entries.ts";

/**
 * @param home the scanned directory
 * @returns their names; none if they cannot be read
 */
export function dependenciesOf(name: string, home: Directory): readonly string[] {
  const names = ignoringErrors(() => {
    // Most services have none.
    const found = DEPENDENCY_KINDS.map((kind) => `${name}/${kind}`).filter(
      (path) => home.stat(path) !== undefined,
    );
    return found.flatMap((path) => entryNames(home, path));
  });
  return names ?? [];
}
