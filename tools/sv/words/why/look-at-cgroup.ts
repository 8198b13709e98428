/**
 * What the cgroup of a service shows: its limits, and how often they were in the way.
 *
 * Source: cgroups(7); Control Group v2, in the kernel's Documentation/admin-guide.
 */
import { cgroupOf, ROOT } from "../own-cgroup.ts";
import type { CgroupUse, ProcessLimit } from "./facts.ts";
import { numberAfter, read } from "./processes.ts";

/** A script enters a cgroup by writing its pid into this file. */
const MEMBERS = "/cgroup.procs";
/** What may not be in a path that a script names: blanks, and what a shell treats specially. */
const SPECIAL = " \t\n\"'$`*?[{\\;&|<>()";

/**
 * @param pid the process of the service; 0: none
 * @param script the text of ./run, which is looked at if there is no process
 */
export function cgroupFacts(
  pid: number,
  supervisor: number | undefined,
  script: string | undefined,
): CgroupUse | undefined {
  const shared = supervisor === undefined ? undefined : cgroupOf(supervisor);
  const path = pid === 0 ? (enteredBy(script ?? "") ?? shared) : cgroupOf(pid);
  if (path === undefined) return undefined;
  const { limit, refusedForks } = processUse(path);
  return {
    directory: ROOT + path,
    isOwn: shared !== undefined && path !== shared,
    processLimit: limit,
    refusedForks,
    memoryKills: numberAfter(read(`${ROOT}${path}/memory.events`), "oom_kill"),
  };
}

/** The first cgroup that a script names, if that exists. */
function enteredBy(script: string): string | undefined {
  const end = script.indexOf(MEMBERS);
  const start = end < 0 ? -1 : script.lastIndexOf(`${ROOT}/`, end);
  if (start < 0) return undefined;
  const path = script.slice(start + ROOT.length, end);
  const isPlain = [...SPECIAL].every((character) => !path.includes(character));
  return isPlain && read(`${ROOT}${path}${MEMBERS}`) !== undefined ? path : undefined;
}

interface ProcessUse {
  /** The one that is reached, or else the nearest. */
  readonly limit: ProcessLimit | undefined;
  readonly refusedForks: number;
}

/** The limits on processes of a cgroup, and of those above it. */
export function processUse(path: string | undefined): ProcessUse {
  let nearest: ProcessUse | undefined;
  let refusedForks = 0;
  for (const level of levels(path)) {
    const [limit, count] = [numberIn(level, "pids.max"), numberIn(level, "pids.current")];
    // Kernels differ in the level that counts: that of the limit, or of the process.
    const refused = numberAfter(read(`${ROOT}${level}/pids.events`), "max") ?? 0;
    refusedForks = Math.max(refusedForks, refused);
    if (limit === undefined || count === undefined) continue;
    const use = { limit: { directory: ROOT + level, limit, count }, refusedForks };
    if (count >= limit) return use;
    nearest ??= use;
  }
  return nearest ?? { limit: undefined, refusedForks: 0 };
}

/** The cgroup and those above it, each without a slash at its end. */
function levels(path: string | undefined): string[] {
  const found: string[] = [];
  let level = path === "/" ? "" : path;
  while (level !== undefined) {
    found.push(level);
    level = level === "" ? undefined : level.slice(0, level.lastIndexOf("/"));
  }
  return found;
}

/** `undefined` also for `max`. */
function numberIn(level: string, file: string): number | undefined {
  const number = Number.parseInt(read(`${ROOT}${level}/${file}`) ?? "", 10);
  return Number.isNaN(number) ? undefined : number;
}
