/**
 * Readers of /proc: the state of a process, seen from outside, so that reading changes nothing.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** `undefined` if the process, or our right to look at it, is gone. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}

function follow(path: string): string | undefined {
  try {
    return readlinkSync(path, "latin1");
  } catch {
    return undefined;
  }
}

/** Every process that there is. */
export function allPids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** The lines of /proc/PID/status by their names: `Umask`, `SigIgn`, `ShdPnd`, ... */
export function statusLines(pid: number): ReadonlyMap<string, string> {
  const lines = (read(`/proc/${pid}/status`) ?? "").split("\n");
  return new Map(
    lines.map((line) => [line.split(":", 1)[0] ?? "", line.replace(/^[^:]*:\s*/, "")]),
  );
}

/** Whether a process has taken all signals that it got, or is gone. */
export function isServed(pid: number): boolean {
  const lines = statusLines(pid);
  return ["SigPnd", "ShdPnd"].every((name) => /^0*$/.test(lines.get(name) ?? ""));
}

interface Kinship {
  /** `R` running, `S` sleeping, `T` stopped, `Z` ended and not collected, ... */
  readonly state: string;
  readonly ppid: number;
  readonly pgrp: number;
  readonly session: number;
  /** The device of its controlling terminal; 0: none. */
  readonly terminal: number;
  readonly nice: number;
}

/** `undefined` once the process is gone. */
export function kinship(pid: number): Kinship | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const number = (index: number) => Number(fields[index]);
  const [state = "?"] = fields;
  const [ppid, pgrp, session, terminal] = [number(1), number(2), number(3), number(4)];
  return { state, ppid, pgrp, session, terminal, nice: number(16) };
}

/** Running or stopped; a zombie is not. */
export function isAlive(pid: number): boolean {
  const state = kinship(pid)?.state;
  return state !== undefined && state !== "Z" && state !== "X";
}

export function children(pid: number): number[] {
  const list = read(`/proc/${pid}/task/${pid}/children`);
  if (list !== undefined) return list.split(" ").filter(Boolean).map(Number);
  return allPids().filter((other) => kinship(other)?.ppid === pid);
}

/** Programs that scan or supervise, ours and others'; all else in a tree is a daemon. */
const SUPERVISORS = ["runsvdir", "runsv", "s6-svscan", "s6-supervise", "svscan", "supervise"];

/** A scanner, and the supervisors that it has started. */
export function supervisors(scanner: number): number[] {
  return [scanner, ...children(scanner)].filter((pid) => SUPERVISORS.includes(comm(pid)));
}

/** Whether a process, or one that descends from it, is at work or waits for a processor. */
export function isBusy(pid: number): boolean {
  const state = kinship(pid)?.state;
  if (state === undefined || state === "Z") return false;
  return state === "R" || state === "D" || children(pid).some(isBusy);
}

/**
 * The number of poll(2), whose third argument is the time, and of ppoll(2), in which it points to
 * that.
 */
const POLL = process.arch === "x64" ? "7" : undefined;
const PPOLL = process.arch === "x64" ? "271" : "73";

/** Whether the kernel shows which call a process sleeps in. */
export const showsCalls = read("/proc/self/syscall") !== undefined;

/** Whether a process waits for something to happen, and for no moment in time. */
export function waitsForEver(pid: number): boolean {
  const [call, , , time = ""] = (read(`/proc/${pid}/syscall`) ?? "").split(" ");
  if (call === POLL) return time.endsWith("ffffffff");
  return call === PPOLL && time === "0x0";
}

/** How many descriptors it has open. */
export function descriptorCount(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0; // gone
  }
}

interface OpenFile {
  /** The file of the descriptor, as the kernel names it. */
  readonly target: string;
  /** The `O_...` bits, octal. */
  readonly flags: string;
}

export function openFiles(pid: number): ReadonlyMap<number, OpenFile> {
  const files = new Map<number, OpenFile>();
  let names: string[] = [];
  try {
    names = readdirSync(`/proc/${pid}/fd`);
  } catch {
    return files; // gone
  }
  for (const fd of names.map(Number).sort((a, b) => a - b)) {
    const target = follow(`/proc/${pid}/fd/${fd}`);
    const flags = /flags:\s*(\S+)/.exec(read(`/proc/${pid}/fdinfo/${fd}`) ?? "")?.[1];
    if (target !== undefined && flags !== undefined) files.set(fd, { target, flags });
  }
  return files;
}

interface Memory {
  /** Its own memory, and its share of the memory that it has with others. */
  readonly pssKiB: number;
  /** The memory that it alone has written to. */
  readonly privateDirtyKiB: number;
}

/** Nothing of a process that is gone. */
export function memory(pid: number): Memory {
  const text = read(`/proc/${pid}/smaps_rollup`) ?? "";
  const sizeKiB = (name: string) =>
    Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "m").exec(text)?.[1] ?? 0);
  return { pssKiB: sizeKiB("Pss"), privateDirtyKiB: sizeKiB("Private_Dirty") };
}

export function limits(pid: number): string {
  return read(`/proc/${pid}/limits`) ?? "";
}

export function environ(pid: number): string[] {
  return (read(`/proc/${pid}/environ`) ?? "").split("\0").filter(Boolean);
}

/** The words, as ps shows them: NULs at the end, which a changed title leaves, do not count. */
export function cmdline(pid: number): string[] {
  return (read(`/proc/${pid}/cmdline`) ?? "").replace(/\0+$/, "").split("\0");
}

/**
 * The file that it executes, with ` (deleted)` behind it if that was replaced; `undefined` once
 * it is gone.
 */
export function executable(pid: number): string | undefined {
  return follow(`/proc/${pid}/exe`);
}

/**
 * The name by which ps shows it: that of its file, or another one that it has given itself; 15
 * bytes at most.
 */
/** Its mount namespace; `undefined` if the process is gone. */
export function mountNamespace(pid: number): string | undefined {
  return follow(`/proc/${pid}/ns/mnt`);
}

export function comm(pid: number): string {
  return (read(`/proc/${pid}/comm`) ?? "").trimEnd();
}

export function cwd(pid: number): string | undefined {
  return follow(`/proc/${pid}/cwd`);
}

/** The lines of /proc/PID/status that show how a process was started, and not how it fares. */
export const STATUS_LINES = [
  "Umask",
  "Uid",
  "Gid",
  "Groups",
  "Threads",
  "SigPnd",
  "ShdPnd",
  "SigBlk",
  "SigIgn",
  "SigCgt",
  "CapInh",
  "CapPrm",
  "CapEff",
  "CapBnd",
  "CapAmb",
  "NoNewPrivs",
  "Seccomp",
  "Cpus_allowed",
] as const;
