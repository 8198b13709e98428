/**
 * The process group of a service with a file `kill-group`: ./run leads a session, and so a group,
 * of its own, whose id is its pid. A stop signal and SIGKILL go to all processes of the group, and
 * processes that are left when ./run has ended are ended too, by group-end.ts.
 *
 * The kernel does not give the id of a group to another process as long as the group has a member,
 * or its leader is not reaped. Afterwards it may, so whether processes belong to this group is
 * decided by the kernel's number of their session (`/proc/PID/autogroup`), which it never uses
 * twice.
 *
 * Source: setsid(2), kill(2); Linux kernel/sched/autogroup.c.
 */
import * as posix from "posix";
import { isPosixError, unlessExhausted } from "../base/errors.ts";

/** The start of a line such as `/autogroup-4711 nice 0`. */
const AUTOGROUP = "/autogroup-";
const AUTOGROUP_MAX_BYTES = 64;

/** The kernel's number of a session; 0 if the kernel does not show it, or there is no process. */
export type SessionNumber = number;

/** A process group; see the top of the file. */
export interface ProcessGroup {
  /** The pid of the leader, which is the id of the group. */
  readonly leader: number;
  /** The session, if it is known already: of a group that was taken over. */
  readonly session?: SessionNumber | undefined;
}

/** @throws {PosixError} a resource has run out */
export function sessionNumber(pid: number | "self"): SessionNumber {
  const path = `/proc/${pid}/autogroup`;
  const text = unlessExhausted(() => posix.readText(posix.AT_FDCWD, path, AUTOGROUP_MAX_BYTES));
  if (text === undefined || !text.startsWith(AUTOGROUP)) return 0;
  const number = Number(text.slice(AUTOGROUP.length, text.indexOf(" ")));
  return Number.isSafeInteger(number) ? number : 0;
}

/**
 * Sends a signal to all processes of a group.
 *
 * @param signal 0 only checks. A zombie counts as a process of the group; and after the leader was
 * reaped, it may be another group of that id
 * @returns `refused` if this process may signal none of them
 */
export function signalGroup(group: number, signal: number): "sent" | "empty" | "refused" {
  // -1 and 0 would address other processes.
  if (group <= 1) return "empty";
  try {
    posix.kill(-group, signal);
    return "sent";
  } catch (error) {
    if (!isPosixError(error)) throw error;
    return error.code === "ESRCH" ? "empty" : "refused";
  }
}
