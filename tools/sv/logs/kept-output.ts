/**
 * The output of a service without log service: where it goes, and its end, which runsv keeps if
 * there is a file `keep-output`.
 */
import * as posix from "posix";
import { isDigits } from "../../../base/digits.ts";
import { ignoringErrors, isPosixError, NOT_THERE } from "../../../base/errors.ts";
import { quoted } from "../../../base/quoted.ts";
import { STDOUT } from "../../../base/report.ts";
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
  const file = outputFile(service);
  const where = file === undefined ? "" : ` (${quoted(file)})`;
  const text = `has no log service: its output goes where runsvdir's goes${where}`;
  if (kept === undefined) return text;
  return `${text}, and its end is kept: sv why ${quoted(service.name)}`;
}

/**
 * The file to which the process of the service writes, or its supervisor, from which the next
 * process inherits it; `undefined` if neither runs, or /proc does not show it.
 */
function outputFile(service: ServiceFiles): string | undefined {
  const supervisor = lockHolder(service);
  if (supervisor === undefined) return undefined;
  const path = service.file("supervise/pid");
  const pid = ignoringErrors(() => posix.readText(posix.AT_FDCWD, path, 16, posix.O_NOFOLLOW));
  // A process whose output is kept writes to a pipe, which says nothing.
  const isShown = keptOutput(service) === undefined;
  return (isShown ? stdoutOf(pid?.trim() ?? "") : undefined) ?? stdoutOf(supervisor);
}

/** @param pid in digits; a user who controls the service may have written anything */
function stdoutOf(pid: string): string | undefined {
  if (!isDigits(pid)) return undefined;
  const path = `/proc/${pid}/fd/${STDOUT}`;
  return ignoringErrors(() => posix.readlink(posix.AT_FDCWD, path));
}
