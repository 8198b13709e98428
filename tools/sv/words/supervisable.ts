/** What a name in the scanned directory may be, to be a service. */
import * as posix from "posix";
import { ignoringErrors } from "../../../base/errors.ts";
import type { NamedService } from "../service.ts";

/** runsvdir supervises directories alone; a link that leads nowhere is worth showing. */
export function isSupervisable({ path }: NamedService): boolean {
  const found = ignoringErrors(() => posix.mode(posix.AT_FDCWD, path, 0));
  return found === undefined || (found & posix.S_IFMT) === posix.S_IFDIR;
}
