/**
 * The output of a service without log service: where it goes, and its end, which runsv keeps if
 * there is a file `keep-output`.
 */
import * as posix from "posix";
import { isDigits } from "../../../base/digits.ts";
import { Directory } from "../../../base/directory.ts";
import { ignoringErrors, isPosixError, NOT_THERE } from "../../../base/errors.ts";
import { PARENT_FIELD, statFields } from "../../../base/process-stat.ts";
import { quoted } from "../../../base/quoted.ts";
import { STDERR, STDOUT } from "../../../base/report.ts";
import { lockHolder } from "../lock-holder.ts";
import type { ServiceFiles } from "../service-report.ts";
import { UnreadableLog } from "./log-file.ts";

/** supervisor/output-file.ts never lets the file grow beyond this. */
const OUTPUT_MAX_BYTES = 16_384;

/** The path of the file with the end of the output; `undefined` if the service has none. */
export function keptOutput(service: ServiceFiles): string | undefined {
  const isKept = ignoringErrors(() => service.has("keep-output") && !service.has("log")) === true;
  return isKept ? service.file("supervise/output") : undefined;
}

/** @throws {UnreadableLog} */
export function readOutput(path: string): string {
  try {
    const flags = posix.O_NOFOLLOW;
    const text = posix.readText(posix.AT_FDCWD, path, OUTPUT_MAX_BYTES, flags);
    if (text === undefined) throw new UnreadableLog(path, NOT_THERE);
    return text;
  } catch (error) {
    if (!isPosixError(error)) throw error;
    throw new UnreadableLog(path, error);
  }
}

/** A sentence about the output of a service without log service. */
export function outputWithoutLog(service: ServiceFiles): string {
  const kept = keptOutput(service);
  const text = `no log service: its output goes where runsvdir's goes${outputPlaces(service)}`;
  if (kept === undefined) return text;
  return `${text}, and its end is kept: sv why ${quoted(service.name)}`;
}

/**
 * The files to which the process of the service writes, or its supervisor, from which the next
 * process inherits them, such as ` (/dev/null; errors: /dev/pts/3)`; `""` if neither runs, or /proc
 * does not show it.
 */
function outputPlaces(service: ServiceFiles): string {
  const supervisor = lockHolder(service);
  if (supervisor === undefined) return "";
  const path = service.file("supervise/pid");
  const pid = ignoringErrors(() => posix.readText(posix.AT_FDCWD, path, 16, posix.O_NOFOLLOW));
  // A process whose output is kept writes to pipes, which says nothing.
  const isShown = keptOutput(service) === undefined;
  const fileAt = (fd: number) => {
    const own = isShown ? openFile(pid?.trim() ?? "", fd) : undefined;
    // A shell that redirects the output of one command has it as its own meanwhile.
    return own === undefined || own === "/dev/null" ? openFile(supervisor, fd) : own;
  };
  const output = fileAt(STDOUT);
  const errors = fileAt(STDERR);
  if (output === undefined || errors === undefined) return "";
  if (errors === output) return ` (${quoted(output)})`;
  const title = titleLogOf(supervisor, errors);
  return ` (${quoted(output)}; errors: ${title ?? quoted(errors)})`;
}

/** How to read the log in the command line of runsvdir, if `pipe` leads there. */
function titleLogOf(supervisor: string, pipe: string): string | undefined {
  const stat = ignoringErrors(() => posix.readText(posix.AT_FDCWD, `/proc/${supervisor}/stat`));
  const parent = statFields(stat ?? "", PARENT_FIELD + 1)[PARENT_FIELD] ?? "";
  // With --dense, runsvdir is the supervisor itself.
  const reader = [supervisor, parent].find((pid) => isRunsvdir(pid) && hasTwice(pid, pipe));
  return reader && `the argument log of runsvdir: ps -ww -o args= -p ${reader}`;
}

function isRunsvdir(pid: string): boolean {
  const name = ignoringErrors(() => posix.readText(posix.AT_FDCWD, `/proc/${pid}/comm`));
  return name === "runsvdir\n";
}

/** Whether the process has both ends of the pipe: runsvdir reads its own standard error. */
function hasTwice(pid: string, pipe: string): boolean {
  const fds = ignoringErrors(() => {
    const directory = Directory.open(`/proc/${pid}/fd`);
    try {
      return posix.readdir(directory.fd);
    } finally {
      directory.close();
    }
  });
  return fds !== undefined && fds.filter((fd) => openFile(pid, fd) === pipe).length > 1;
}

/** @param pid in digits; a user who controls the service may have written anything */
function openFile(pid: string, fd: number | string): string | undefined {
  if (!isDigits(pid)) return undefined;
  return ignoringErrors(() => posix.readlink(posix.AT_FDCWD, `/proc/${pid}/fd/${fd}`));
}
