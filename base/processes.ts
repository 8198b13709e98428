/**
 * What tells a process from every other one, also from a later one with its number: when it began, and in
 * which life of the system. From /proc; where there is none, nothing can be told.
 */
import * as posix from "posix";
import { unless } from "./errors.ts";

/** More than what is looked at in any of the files read here. */
const READ_MAX_BYTES = 1_024;
/** Where /proc/PID/stat tells these, counted from the state, which follows the name in parentheses. */
const PARENT_FIELD = 1;
const START_FIELD = 19;
const CLOSING = 0x29;
const BLANK = 0x20;
const ZERO = 0x30;
const ZOMBIE = 0x5a;

export interface ProcessSign {
  readonly parent: number;
  readonly startTicks: number;
  /** It has ended, and its parent has not collected it. */
  readonly isZombie: boolean;
}

/**
 * Byte by byte: it is asked in each forked child, where everything that is made costs pages.
 *
 * @returns `undefined` where there is no such process, or no way to tell
 */
export function signOf(pid: number | "self"): ProcessSign | undefined {
  const bytes = readStart(`/proc/${pid}/stat`);
  if (bytes === undefined) return undefined;
  const stateAt = bytes.lastIndexOf(CLOSING) + 2;
  const parent = numberAt(bytes, stateAt, PARENT_FIELD);
  const startTicks = numberAt(bytes, stateAt, START_FIELD);
  if (!Number.isSafeInteger(startTicks)) return undefined;
  return { parent, startTicks, isZombie: bytes[stateAt] === ZOMBIE };
}

/** @returns NaN where there is no such field */
function numberAt(bytes: Uint8Array, start: number, field: number): number {
  let at = start;
  for (let passed = 0; passed < field; passed += 1) at = bytes.indexOf(BLANK, at) + 1;
  const end = bytes.indexOf(BLANK, at);
  if (end <= at) return Number.NaN;
  let number = 0;
  for (; at < end; at += 1) number = number * 10 + (bytes[at] ?? 0) - ZERO;
  return number;
}

let lifeOfSystem: string | undefined;

/**
 * A text that is another one after each boot, and in each container: the kernel's boot id, and the beginning of
 * process 1. Asked for once, and inherited by forked children, for it never changes.
 *
 * @returns `undefined` where it cannot be told
 */
export function life(): string | undefined {
  if (lifeOfSystem === undefined) {
    const boot = readStart("/proc/sys/kernel/random/boot_id");
    const first = signOf(1);
    if (boot === undefined || first === undefined) return undefined;
    lifeOfSystem = `${String.fromCharCode(...boot).trim()}/${first.startTicks}`;
  }
  return lifeOfSystem;
}

function readStart(path: string): Uint8Array | undefined {
  return unless([], () => {
    const fd = posix.open(posix.AT_FDCWD, path, posix.O_RDONLY, 0);
    try {
      return posix.read(fd, READ_MAX_BYTES);
    } finally {
      posix.close(fd);
    }
  });
}
