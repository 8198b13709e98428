/** Finds the supervisor of a service by the lock that it holds. */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import { holderOf } from "../../base/lock-holder.ts";
import type { ServiceFiles } from "./service-report.ts";

/** The pid of the process that has locked supervise/lock, as in the text of /proc/locks. */
export function lockHolder(service: ServiceFiles): string | undefined {
  const path = service.file("supervise/lock");
  const lock = ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0));
  return lock && holderOf(lock.id);
}
