/**
 * The kernel's count of processes that it has killed for lack of memory, on the whole machine. A
 * supervisor reads it before ./run starts, and again after a KILL that it did not send: nothing in
 * /proc says which process was killed, and a cgroup of the service may be gone by then.
 *
 * Source: proc_vmstat(5), oom_kill; Linux 4.13 and later.
 */
import * as posix from "posix";
import { ignoringErrors } from "../base/errors.ts";
import { monotonicMs } from "../base/reactor.ts";

const FILE = "/proc/vmstat";
const LINE_START = "\noom_kill ";
/** A younger count is as good: first starts need no other one than that of runsvdir. */
const FRESH_MS = 1_000;
const COUNTS_MAX = 16;

interface Count {
  readonly kills: number;
  /** When it was first and last seen. */
  readonly firstMs: number;
  lastMs: number;
}

/**
 * The counts that this process has seen, the newest last: one list for all services of it, and for
 * the supervisors that runsvdir forks.
 */
const counts: Count[] = [];

/** Call this before a process starts whose end {@link memoryKillsSince} may explain. */
export function noteMemoryKills(): void {
  const last = counts.at(-1);
  if (last === undefined || monotonicMs() - last.lastMs >= FRESH_MS) look();
}

/**
 * By how much the count has risen since a process started.
 *
 * @param startedMs on the monotonic clock
 * @returns `undefined` if that is not known: a predecessor of this process has started it
 */
export function memoryKillsSince(startedMs: number): number | undefined {
  const before = counts.findLast(
    ({ firstMs, lastMs }) => firstMs <= startedMs && startedMs <= lastMs + 2 * FRESH_MS,
  );
  const now = look();
  return before === undefined || now === undefined ? undefined : now - before.kills;
}

function look(): number | undefined {
  const text = ignoringErrors(() => posix.readText(posix.AT_FDCWD, FILE)) ?? "";
  const at = text.indexOf(LINE_START);
  const [kills] = at < 0 ? [] : posix.numbers(text, at + LINE_START.length, 1);
  if (kills === undefined) return undefined;
  const nowMs = monotonicMs();
  const last = counts.at(-1);
  if (last?.kills === kills) last.lastMs = nowMs;
  else if (counts.push({ kills, firstMs: nowMs, lastMs: nowMs }) > COUNTS_MAX) counts.shift();
  return kills;
}
