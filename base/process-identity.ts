/**
 * Distinguishes a process from every other one, including a later one with the same pid, by its
 * start time and the boot id. Both usually come from /proc. If /proc is not mounted, belongs to
 * another pid namespace, or hides processes (hidepid, subset=pid), a pidfd identifies a process
 * instead: since Linux 6.9 its inode number is unique within a boot.
 */
import * as posix from "posix";
import { unlessExhausted } from "./errors.ts";
import { fieldsAt, PARENT_FIELD, START_FIELD, STATE_LENGTH } from "./process-stat.ts";

/** More than this module needs of any file that it reads. */
const READ_MAX_BYTES = 1_024;
/** Precedes the seconds of a boot that is identified by its time. */
const BOOT_TIME = "at ";
/**
 * Two boot times of one boot differ by at most this much: a clock is corrected by seconds, and no
 * system reboots as fast.
 */
const SAME_BOOT_S = 10;

interface ProcessIdentity {
  /** 0 if unknown. */
  readonly parent: number;
  /**
   * The start time in the kernel's clock ticks; or, if /proc cannot be used, the inode number of
   * the process's pidfd.
   */
  readonly startTicks: number;
  /** It has exited, and its parent has not reaped it. */
  readonly isZombie: boolean;
}

/**
 * @returns `undefined` if the process does not exist or cannot be identified
 * @throws {PosixError} a resource has run out
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

function identityInProc(pid: number | "self"): ProcessIdentity | undefined {
  const text = readStart(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const at = fieldsAt(text);
  // Each process of a service comes here before its exec, and a split takes longer.
  const numbers = posix.numbers(text, at + STATE_LENGTH, START_FIELD);
  const parent = numbers[PARENT_FIELD - 1];
  const startTicks = numbers[START_FIELD - 1];
  if (parent === undefined || startTicks === undefined) return undefined;
  return { parent, startTicks, isZombie: text[at] === "Z" };
}

/**
 * Returns the inode number of a process's pidfd; `undefined` if there is no such process, or no
 * pidfd.
 */
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

/** The ways in which this process identifies others. */
interface Ways {
  readonly bootId: string;
  readonly byPidfd: boolean;
  /** /proc is mounted and shows this process's pid namespace. */
  readonly hasProc: boolean;
}

/** Determined once and inherited by forked children, because it never changes. */
let ways: Ways | undefined;

/**
 * Returns the boot id, which differs after each boot and in each container: usually the kernel's
 * boot id and the start time of process 1.
 *
 * @returns `undefined` if it cannot be determined
 * @throws {PosixError} a resource has run out
 */
export function bootId(): string | undefined {
  return known()?.bootId;
}

/** Whether a recorded boot id is that of the current boot. */
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
  // After `unshare --pid --fork` without a mount, /proc still shows the parent pid namespace.
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

/**
 * Whether each pidfd has an inode of its own; before Linux 6.9 they all share the one of anonymous
 * files.
 */
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

/**
 * For a kernel that shows no boot id: the wall-clock time of the boot, which changes only if the
 * clock is set.
 */
function bootTimeText(): string {
  return `${BOOT_TIME}${posix.clockReal().seconds - posix.clockMonotonic().seconds}`;
}

/** @returns NaN seconds if the boot is not identified by its time */
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
