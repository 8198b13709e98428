/** Leaves descriptors free for what sv does beside waiting. */
import * as posix from "posix";

/**
 * Descriptors that sv leaves free for everything but the `ok` FIFOs of the services that it waits
 * for.
 */
const SPARE_DESCRIPTORS = 16;

/**
 * @returns `fd`, or `undefined` if it was one of the last that the process may have, and has been
 * closed
 */
export function closeUnlessSpare(fd: number): number | undefined {
  if (fd < SPARE_DESCRIPTORS || fd + SPARE_DESCRIPTORS < posix.getrlimit("nofile").soft) return fd;
  posix.close(fd);
  return undefined;
}
