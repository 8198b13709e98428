/**
 * The bytes that a supervisor reads from `supervise/control`. One byte is one command; a byte in
 * neither table is ignored.
 *
 * Pure: tables.
 * Source: runit 2.1.2, CONTROL in runsv(8).
 */

/** Control bytes that change the wanted state, and their commands of `sv`. */
const WANT_COMMANDS = { u: "up", d: "down", o: "once", x: "exit" } as const;

/** Control bytes that send the service a signal. */
export const SIGNAL_OF = {
  t: "TERM",
  k: "KILL",
  p: "STOP",
  c: "CONT",
  h: "HUP",
  a: "ALRM",
  i: "INT",
  q: "QUIT",
  "1": "USR1",
  "2": "USR2",
} as const;

const COMMANDS = { ...WANT_COMMANDS, ...SIGNAL_OF };

export type ControlByte = keyof typeof COMMANDS;
export type SignalName = (typeof SIGNAL_OF)[keyof typeof SIGNAL_OF];

/**
 * Makes a supervisor of runits re-exec, as USR2 does. The byte addresses the supervisor, not the
 * service; runit's runsv ignores it.
 */
export const REEXEC = "E";

/**
 * Makes a supervisor of runits exit as `x` does, and refuse every start until then; runit's runsv
 * ignores it. It too addresses the supervisor.
 */
export const EXIT_FOR_GOOD = "X";

/** All control bytes. */
export const CONTROL_BYTES = Object.keys(COMMANDS) as ControlByte[];

export function isControlByte(character: string): character is ControlByte {
  return Object.hasOwn(COMMANDS, character);
}
