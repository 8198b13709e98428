/**
 * The files by which `runit-init` and process 1 agree on a shutdown: the path of each, and the
 * meaning of its mode. Only the bit 0100 of a file counts, "set" here, never its content.
 *
 * Pure: paths.
 * Source: runit 2.1.2, runit(8); the other places from its packages in Debian and Void Linux.
 */

/** The files of one way to compile runit. */
export interface ShutdownFiles {
  /** Set: SIGCONT to process 1 means a shutdown. Process 1 clears it then. */
  readonly stopit: string;
  /** Set: the shutdown is a reboot. It stays set for stage 3, which may look at it. */
  readonly reboot: string;
}

/** Debian, Void Linux, runit itself; host/src/last_resort.rs has them too. */
export const SHUTDOWN_FILES = [
  { stopit: "/run/runit.stopit", reboot: "/run/runit.reboot" },
  { stopit: "/run/runit/stopit", reboot: "/run/runit/reboot" },
  { stopit: "/etc/runit/stopit", reboot: "/etc/runit/reboot" },
] as const satisfies readonly ShutdownFiles[];
/** Set: the shutdown ends in a halt, and the power stays on. An addition of runits. */
export const HALT = "/run/runit.halt";
/** Set: SIGCONT to process 1 means a re-exec. An addition of runits. */
export const UPGRADE = "/run/runit.upgrade";

/** The mode of a file that is set, and the mode of one that is not. */
export const SET = 0o100;
export const CLEAR = 0;
