/**
 * Writes a daemon's messages. This is separate from report.ts so that tools that are not daemons
 * start faster.
 */
import * as posix from "posix";
import { isReady } from "./poll-set.ts";
import { print, STDERR } from "./report.ts";

/**
 * Writes a message to standard error, or to another descriptor, and drops it if the write would
 * block: a stopped terminal or a hanging reader must not stop a supervisor.
 */
export function tell(text: string, fd = STDERR): void {
  if (isReady(fd, posix.POLLOUT)) print(fd, text);
}
