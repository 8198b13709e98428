/**
 * Processes as /proc shows them.
 *
 * Source: proc_pid_stat(5), proc_pid_task(5), proc_uptime(5).
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../../base/errors.ts";
import { printable } from "../../../../base/printable.ts";
import {
  PARENT_FIELD,
  START_FIELD,
  STATE_FIELD,
  statFields,
} from "../../../../base/process-stat.ts";
import type { ServiceProcess } from "./facts.ts";

const TEXT_MAX_BYTES = 4_096;
/** Clock ticks of /proc/PID/stat in a second, on every architecture of Linux. */
const TICKS_PER_S = 100;
/** More are not of interest to people. */
const PROCESSES_MAX = 64;

interface ProcessEntry extends ServiceProcess {
  readonly parent: number;
}

/** @returns `undefined` if there is no such process, or /proc hides it */
export function processEntry(pid: number): ProcessEntry | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const nameAt = text.indexOf("(") + 1;
  const nameEnd = text.lastIndexOf(")");
  const fields = statFields(text, START_FIELD + 1);
  const startS = Number(fields[START_FIELD]) / TICKS_PER_S;
  const uptimeS = Number(read("/proc/uptime")?.split(" ", 1)[0]);
  const ageS = uptimeS - startS;
  return {
    pid,
    name: printable(text.slice(nameAt, nameEnd)),
    state: fields[STATE_FIELD] ?? "",
    // A process that has just started may seem to be from a moment ahead.
    ageS: ageS > -1 ? Math.max(0, ageS) : undefined,
    parent: Number(fields[PARENT_FIELD]),
  };
}

/** The process and those below it, breadth first; empty if it does not exist. */
export function processTree(pid: number): ProcessEntry[] {
  const first = pid === 0 ? undefined : processEntry(pid);
  const found = first === undefined ? [] : [first];
  for (const { pid: parent } of found) {
    if (found.length >= PROCESSES_MAX) break;
    const children = childrenOf(parent).map(processEntry);
    found.push(...children.filter((child) => child !== undefined));
  }
  return found;
}

/** Empty also if the kernel does not list children. */
export function childrenOf(pid: number): number[] {
  const text = read(`/proc/${pid}/task/${pid}/children`) ?? "";
  return text.split(" ").filter(Boolean).map(Number);
}

/** The words of its command line. */
export function argumentsOf(pid: number): string[] {
  return (read(`/proc/${pid}/cmdline`) ?? "").split("\0").slice(0, -1);
}

/** Its current directory: the text of the link, and the directory as `Stat.id` names it. */
export function directoryOf(
  pid: number,
): { readonly text: string; readonly id: string } | undefined {
  const path = `/proc/${pid}/cwd`;
  return ignoringErrors(() => {
    const id = posix.stat(posix.AT_FDCWD, path, 0)?.id;
    return id === undefined ? undefined : { text: posix.readlink(posix.AT_FDCWD, path), id };
  });
}

/** All processes that /proc lists. */
export function allPids(): number[] {
  const names = ignoringErrors(() => {
    const fd = posix.open(posix.AT_FDCWD, "/proc", posix.O_RDONLY | posix.O_DIRECTORY, 0);
    try {
      return posix.readdir(fd);
    } finally {
      posix.close(fd);
    }
  });
  return (names ?? []).map(Number).filter(Number.isInteger);
}

/** A process by its command line and its current directory, which is unknown if it is refused. */
interface WorkingProcess {
  readonly pid: number;
  readonly words: readonly string[];
  readonly directory: ReturnType<typeof directoryOf>;
}

/** By command name; a command looks once, however many services ask. */
const workingByName = new Map<string, readonly WorkingProcess[]>();

/** The processes of that command name, as they were when this was first asked. */
export function processesNamed(name: string): readonly WorkingProcess[] {
  let found = workingByName.get(name);
  if (found === undefined) {
    const pids = allPids().filter((pid) => read(`/proc/${pid}/comm`) === `${name}\n`);
    found = pids.map((pid) => ({ pid, words: argumentsOf(pid), directory: directoryOf(pid) }));
    workingByName.set(name, found);
  }
  return found;
}

export function exists(pid: number): boolean {
  return read(`/proc/${pid}/comm`) !== undefined;
}

/**
 * The number of the line `WORD N` in a text; `undefined` if there is none.
 */
export function numberAfter(text: string | undefined, word: string): number | undefined {
  const line = text?.split("\n").find((one) => one.startsWith(`${word} `));
  const number = Number(line?.slice(word.length).trim().split(" ", 1)[0]);
  return line === undefined || Number.isNaN(number) ? undefined : number;
}

export function read(path: string): string | undefined {
  return ignoringErrors(() => posix.readText(posix.AT_FDCWD, path, TEXT_MAX_BYTES));
}
