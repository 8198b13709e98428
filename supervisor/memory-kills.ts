/**
 * The kernel's count of processes that it has killed for lack of memory, on the whole machine. A
 * supervisor reads it when ./run starts, and again after a KILL that it did not send: nothing in
 * /proc says which process was killed, and a cgroup of the service may be gone by then.
 *
 * Source: proc_vmstat(5), oom_kill; Linux 4.13 and later.
 */
import * as posix from "posix";
import { ignoringErrors } from "../base/errors.ts";
import { monotonicMs, type Reactor } from "../base/reactor.ts";
import type { Service } from "./state.ts";

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

/**
 * Call this when a process has started whose end {@link afterKill} may explain: its exec must not
 * wait.
 *
 * @param startedMs on the monotonic clock
 */
export function noteMemoryKills(startedMs: number): void {
  const last = counts.at(-1);
  if (last === undefined || startedMs - last.lastMs >= FRESH_MS) look(startedMs);
}

/**
 * Counts after a KILL by how much the count has risen during the run, unless this supervisor may
 * have sent the KILL, or a predecessor has started the process. Not at once: what comes after the
 * end of the service must not wait.
 *
 * @param service as it was when the process had ended
 */
export function afterKill(
  { phase, startedMs, exitRequested, termSent }: Service,
  reactor: Reactor,
  counted: (kills: number) => void,
): void {
  const mayBeSent = exitRequested || termSent; // after a kill timeout
  if (phase !== "run" || mayBeSent) return;
  const before = counts.findLast(
    ({ firstMs, lastMs }) => firstMs <= startedMs && startedMs <= lastMs + 2 * FRESH_MS,
  );
  if (before === undefined) return;
  const { kills } = before;
  reactor.after(0, () => {
    const now = look(monotonicMs());
    if (now !== undefined) counted(now - kills);
  });
}

/** @param sinceMs the moment from which the count that is read is valid */
function look(sinceMs: number): number | undefined {
  const text = ignoringErrors(() => posix.readText(posix.AT_FDCWD, FILE)) ?? "";
  const at = text.indexOf(LINE_START);
  const [kills] = at < 0 ? [] : posix.numbers(text, at + LINE_START.length, 1);
  if (kills === undefined) return undefined;
  const lastMs = monotonicMs();
  const last = counts.at(-1);
  if (last?.kills === kills) last.lastMs = lastMs;
  else if (counts.push({ kills, firstMs: sinceMs, lastMs }) > COUNTS_MAX) counts.shift();
  return kills;
}
