/**
 * The file `access`, by which others may control a service. It counts only if nobody but root and
 * the user of the supervisor can write to it.
 */
import * as posix from "posix";
import { isPosixError } from "../base/errors.ts";
import type { Surroundings } from "./service-owner.ts";

const FILE = "access";
const TEXT_MAX_BYTES = 4_096;
const OTHERS_MAY_WRITE = 0o022;

/** Call this when supervise/control and supervise/ok are there. */
export function applyAccessFile({ home, report }: Surroundings, hasLog: boolean): void {
  try {
    const found = posix.stat(home.fd, FILE, posix.AT_SYMLINK_NOFOLLOW);
    if (found === undefined) return;
    if (!isTrusted(found)) {
      report.warn(`./${FILE} is ignored: others can write to it, or it is not a file.`);
      return;
    }
    const text = posix.readText(home.fd, FILE, TEXT_MAX_BYTES, posix.O_NOFOLLOW);
    if (text === undefined) return;
    const part = posix.load("runsv/access") as typeof import("../tools/runsv/access.ts");
    part.applyAccess(text, home.fd, hasLog, report);
  } catch (error) {
    if (!isPosixError(error)) throw error;
    report.warn(`unable to ${error.call} ./${FILE}`, error);
  }
}

function isTrusted({ mode, uid }: posix.Stat): boolean {
  const isFile = (mode & posix.S_IFMT) === posix.S_IFREG;
  return isFile && (uid === 0 || uid === posix.geteuid()) && (mode & OTHERS_MAY_WRITE) === 0;
}
