/** Scripts and steps that many scenarios share. */
import { FOREVER } from "../../support/service.ts";
import type { Step } from "../stage.ts";
import {
  control,
  ended,
  killIfSupervised,
  killSupervisor,
  lines,
  record,
  supervise,
  trace,
  waitUntilOld,
  waitUntilQuiet,
} from "../steps.ts";

export const FINISH = 'echo "finish $*" >>trace';

/** Waits, idle, until `shutDown` opens ./go. */
export const HANG = "mkfifo go 2>/dev/null; : <go";

export const HANGING_FINISH = `${FINISH}; ${HANG}`;

/** A running service gets a command: its record and its trace afterwards. */
export const commanded = (byte: string): readonly Step[] => [
  supervise(),
  lines(1),
  waitUntilOld(),
  control(byte),
  waitUntilQuiet,
  record(),
  trace(),
];

export const STARTS = `echo start >>trace; ${FOREVER}`;

/** For services that only KILL ends; it comes from outside, for 'k' after 'x' is not the same. */
export function shutDownByKill(): readonly Step[] {
  return [
    killSupervisor("SIGTERM"),
    waitUntilQuiet,
    record(),
    killIfSupervised(),
    ended(),
    record(),
    trace(),
  ];
}

export const script = (name: string, end: string) => `echo "script ${name}" >>trace; ${end}`;
export const DIRECTORY = { directory: true } as const;
