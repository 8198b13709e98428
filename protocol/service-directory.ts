/**
 * The files of a service directory that runits reads or makes; docs/service-directory.md says what
 * each is for. They are types, so that a misspelt name does not compile and no program holds a
 * table of them.
 *
 * Pure: names.
 */

/** The files that set a limit or a signal. They are also in `log/`, for the log service. */
export const LIMIT_FILES = [
  "timeout-kill",
  "timeout-finish",
  "down-signal",
  "max-death-tally",
  "death-tally-period",
  "restart-delay-max",
] as const;

export type LimitFile = (typeof LIMIT_FILES)[number];

/** The files of a supervise directory, which a supervisor makes. */
export type SuperviseFile =
  | "adopt"
  | "control"
  | "history"
  | "lock"
  | "ok"
  | "pid"
  | "stat"
  | "status";

/** The files by which the owner of a service says how to run it. */
type ServiceFile = "check" | "down" | "essential" | "finish" | "log" | "run" | LimitFile;

/** A path in a service directory. */
export type ServicePath = ServiceFile | "supervise" | `supervise/${SuperviseFile}`;

/** @param supervise the path of a supervise directory, such as `log/supervise` */
export function superviseFile(supervise: string, file: SuperviseFile): string {
  return `${supervise}/${file}`;
}
