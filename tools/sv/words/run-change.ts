/** Whether a service runs another ./run than the directory has now. */
import * as posix from "posix";
import { isPosixError } from "../../../base/errors.ts";
import type { StatusRecord } from "../../../protocol/status.ts";
import type { NamedService } from "../service.ts";
import type { RunChange } from "./service-view.ts";

/**
 * How and when ./run was changed or replaced, if that was after the start of the process. If its
 * path leads through a link that was changed, only a younger file shows.
 */
export function runChange(
  service: NamedService,
  { phase, since }: StatusRecord,
): RunChange | undefined {
  if (phase !== "run") return undefined;
  const startMs = since.seconds * 1_000 + since.nanoseconds / 1_000_000;
  try {
    const path = service.at("run");
    const entry = posix.stat(service.dir, path, posix.AT_SYMLINK_NOFOLLOW);
    if (entry === undefined) return undefined;
    const isLink = (entry.mode & posix.S_IFMT) === posix.S_IFLNK;
    const target = isLink ? posix.stat(service.dir, path, 0) : undefined;
    const changedMs = Math.max(entry.ctimeMs, target?.ctimeMs ?? 0);
    if (changedMs <= startMs) return undefined;
    const atS = Math.floor(changedMs / 1_000);
    if (mtimeMs(entry) > startMs || (target !== undefined && mtimeMs(target) > startMs)) {
      return { atS, what: "contents" };
    }
    return { atS, what: isLink || isReplaced(service, startMs) ? "file" : "attributes" };
  } catch (error) {
    if (!isPosixError(error)) throw error;
    return undefined;
  }
}

/** Whether another file may have got the name: that changes the directory. */
function isReplaced(service: NamedService, startMs: number): boolean {
  const home = posix.stat(service.dir, service.at("."), 0);
  return home === undefined || mtimeMs(home) > startMs;
}

function mtimeMs({ mtimeS, mtimeNs }: posix.Stat): number {
  return mtimeS * 1_000 + mtimeNs / 1_000_000;
}
