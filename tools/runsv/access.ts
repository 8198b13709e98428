/**
 * Applies the file `access` of a service directory to supervise/ and log/supervise/. This is the
 * part runsv/access, which supervisor/access-file.ts loads for directories that have the file. What
 * is wrong with it is reported, and keeps no service from its start: nobody gets a right then.
 */
import { isPosixError, reason } from "../../base/errors.ts";
import { groupId } from "../../base/groups.ts";
import { printable } from "../../base/printable.ts";
import type { Report } from "../../base/report.ts";
import { type Access, type Grant, modesFor, parseAccess } from "../../protocol/access.ts";
import { setSuperviseModes } from "../../supervisor/supervise-modes.ts";

/** So much of a line is in the warning about it. */
const SHOWN_MAX_BYTES = 40;

/**
 * @param text of the file
 * @param home the descriptor of the service directory
 */
export function applyAccess(
  text: string,
  home: number,
  hasLog: boolean,
  report: Pick<Report, "warn">,
): void {
  const access = parseAccess(text);
  if ("wrongLine" in access) {
    const line = printable(access.wrongLine, SHOWN_MAX_BYTES);
    report.warn(`./access: "${line}" is not a grant and a group.`);
    return;
  }
  apply(access, home, "supervise", ["control", "status"], report);
  if (hasLog) apply(access, home, "log/supervise", ["log-control", "log-status"], report);
}

function apply(
  access: Access,
  home: number,
  supervise: string,
  [control, status]: readonly [Grant, Grant],
  report: Pick<Report, "warn">,
): void {
  if (access[control] === undefined && access[status] === undefined) return;
  try {
    const [controls, reads] = [control, status].map((grant) => {
      const name = access[grant];
      const id = name === undefined ? undefined : groupId(name);
      if (name !== undefined && id === undefined) {
        report.warn(`./access: no group ${printable(name, SHOWN_MAX_BYTES)}.`);
      }
      return id;
    });
    if (setSuperviseModes(home, supervise, modesFor(controls, reads))) return;
    report.warn(`unable to apply ./access: ${supervise} has a control or ok that is not a fifo.`);
  } catch (error) {
    if (!isPosixError(error)) throw error;
    report.warn(`unable to apply ./access to ${supervise}: ${error.call}: ${reason(error)}`);
  }
}
