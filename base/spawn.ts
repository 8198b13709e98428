/**
 * Starts processes: forked children that continue in this program, and children that execute
 * another one.
 */
import * as posix from "posix";
import { callOnExit, type ExitCallback } from "./reactor.ts";
import type { Signals } from "./signals.ts";
import { exitCodeOf } from "./start.ts";

/**
 * Forks a child that runs `body` with the signals that this process inherited, and exits with the
 * code that `body` returns.
 *
 * @param name for the message about a bug in the child's code
 * @returns the child's pid
 * @throws {PosixError} `fork` failed: too many processes, or no memory
 */
export function fork(name: string, signals: Signals, body: () => number): number {
  const [pid = 0] = forkSeveral({ name, signals, count: 1, body });
  return pid;
}

interface ForkRequest {
  readonly name: string;
  readonly signals: Signals;
  readonly count: number;
  readonly body: (index: number) => number;
}

/**
 * Like {@link fork}, for several children with an index each.
 *
 * @returns their pids: fewer than `count` if the system has no room for more
 * @throws {PosixError} as for {@link fork}, and there is no child
 */
export function forkSeveral({ name, signals, count, body }: ForkRequest): readonly number[] {
  const forked = posix.fork(count);
  if (typeof forked !== "number") return forked;
  // From here on this is the child; it must never return into the parent's code.
  posix.exit(
    exitCodeOf(() => {
      signals.restoreInherited();
      return body(forked);
    }, name),
  );
}

export interface Spawned {
  readonly pid: number;
  /** `false` if the child is known not to execute a program: it has exited, or is about to. */
  readonly hasExecuted: boolean;
  /**
   * Call this after the child has exited: it calls `onExecFailed` if a slow exec failed. Set only
   * if the exec was still pending when `spawn` returned.
   */
  readonly reportLate: (() => void) | undefined;
}

interface SpawnRequest {
  /** For the message about a bug in the child's code. */
  readonly name: string;
  readonly signals: Signals;
  /** Called in the child; may return an exit code instead of a program. */
  readonly prepare: () => posix.Program | number;
  /**
   * Called in the child if the exec fails; returns the exit code. With `isLate`, {@link onExit}
   * calls it in this process, because the exec was delayed: a file server does not answer, or a
   * virus scanner reads the file first.
   */
  readonly onExecFailed: (error: posix.PosixError, isLate: boolean) => number;
  /** The descriptors of this process that the program gets. */
  readonly fds?: posix.ChildFds;
}

/**
 * Starts a child that executes the program that `prepare` returns, with the signals that this
 * process inherited. Changes that `prepare` makes in memory may also appear in this process: see
 * `spawn` in posix.d.ts.
 *
 * @throws {PosixError} `fork` failed: too many processes, or no memory
 */
export function spawn(request: SpawnRequest): Spawned {
  const { name, signals, prepare, onExecFailed, fds = {} } = request;
  // Stays true if the child has memory of its own: then only its exit shows a failed exec.
  let hasExecuted = true;
  const pid = posix.spawn(
    signals.blockedAtStart,
    fds,
    () => {
      const program = exitCodeOf(prepare, name);
      hasExecuted = typeof program !== "number";
      return program;
    },
    (error) => {
      hasExecuted = false;
      return exitCodeOf(() => onExecFailed(error, false), name);
    },
  );
  const reportLate = posix.isExecPending(pid)
    ? () => {
        const error = posix.execError(pid);
        if (error !== undefined) exitCodeOf(() => onExecFailed(error, true), name);
      }
    : undefined;
  return { pid, hasExecuted, reportLate };
}

/** A reactor, or a substitute for one. */
interface Collector {
  onExit(pid: number, ended: ExitCallback): void;
}

/**
 * Calls `ended` after the child has exited; before that calls `onExecFailed` of {@link spawn}, if a
 * slow exec failed.
 */
export function onExit(
  collector: Collector,
  { pid, reportLate }: Spawned,
  ended: ExitCallback,
): void {
  if (reportLate === undefined) {
    collector.onExit(pid, ended);
    return;
  }
  collector.onExit(pid, (exit) => {
    reportLate();
    callOnExit(ended, exit);
  });
}
