/** Whether a service runs another ./run than the directory has now. */
import * as posix from "posix";
import { isPosixError } from "../../../base/errors.ts";
import type { StatusRecord } from "../../../protocol/status.ts";
import type { NamedService } from "../service.ts";

/**
 * When ./run was changed or replaced, if that was after the start of the process: Unix time. If its
 * path leads through a link that was changed, only a younger file shows.
 */
export function runChangeS(
  service: NamedService,
  { phase, since }: StatusRecord,
): number | undefined {
  if (phase !== "run") return undefined;
  const path = service.at("run");
  const startMs = since.seconds * 1_000 + since.nanoseconds / 1_000_000;
  let changedMs = 0;
  try {
    const entry = posix.stat(service.dir, path, posix.AT_SYMLINK_NOFOLLOW);
    if (entry === undefined) return undefined;
    changedMs = entry.ctimeMs;
    if ((entry.mode & posix.S_IFMT) === posix.S_IFLNK) {
      changedMs = Math.max(changedMs, posix.stat(service.dir, path, 0)?.ctimeMs ?? 0);
    }
  } catch (error) {
    if (!isPosixError(error)) throw error;
  }
  return changedMs > startMs ? Math.floor(changedMs / 1_000) : undefined;
}
