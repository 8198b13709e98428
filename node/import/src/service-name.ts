/** Names of service directories. */
import { ImportError, type Place } from "./note.ts";

const NAME_MAX_BYTES = 255;

/**
 * @throws {ImportError} no file can have this name, runsvdir would pass it over, or it has control
 *   characters
 */
export function serviceName(name: string, place: Place): string {
  const isUsable =
    name !== "" &&
    !name.startsWith(".") &&
    !/[/\p{Cc}]/u.test(name) &&
    Buffer.byteLength(name) <= NAME_MAX_BYTES;
  if (!isUsable) throw new ImportError(place, `${JSON.stringify(name)} cannot name a service`);
  return name;
}
