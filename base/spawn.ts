/**
 * Starts processes: fork, then whatever the child has to put in order, then its exec.
 */
import * as posix from "posix";
import type { Signals } from "./signals.ts";
import { exitCodeOf } from "./start.ts";

/**
 * Forks a child that runs `body`, with signals as this process was started with, and ends with the code that
 * `body` returns; a body that executes a program does not return.
 *
 * @param name for the message of a fault of ours in the child
 * @returns the child's pid
 * @throws {PosixError} `fork` failed: too many processes, or no memory
 */
export function spawn(name: string, signals: Signals, body: () => number): number {
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
