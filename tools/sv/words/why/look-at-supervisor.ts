/**
 * What /proc shows of the supervisor of a service.
 *
 * Source: proc_pid_limits(5), proc_vmstat(5).
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../../base/errors.ts";
import { printable } from "../../../../base/printable.ts";
import { STDERR } from "../../../../base/report.ts";
import type { StatusRecord } from "../../../../protocol/status.ts";
import type { UnixTime } from "../../../../protocol/tai.ts";
import { historyOf } from "../../history.ts";
import { lockHolder } from "../../lock-holder.ts";
import type { NamedService } from "../../service.ts";
import { cgroupOf } from "../own-cgroup.ts";
import type { ServiceProcess, SupervisorFacts } from "./facts.ts";
import { processUse } from "./look-at-cgroup.ts";
import {
  allPids,
  argumentsOf,
  childrenOf,
  directoryOf,
  numberAfter,
  processEntry,
  read,
} from "./processes.ts";

/** A younger child may be the next ./run, of which no status has been published. */
const LASTING_S = 1;

/** @returns `undefined` if /proc does not show it */
export function supervisorFacts(
  service: NamedService,
  record: StatusRecord,
  now: UnixTime,
): SupervisorFacts | undefined {
  const pid = supervisorOf(service, record.pid);
  const own = pid === undefined ? undefined : processEntry(pid);
  if (pid === undefined || own === undefined) return undefined;
  const home = ignoringErrors(() => posix.stat(posix.AT_FDCWD, homeOf(service), 0));
  const works = own.name === "runsv" ? directoryOf(pid) : undefined;
  const isOther = works !== undefined && home !== undefined && works.id !== home.id;
  const children = home === undefined || isLog(service) ? [] : childrenIn(home.id, pid);
  const scripts = children.filter((child) => child.pid !== record.pid && !child.isCheck);
  const isWaiting = record.phase === "down" && record.want === "up";
  return {
    pid,
    isStopped: "Tt".includes(own.state),
    isOrphan: isInit(own.parent),
    otherDirectory: isOther ? printable(works.text) : undefined,
    errorsFile: errorsFile(pid),
    check: children.find(({ isCheck }) => isCheck),
    scripts: scripts.filter(
      ({ isControl, ageS = 0 }) => isControl || (ageS >= LASTING_S && !runsCheck(service)),
    ),
    processLimit:
      isWaiting && now.seconds > record.since.seconds + 1 ? processLimit(pid) : undefined,
    memoryKills: numberAfter(read("/proc/vmstat"), "oom_kill"),
  };
}

/** Whether the process adopts those whose parents have ended: of the machine, or of a user. */
function isInit(pid: number): boolean {
  return pid === 1 || processEntry(pid)?.name === "systemd";
}

/** `undefined` also if the file has another name by now. */
function errorsFile(pid: number): string | undefined {
  return ignoringErrors(() => {
    const fd = `/proc/${pid}/fd/${STDERR}`;
    const path = posix.readlink(posix.AT_FDCWD, fd);
    const open = posix.stat(posix.AT_FDCWD, fd, 0);
    const named = posix.stat(posix.AT_FDCWD, path, 0);
    const isFile = named !== undefined && (named.mode & posix.S_IFMT) === posix.S_IFREG;
    return isFile && named.id === open?.id ? path : undefined;
  });
}

/** The directory that its supervisor works in: a log service is in the one of its service. */
function homeOf(service: NamedService): string {
  const { path } = service;
  return isLog(service) ? path.slice(0, -"log".length) : `${path}/.`;
}

export function isLog({ name, path }: NamedService): boolean {
  return name.endsWith("/log") && path.endsWith("/log");
}

/**
 * By its own word, by its child, or by its lock. runsvdir may be the parent of what a killed runsv
 * has left, so then the lock comes first.
 */
function supervisorOf(service: NamedService, child: number): number | undefined {
  const named = historyOf(service)?.supervisor;
  if (named !== undefined) return named;
  const parent = child === 0 ? undefined : processEntry(child)?.parent;
  const name = parent === undefined ? undefined : processEntry(parent)?.name;
  if (name === "runsv") return parent;
  const holder = Number(lockHolder(service));
  if (Number.isInteger(holder) && holder > 0) return holder;
  return name === "runsvdir" ? parent : undefined;
}

/** Whether the supervisor runs ./check, which may have executed any program. */
function runsCheck(service: NamedService): boolean {
  return ignoringErrors(() => service.has("check-period")) !== false;
}

interface Child extends ServiceProcess {
  /** Its command line names a control script: it has not executed another program. */
  readonly isControl: boolean;
  readonly isCheck: boolean;
}

/** The children of the supervisor that are in the service directory. */
function childrenIn(home: string, supervisor: number): Child[] {
  return childrenOf(supervisor).flatMap((pid) => {
    if (directoryOf(pid)?.id !== home) return [];
    const entry = processEntry(pid);
    if (entry === undefined) return [];
    // A script has its interpreter before its name.
    const words = argumentsOf(pid);
    const script = words.find((word) => word.startsWith("control/"));
    const isCheck = words.includes("./check");
    const name = isCheck ? "./check" : (script ?? `a script of control/ (${entry.name})`);
    return [{ ...entry, name: printable(name), isControl: script !== undefined, isCheck }];
  });
}

/** The limit on processes that applies, of the cgroup or of the user, if it is almost reached. */
function processLimit(pid: number): SupervisorFacts["processLimit"] {
  const { limit: ofCgroup } = processUse(cgroupOf(pid));
  if (ofCgroup !== undefined && ofCgroup.count >= ofCgroup.limit) return ofCgroup;
  const line = read(`/proc/${pid}/limits`)
    ?.split("\n")
    .find((one) => one.startsWith("Max processes"));
  const soft = Number(line?.slice("Max processes".length).trim().split(" ", 1)[0]);
  const uid = ownerOf(pid);
  if (!Number.isInteger(soft) || uid === undefined || uid === 0) return undefined;
  const count = allPids().filter((each) => ownerOf(each) === uid).length;
  return { limit: soft, count };
}

function ownerOf(pid: number): number | undefined {
  return ignoringErrors(() => posix.stat(posix.AT_FDCWD, `/proc/${pid}`, 0)?.uid);
}
