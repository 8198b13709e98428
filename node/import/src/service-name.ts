/** Names of service directories. */
import { ImportError, type Place } from "./note.ts";

const NAME_MAX_BYTES = 255;

/** @throws {ImportError} no file can have this name, or runsvdir would pass it over */
export function serviceName(name: string, place: Place): string {
  const isUsable =
    name !== "" &&
    !name.startsWith(".") &&
    !/[/\0\n]/.test(name) &&
    Buffer.byteLength(name) <= NAME_MAX_BYTES;
  if (!isUsable) throw new ImportError(place, `${JSON.stringify(name)} cannot name a service`);
  return name;
}
