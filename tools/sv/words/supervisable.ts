/** What a name in the scanned directory may be, to be a service. */
import * as posix from "posix";
import { isPosixError } from "../../../base/errors.ts";
import type { NamedService } from "../service.ts";

/** runsvdir supervises directories alone; a link that leads nowhere is worth showing. */
export function isSupervisable({ path }: NamedService): boolean {
  return isSupervisableAt(posix.AT_FDCWD, path);
}

/** The same, for a path relative to `dir`, a descriptor. */
export function isSupervisableAt(dir: number, path: string): boolean {
  // Not by ignoringErrors: that would create a function for each of thousands of services.
  try {
    const mode = posix.mode(dir, path, 0);
    return mode === undefined || (mode & posix.S_IFMT) === posix.S_IFDIR;
  } catch (error) {
    if (isPosixError(error)) return true;
    throw error;
  }
}
