/**
 * The programs that process 1 executes, and the files that configure it.
 *
 * Pure: paths.
 * Source: runit 2.1.2, runit(8); nosync from Debian's build. The timeouts are additions of runits.
 */

export type Stage = 1 | 2 | 3;

export const STAGES: Readonly<Record<Stage, string>> = {
  1: "/etc/runit/1",
  2: "/etc/runit/2",
  3: "/etc/runit/3",
};
/** Executed on SIGINT, if it is set. */
export const CTRL_ALT_DEL = "/etc/runit/ctrlaltdel";
/** If it exists, nothing is synced at the end. */
export const NO_SYNC = "/etc/runit/nosync";
/** Milliseconds from TERM to KILL for stage 2, and the longest time for stage 3. */
export const TIMEOUTS: Readonly<Record<2 | 3, string>> = {
  2: "/etc/runit/timeout-stage2",
  3: "/etc/runit/timeout-stage3",
};
/** For stage 2 without the file; stage 3 has no limit then. */
export const STAGE_2_TIMEOUT_MS = 5_000;
