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
      signals.giveBack();
      return body();
    }, name),
  );
}

export interface Spawned {
  readonly pid: number;
  /** `false` where it is known already that there is no program: the child has ended, or is about to. */
  readonly isExecuted: boolean;
}

/**
 * Starts a child that becomes the program that `prepare` returns, with signals as this process was started with.
 * What `prepare` changes in memory may be changed in this process too: see `spawn` in posix.d.ts.
 *
 * @param name for the message of a fault of ours in the child
 * @param prepare called in the child; a number is the code to end with instead
 * @param failed called in the child where the program cannot be executed; the code to end with
 * @param given what of this process's descriptors the program has
 * @throws {PosixError} `fork` failed: too many processes, or no memory
 */
export function spawn(
  name: string,
  signals: Signals,
  prepare: () => posix.Program | number,
  failed: (error: posix.PosixError) => number,
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
      return exitCodeOf(() => failed(error), name);
    },
  );
  return { pid, isExecuted };
}
