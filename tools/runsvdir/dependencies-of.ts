/** Reads the services that a service of the scanned directory needs or comes after. */
import { Directory } from "../../base/directory.ts";
import { ignoringErrors } from "../../base/errors.ts";
import { DEPENDENCY_KINDS } from "../../protocol/dependency.ts";
import { readEntries } from "../../supervisor/dependency-entries.ts";

/**
 * @param home the scanned directory
 * @returns their names; none if they cannot be read
 */
export function dependenciesOf(name: string, home: Directory): readonly string[] {
  const names = ignoringErrors(() => {
    // Most services have none.
    if (!DEPENDENCY_KINDS.some((kind) => home.stat(`${name}/${kind}`) !== undefined)) return [];
    const service = Directory.open(name, home.fd);
    try {
      return readEntries(service).map((entry) => entry.name);
    } finally {
      service.close();
    }
  });
  return names ?? [];
}
