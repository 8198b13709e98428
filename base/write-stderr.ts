/**
 * Writes a daemon's messages. This is separate from report.ts so that tools that are not daemons
 * start faster.
 */
import * as posix from "posix";
import { isReady } from "./poll-set.ts";
import { print, STDERR } from "./report.ts";

/** Writes a message to standard error, as {@link writeIfReady} does. */
export function writeStderr(text: string): void {
  writeIfReady(STDERR, text);
}

/**
 * Writes a message to a descriptor, and drops it if the write would block: a stopped terminal or a
 * hanging reader must not stop a supervisor.
 */
export function writeIfReady(fd: number, text: string): void {
  if (isReady(fd, posix.POLLOUT)) print(fd, text);
}
