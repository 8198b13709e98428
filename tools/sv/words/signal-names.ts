/** The names of signals by their numbers, which differ between systems. */
import * as posix from "posix";

const NAMES =
  "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP " +
  "TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS";

let names: Map<number, string> | undefined;

/** Such as `KILL`; the number itself if it has no name. */
export function signalName(signal: number): string {
  names ??= new Map(NAMES.split(" ").map((name) => [posix.signalNumber(name) ?? 0, name]));
  return names.get(signal) ?? `signal ${signal}`;
}
