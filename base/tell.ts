/**
 * How a daemon says something. Apart from report.ts, for what no daemon is starts faster without it.
 */
import * as posix from "posix";
import { isReady } from "./poll-set.ts";
import { print, STDERR } from "./report.ts";

/**
 * Writes a message of a daemon to standard error, or to another descriptor, or loses it where that would have to wait: a
 * terminal that is stopped or a reader that hangs must not stop a supervisor.
 */
export function tell(text: string, fd = STDERR): void {
  if (isReady(fd, posix.POLLOUT)) print(fd, text);
}
