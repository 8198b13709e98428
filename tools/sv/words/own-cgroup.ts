/**
 * The cgroup of a service, if it has one of its own: one that is not its supervisor's. Most have
 * none, and to find that out costs a few files for all of them together.
 *
 * Source: cgroups(7); Control Group v2, in the kernel's Documentation/admin-guide.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../base/errors.ts";
import { PARENT_FIELD, statFields } from "../../../base/process-stat.ts";
import { lockHolder } from "../lock-holder.ts";
import type { ServiceFiles } from "../service-report.ts";
import type { CgroupFacts } from "./service-view.ts";

/** The usual place of the second version's hierarchy, with all controllers. */
export const ROOT = "/sys/fs/cgroup";
/** The line of that hierarchy in /proc/PID/cgroup begins with this, and the path follows. */
const LINE_START = "0::";
/** The first line of cpu.stat, in microseconds. */
const USAGE = "usage_usec ";
const US_PER_S = 1_000_000;
/** How a supervisor is named, and a runsvdir that has become the parent of what one left. */
const SUPERVISOR = "runsv";

/** For one answer of a command: processes come and go. */
export class Cgroups {
  readonly #isMounted = read(`${ROOT}/cgroup.controllers`) !== undefined;
  /** Cgroups of supervisors, and the processes in them. */
  readonly #sharedPaths = new Set<string>();
  readonly #shared = new Set<number>();

  /**
   * @param pid the process of the service
   * @returns `undefined` if it shares a cgroup with its supervisor, or nobody knows
   */
  ownedBy(service: ServiceFiles, pid: number): CgroupFacts | undefined {
    if (!this.#isMounted || this.#shared.has(pid)) return undefined;
    const path = cgroupOf(pid);
    if (path === undefined || this.#sharedPaths.has(path)) return undefined;
    const supervisor = supervisorOf(service, pid);
    const other = supervisor === undefined ? undefined : cgroupOf(supervisor);
    if (other === undefined) return undefined;
    if (other === path) {
      this.#share(path);
      return undefined;
    }
    return { memoryBytes: numberIn(path, "memory.current", ""), cpuS: cpuOf(path) };
  }

  #share(path: string): void {
    this.#sharedPaths.add(path);
    const text = read(`${ROOT}${path}/cgroup.procs`) ?? "";
    for (const pid of posix.numbers(text, 0, text.length)) this.#shared.add(pid);
  }
}

/** Its parent, unless runsv was killed: then perhaps the one that holds the lock. */
function supervisorOf(service: ServiceFiles, pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const parent = stat && statFields(stat, PARENT_FIELD + 1)[PARENT_FIELD];
  const isSupervisor = parent && read(`/proc/${parent}/comm`)?.startsWith(SUPERVISOR);
  return isSupervisor ? parent : lockHolder(service);
}

/** The path of the cgroup of a process in that hierarchy; `/` for its root. */
export function cgroupOf(pid: number | string): string | undefined {
  const lines = read(`/proc/${pid}/cgroup`)?.split("\n") ?? [];
  return lines.find((line) => line.startsWith(LINE_START))?.slice(LINE_START.length);
}

function cpuOf(path: string): number | undefined {
  const us = numberIn(path, "cpu.stat", USAGE);
  return us === undefined ? undefined : us / US_PER_S;
}

/** The number at the beginning of a file, behind `before`. */
function numberIn(path: string, file: string, before: string): number | undefined {
  const text = read(`${ROOT}${path}/${file}`);
  if (text?.startsWith(before) !== true) return undefined;
  return posix.numbers(text, before.length, 1)[0];
}

function read(path: string): string | undefined {
  return ignoringErrors(() => posix.readText(posix.AT_FDCWD, path));
}
