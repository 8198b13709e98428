/**
 * Finds the process that has locked a file.
 *
 * Source: proc(5), /proc/locks; flock(2); makedev(3).
 */
import * as posix from "posix";
import { ignoringErrors } from "./errors.ts";

const LOCKS_MAX_BYTES = 4 << 20;

/**
 * @param lock the file, as {@link posix.Stat.id} names it
 * @returns its pid, as in the text of /proc/locks; `undefined` if no process is known
 */
export function holderOf(lock: string): string | undefined {
  const locks = ignoringErrors(() =>
    posix.readText(posix.AT_FDCWD, "/proc/locks", LOCKS_MAX_BYTES),
  );
  if (locks === undefined) return undefined;
  const [device = "", inode = ""] = lock.split(":");
  const file = `${deviceText(Number(device))}:${inode}`;
  // 1: FLOCK  ADVISORY  WRITE 4711 00:2d:123456 0 EOF
  const words = locks.slice(0, Math.max(0, locks.indexOf(` ${file} `))).split(" ");
  return words.at(-1) || undefined;
}

/** A device as /proc/locks has it. Source: makedev(3) of glibc and musl. */
function deviceText(device: number): string {
  const major = (device >>> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
  return [major, minor].map((part) => part.toString(16).padStart(2, "0")).join(":");
}
