/**
 * The bytes that a supervisor takes from `supervise/control`, and the signals that they stand for.
 * One byte is one command; a byte that is not in this table is ignored.
 *
 * Pure: a table and a question.
 * Source: runit 2.1.2, CONTROL in runsv(8).
 */

/** Commands that send the service a signal, whatever else they do. */
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

/** `u` up, `d` down, `o` once, `x` exit; the others as in {@link SIGNAL_OF}. */
export type ControlByte = "u" | "d" | "o" | "x" | keyof typeof SIGNAL_OF;
export type SignalName = (typeof SIGNAL_OF)[keyof typeof SIGNAL_OF];

/**
 * Commands a supervisor of ours to re-exec, as USR2 does. It is about the supervisor, and
 * no command to the service; runit's ignores it.
 */
export const REEXEC = "E";

export function isControlByte(character: string): character is ControlByte {
  return character.length === 1 && "udoxtkpchaiq12".includes(character);
}
