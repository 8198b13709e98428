/**
 * What distinguishes a process from every other one, also from a later one with its number: when it began, and in which
 * life of the system. Usually that is read in /proc. If /proc is not mounted, belongs to other processes, or hides some
 * of them (hidepid, subset=pid), a pidfd identifies a process instead: since Linux 6.9 its inode number is used only once
 * between two boots.
 */
import * as posix from "posix";
import { unlessExhausted } from "./errors.ts";

/** More than what is looked at in any of the files read here. */
const READ_MAX_BYTES = 1_024;
/** Where /proc/PID/stat tells these, counted from the state, which follows the name in parentheses. */
const PARENT_FIELD = 1;
const START_FIELD = 19;
const ZERO = 0x30;
/** Before the seconds of a boot that is known by its time. */
const BOOT_TIME = "at ";
/** Boot times are no more than this apart: a clock is corrected by seconds, and no system boots again as soon. */
const SAME_BOOT_S = 10;

export interface ProcessIdentity {
  /** 0 if it cannot be known. */
  readonly parent: number;
  /** When it began, in the kernel's own count; or, if /proc cannot tell, the inode number of its pidfd. */
  readonly startTicks: number;
  /** It has ended, and its parent has not collected it. */
  readonly isZombie: boolean;
}

/**
 * @returns `undefined` if there is no such process, or no way to tell
 * @throws {PosixError} not now
 */
export function identityOf(pid: number | "self"): ProcessIdentity | undefined {
  const { byPidfd = false, hasProc = true } = known() ?? {};
  if (!byPidfd) return identityInProc(pid);
  const number = pid === "self" ? posix.getpid() : pid;
  const startTicks = inodeOf(number);
  if (startTicks === undefined) return undefined;
  const { parent = 0, isZombie = false } = (hasProc && identityInProc(number)) || {};
  return { parent, startTicks, isZombie };
}

/** Character by character: it is asked at each start of a process, in the memory of its supervisor. */
function identityInProc(pid: number | "self"): ProcessIdentity | undefined {
  const text = readStart(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const stateAt = text.lastIndexOf(")") + 2;
  const parent = numberAt(text, stateAt, PARENT_FIELD);
  const startTicks = numberAt(text, stateAt, START_FIELD);
  if (!Number.isSafeInteger(startTicks)) return undefined;
  return { parent, startTicks, isZombie: text.charAt(stateAt) === "Z" };
}

/** The inode number of a process's pidfd; `undefined` if there is no such process, or no pidfd. */
function inodeOf(pid: number): number | undefined {
  return unlessExhausted(() => {
    const pidfd = posix.pidfdOpen(pid);
    try {
      const { id } = posix.fstat(pidfd);
      return Number(id.slice(id.indexOf(":") + 1));
    } finally {
      posix.close(pidfd);
    }
  });
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

/** How this process identifies others. */
interface Ways {
  readonly bootId: string;
  readonly byPidfd: boolean;
  /** /proc is there, and its numbers are this process's. */
  readonly hasProc: boolean;
}

/** Found out once, and inherited by forked children, for it never changes. */
let ways: Ways | undefined;

/**
 * A text that is another one after each boot, and in each container: usually the kernel's boot id, and the beginning of
 * process 1.
 *
 * @returns `undefined` if it cannot be known
 * @throws {PosixError} not now
 */
export function bootId(): string | undefined {
  return known()?.bootId;
}

/** Whether a life that was recorded is this one. */
export function isThisBoot(recorded: string): boolean {
  const current = bootId();
  if (current === undefined) return false;
  if (current === recorded) return true;
  const [boot, place] = bootTime(current);
  const [otherBoot, otherPlace] = bootTime(recorded);
  return place === otherPlace && Math.abs(boot - otherBoot) <= SAME_BOOT_S;
}

function known(): Ways | undefined {
  ways ??= find();
  return ways;
}

function find(): Ways | undefined {
  const boot = readStart("/proc/sys/kernel/random/boot_id")?.trim();
  // After `unshare --pid --fork` without a mount, /proc still shows the processes of the namespace before.
  const hasProc = linkText("/proc/self") === `${posix.getpid()}`;
  const first = hasProc ? identityInProc(1) : undefined;
  if (boot !== undefined && first !== undefined) {
    return { bootId: `${boot}/${first.startTicks}`, byPidfd: false, hasProc };
  }
  const byPidfd = hasOwnInodes();
  if (!byPidfd && !hasProc) return undefined;
  const place = `${linkText("/proc/self/ns/pid") ?? "-"}${byPidfd ? "/pidfd" : ""}`;
  return { bootId: `${boot ?? bootTimeText()}/${place}`, byPidfd, hasProc };
}

/** Whether each pidfd has an inode of its own; before Linux 6.9 it has the one that all files without a name share. */
function hasOwnInodes(): boolean {
  return (
    (unlessExhausted(() => {
      const watch = posix.watchOpen();
      try {
        const { id } = posix.fstat(watch);
        return inodeOf(posix.getpid()) !== Number(id.slice(id.indexOf(":") + 1));
      } finally {
        posix.close(watch);
      }
    }) ??
      false) &&
    inodeOf(posix.getpid()) !== undefined
  );
}

/** For a kernel that shows no boot id: the clock's time at the boot, which changes only if the clock is set. */
function bootTimeText(): string {
  return `${BOOT_TIME}${posix.clockReal().seconds - posix.clockMonotonic().seconds}`;
}

/** @returns NaN for a life that is told by a boot id */
function bootTime(text: string): [seconds: number, place: string] {
  const [boot = "", ...place] = text.split("/");
  const seconds = boot.startsWith(BOOT_TIME) ? Number(boot.slice(BOOT_TIME.length)) : Number.NaN;
  return [seconds, place.join("/")];
}

function linkText(path: string): string | undefined {
  return unlessExhausted(() => posix.readlink(posix.AT_FDCWD, path));
}

function readStart(path: string): string | undefined {
  return unlessExhausted(() => posix.readText(posix.AT_FDCWD, path, READ_MAX_BYTES));
}
