/**
 * What the kernel knows of a service's processes: processor time and memory of ./run and all its
 * descendants.
 *
 * Source: proc(5), /proc/PID/stat, /proc/PID/smaps_rollup.
 */
import * as posix from "posix";
import { isPosixError } from "../../../base/errors.ts";
import { fieldsAt, STATE_LENGTH } from "../../../base/process-stat.ts";
import { childrenOf } from "../process-children.ts";
import type { ProcessFacts } from "./service-view.ts";

/** Indexes from the first number on. */
const FIELD = { utime: 10, stime: 11, cutime: 12, cstime: 13, threads: 16, rss: 20 } as const;
const FIELDS = 21;
/** Clock ticks in a second, on every architecture of Linux. */
const TICKS_PER_S = 100;
const STAT_MAX_BYTES = 1_024;
const KIB = 1_024;

interface ProcessStat {
  readonly ticks: number;
  readonly pages: number;
  readonly threads: number;
}

/** @returns `undefined` if /proc does not show the process */
export function processFacts(pid: number, withPss: boolean): ProcessFacts | undefined {
  const own = statOf(pid);
  if (own === undefined) return undefined;
  let { ticks, pages } = own;
  let count = 1;
  let pssKib = withPss ? pssOf(pid) : undefined;
  const left = [...childrenOf(pid, own.threads)];
  for (let child = left.pop(); child !== undefined; child = left.pop()) {
    const stat = statOf(child);
    if (stat === undefined) continue; // it has ended
    count += 1;
    ticks += stat.ticks;
    pages += stat.pages;
    if (pssKib !== undefined) pssKib += pssOf(child) ?? 0;
    left.push(...childrenOf(child, stat.threads));
  }
  return {
    count,
    cpuS: ticks / TICKS_PER_S,
    ownCpuS: own.ticks / TICKS_PER_S,
    rssBytes: pages * pageBytes(),
    pssBytes: pssKib === undefined ? undefined : pssKib * KIB,
  };
}

function statOf(pid: number): ProcessStat | undefined {
  const text = read(`/proc/${pid}/stat`, STAT_MAX_BYTES);
  if (text === undefined) return undefined;
  const numbers = posix.numbers(text, fieldsAt(text) + STATE_LENGTH, FIELDS);
  const own = (numbers[FIELD.utime] ?? 0) + (numbers[FIELD.stime] ?? 0);
  const reaped = (numbers[FIELD.cutime] ?? 0) + (numbers[FIELD.cstime] ?? 0);
  return {
    ticks: own + reaped,
    pages: numbers[FIELD.rss] ?? 0,
    threads: numbers[FIELD.threads] ?? 1,
  };
}

function pssOf(pid: number): number | undefined {
  const text = read(`/proc/${pid}/smaps_rollup`) ?? "";
  const at = text.indexOf("\nPss:");
  return at < 0 ? undefined : Number.parseInt(text.slice(at + "\nPss:".length), 10);
}

let page: number | undefined;

function pageBytes(): number {
  page ??= pageBytesIn(read("/proc/self/auxv") ?? "") ?? 4 * KIB;
  return page;
}

const AT_PAGESZ = 6;
const WORD_BYTES = 8;

/** @param auxv pairs of little-endian words of 64 bits. Source: getauxval(3) */
function pageBytesIn(auxv: string): number | undefined {
  const byte = (at: number): number => auxv.charCodeAt(at);
  for (let at = 0; at < auxv.length; at += 2 * WORD_BYTES) {
    if (byte(at) !== AT_PAGESZ || byte(at + 1) !== 0) continue;
    const value = at + WORD_BYTES;
    return byte(value) | (byte(value + 1) << 8) | (byte(value + 2) << 16);
  }
  return undefined;
}

function read(path: string, maxBytes?: number): string | undefined {
  // Not by ignoringErrors: a list of services comes here thousands of times, and would create
  // functions.
  try {
    return posix.readText(posix.AT_FDCWD, path, maxBytes);
  } catch (error) {
    if (isPosixError(error)) return undefined;
    throw error;
  }
}
