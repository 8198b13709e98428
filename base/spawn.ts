/**
 * Starts processes: those that go on as a part of this program, and those that become another one.
 */
import * as posix from "posix";
import type { Signals } from "./signals.ts";
import { exitCodeOf } from "./start.ts";

/**
 * Forks a child that runs `body`, with signals as this process was started with, and ends with the code that
 * `body` returns.
 *
 * @param name for the message of a fault of ours in the child
 * @returns the child's pid
 * @throws {PosixError} `fork` failed: too many processes, or no memory
 */
export function fork(name: string, signals: Signals, body: () => number): number {
  const pid = posix.fork();
  if (pid !== 0) return pid;
  // From here on this is the child; it must never come back into the parent's code.
  posix.exit(
    exitCodeOf(() => {
      signals.restoreInherited();
      return body();
    }, name),
  );
}

export interface Spawned {
  readonly pid: number;
  /** `false` if it is known already that there is no program: the child has ended, or is about to. */
  readonly isExecuted: boolean;
  /** Once the child has ended: calls `failed` if its exec, which took long, failed. There only if it takes long. */
  readonly reportLate: (() => void) | undefined;
}

/**
 * Starts a child that becomes the program that `prepare` returns, with signals as this process was started with.
 * What `prepare` changes in memory may be changed in this process too: see `spawn` in posix.d.ts.
 *
 * @param name for the message of a fault of ours in the child
 * @param prepare called in the child; a number is the code to end with instead
 * @param failed called in the child if the program cannot be executed; the code to end with. `isLate`: called in this
 * process, by {@link onExit}, because the exec was held up: a file server is gone, or a scanner looks at the file first
 * @param given what of this process's descriptors the program has
 * @throws {PosixError} `fork` failed: too many processes, or no memory
 */
export function spawn(
  name: string,
  signals: Signals,
  prepare: () => posix.Program | number,
  failed: (error: posix.PosixError, isLate: boolean) => number,
  given: posix.Given = {},
): Spawned {
  let isExecuted = true; // where the child has memory of its own this stays so, and only its end tells
  const pid = posix.spawn(
    signals.blockedAtStart,
    given,
    () => {
      const program = exitCodeOf(prepare, name);
      isExecuted = typeof program !== "number";
      return program;
    },
    (error) => {
      isExecuted = false;
      return exitCodeOf(() => failed(error, false), name);
    },
  );
  const reportLate = posix.isExecPending(pid)
    ? () => {
        const error = posix.execError(pid);
        if (error !== undefined) exitCodeOf(() => failed(error, true), name);
      }
    : undefined;
  return { pid, isExecuted, reportLate };
}

/** A reactor, or what stands for one. */
interface Collector {
  onExit(pid: number, ended: (exit: posix.ChildExit) => void): void;
}

/** Calls `ended` once the child has ended, and before it, if need be, `failed` of {@link spawn}. */
export function onExit(
  collector: Collector,
  { pid, reportLate }: Spawned,
  ended: (exit: posix.ChildExit) => void,
): void {
  const report = (exit: posix.ChildExit) => {
    reportLate?.();
    ended(exit);
  };
  collector.onExit(pid, reportLate === undefined ? ended : report);
}
