/**
 * What tells a process from every other one, also from a later one with its number: when it began, and in
 * which life of the system. From /proc; where there is none, nothing can be told.
 */
import * as posix from "posix";
import { definite } from "./errors.ts";

/** More than what is looked at in any of the files read here. */
const READ_MAX_BYTES = 1_024;
/** Where /proc/PID/stat tells these, counted from the state, which follows the name in parentheses. */
const PARENT_FIELD = 1;
const START_FIELD = 19;
const ZERO = 0x30;

export interface ProcessSign {
  readonly parent: number;
  readonly startTicks: number;
  /** It has ended, and its parent has not collected it. */
  readonly isZombie: boolean;
}

/**
 * Character by character: it is asked at each start of a process, in the memory of its supervisor.
 *
 * @returns `undefined` where there is no such process, or no way to tell
 * @throws {PosixError} not now
 */
export function signOf(pid: number | "self"): ProcessSign | undefined {
  const text = readStart(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const stateAt = text.lastIndexOf(")") + 2;
  const parent = numberAt(text, stateAt, PARENT_FIELD);
  const startTicks = numberAt(text, stateAt, START_FIELD);
  if (!Number.isSafeInteger(startTicks)) return undefined;
  return { parent, startTicks, isZombie: text.charAt(stateAt) === "Z" };
}

/** @returns NaN where there is no such field */
function numberAt(text: string, start: number, field: number): number {
  let at = start;
  for (let passed = 0; passed < field; passed += 1) at = text.indexOf(" ", at) + 1;
  const end = text.indexOf(" ", at);
  if (end <= at) return Number.NaN;
  let number = 0;
  for (; at < end; at += 1) number = number * 10 + text.charCodeAt(at) - ZERO;
  return number;
}

let lifeOfSystem: string | undefined;

/**
 * A text that is another one after each boot, and in each container: the kernel's boot id, and the beginning of
 * process 1. Asked for once, and inherited by forked children, for it never changes.
 *
 * @returns `undefined` where it cannot be told
 * @throws {PosixError} not now
 */
export function life(): string | undefined {
  if (lifeOfSystem === undefined) {
    const boot = readStart("/proc/sys/kernel/random/boot_id");
    const first = signOf(1);
    if (boot === undefined || first === undefined) return undefined;
    lifeOfSystem = `${boot.trim()}/${first.startTicks}`;
  }
  return lifeOfSystem;
}

function readStart(path: string): string | undefined {
  return definite(() => posix.readText(posix.AT_FDCWD, path, READ_MAX_BYTES));
}
