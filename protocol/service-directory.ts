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

/**
 * The files of the main service alone: how it reports readiness, what it may wait for, how it ends,
 * and whether its output is kept. Beside them it may have the directories `needs` and `after`.
 */
export const MAIN_FILES = [
  "notification-fd",
  "notify-socket",
  "check-period",
  "check-restart",
  "check-timeout",
  "timeout-ready",
  "timeout-dependants",
  "watchdog",
  "keep-output",
  "kill-group",
  "restart-policy",
] as const;

export type MainFile = (typeof MAIN_FILES)[number];

/** The files of a supervise directory, which a supervisor makes. */
export type SuperviseFile =
  | "adopt"
  | "control"
  | "dependants"
  | "directory"
  | "event"
  | "history"
  | "hold"
  | "lock"
  | "ok"
  | "output"
  | "pid"
  | "ready"
  | "stat"
  | "status"
  | "stopping";

/** The files by which the owner of a service says how to run it. */
export type ServiceFile =
  | "access"
  | "after"
  | "check"
  | "down"
  | "essential"
  | "finish"
  | "log"
  | "needs"
  | "run"
  | LimitFile
  | MainFile;

/** A path in a service directory. */
export type ServicePath =
  | ServiceFile
  | "supervise"
  | `supervise/${SuperviseFile}`
  | `log/supervise/${SuperviseFile}`;

/** @param supervise the path of a supervise directory, such as `log/supervise` */
export function superviseFile(supervise: string, file: SuperviseFile): string {
  return `${supervise}/${file}`;
}
