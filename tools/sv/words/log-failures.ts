/**
 * What `sv logs` reports about logs that it cannot show.
 *
 * Pure: failures in, text out.
 */
import { quoted } from "../../../base/quoted.ts";
import { firstNames } from "./first-names.ts";

export interface LogFailure {
  /** Of the service. */
  readonly name: string;
  readonly message: string;
}

/** Without names on the command line, so many failures have a line each. */
const LINES_MAX = 3;

/** A line for each of the failures: the services were named. */
export function eachLine(failures: readonly LogFailure[]): string[] {
  return failures.map(({ name, message }) => `${quoted(name)}: ${message}`);
}

/** If nobody has named the services, and none of them has a log. */
export function noLogLines(failures: readonly LogFailure[]): string[] {
  if (failures.length < 2) return eachLine(failures);
  const hint = "sv why NAME shows the output of one, or where it goes";
  return [`none of the ${failures.length} services has a log (${hint})`];
}

/** Of services whose lines were to be selected by time. */
export function untimedLine(names: readonly string[]): string {
  const [list, count] = [firstNames(names), names.length];
  const logs = count === 1 ? `${list}: its lines` : `${count} logs (${list}): their lines`;
  return `${logs} have no times, so whole files count (svlogd -tt adds times)`;
}

/** If nobody has named the services, many unreadable logs are the first one, and a count. */
export function unreadableLines(failures: readonly LogFailure[]): string[] {
  if (failures.length <= LINES_MAX) return eachLine(failures);
  const others = failures.slice(1);
  const list = firstNames(others.map(({ name }) => name));
  return [
    ...eachLine(failures.slice(0, 1)),
    `unable to read ${others.length} more logs: ${list} (sv logs NAME shows why)`,
  ];
}
