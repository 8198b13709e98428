/**
 * Finds the supervisor of a service by the lock that it holds.
 *
 * Source: proc(5), /proc/locks; flock(2); makedev(3).
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import type { ServiceFiles } from "./service-report.ts";

const LOCKS_MAX_BYTES = 4 << 20;

/** The pid of the process that has locked supervise/lock, as in the text of /proc/locks. */
export function lockHolder(service: ServiceFiles): string | undefined {
  const path = service.file("supervise/lock");
  const lock = ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0));
  const locks = ignoringErrors(() =>
    posix.readText(posix.AT_FDCWD, "/proc/locks", LOCKS_MAX_BYTES),
  );
  if (lock === undefined || locks === undefined) return undefined;
  const [device = "", inode = ""] = lock.id.split(":");
  const file = `${deviceText(Number(device))}:${inode}`;
  // 1: FLOCK  ADVISORY  WRITE 4711 00:2d:123456 0 EOF
  const words = locks.slice(0, Math.max(0, locks.indexOf(` ${file} `))).split(" ");
  return words.at(-1);
}

/** A device as /proc/locks has it. Source: makedev(3) of glibc and musl. */
function deviceText(device: number): string {
  const major = (device >>> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
  return [major, minor].map((part) => part.toString(16).padStart(2, "0")).join(":");
}
