/**
 * Kills every process that is left below runsvdir. As process 1 that is every other process of the
 * pid namespace. Otherwise it is each child and, because orphans become children of runsvdir, each
 * descendant in the end; the daemons go first, so that the supervisors can publish that.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import type { Reactor } from "../../base/reactor.ts";

const EVERY_MS = 20;
/** From this round on, supervisors get KILL too. */
const PATIENT_ROUNDS = 15;

/** Kills what is left, again and again until this process ends. */
export function killRest(reactor: Reactor, isProcess1: boolean, round = 0): void {
  if (isProcess1) ignoringErrors(() => posix.kill(-1, posix.SIGKILL));
  else for (const pid of targets(round >= PATIENT_ROUNDS)) kill(pid);
  reactor.after(EVERY_MS, () => killRest(reactor, isProcess1, round + 1));
}

/** @param all the supervisors too */
function targets(all: boolean): number[] {
  const own = childrenOf(posix.getpid());
  const below = own.flatMap((pid) => {
    const isSupervisor = nameOf(pid) === "runsv";
    return isSupervisor && !all ? childrenOf(pid) : [pid, ...childrenOf(pid)];
  });
  return [...new Set(below)];
}

function childrenOf(pid: number): number[] {
  const text = ignoringErrors(() =>
    posix.readText(posix.AT_FDCWD, `/proc/${pid}/task/${pid}/children`),
  );
  return (text ?? "").split(" ").filter(Boolean).map(Number);
}

function nameOf(pid: number): string | undefined {
  return ignoringErrors(() => posix.readText(posix.AT_FDCWD, `/proc/${pid}/comm`))?.trimEnd();
}

function kill(pid: number): void {
  ignoringErrors(() => posix.kill(pid, posix.SIGKILL));
}
