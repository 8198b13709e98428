/**
 * Starts the stages and the script for ctrl-alt-del, and reports how they ended.
 *
 * Process 1 forks them. `posix.spawn` would be faster, but ends the process if a child is killed
 * before its exec, and process 1 must not end.
 */
import * as posix from "posix";
import { ignoringErrors, isPosixError, reason } from "../../base/errors.ts";
import { childEnvironment } from "../../base/handover.ts";
import type { Reactor } from "../../base/reactor.ts";
import { print } from "../../base/report.ts";
import { fork } from "../../base/spawn.ts";
import type { Outcome } from "./boot-machine.ts";

/** More than the name of an error. */
const CODE_MAX_BYTES = 32;

/**
 * Forks a child that executes the program at `path`, with no argument.
 *
 * As in the original, SIGCONT is ignored in it and, unless it changes that, in all its children.
 *
 * @param prepare called in the child
 * @param ended called with the outcome, after the child has been reaped
 * @returns the pid
 * @throws {PosixError} `pipe` or `fork` failed
 */
export function startChild(
  reactor: Reactor,
  path: string,
  prepare: () => void,
  ended: (outcome: Outcome) => void,
): number {
  const [reader, writer] = posix.pipe(); // an exec closes the write end; a failed one writes first
  try {
    const pid = fork("runit", reactor.signals, () => {
      prepare();
      posix.setDisposition(posix.SIGCONT, "ignore");
      try {
        return posix.execve(path, [path], childEnvironment());
      } catch (error) {
        if (!isPosixError(error)) throw error;
        print(writer, error.code);
        return 0;
      }
    });
    reactor.onExit(pid, (exit) => ended(outcomeOf(exit, path, textIn(reader))));
    return pid;
  } catch (error) {
    posix.close(reader);
    throw error;
  } finally {
    posix.close(writer);
  }
}

/** Reports the end of a child of this process that an earlier program of it started. */
export function adoptChild(
  reactor: Reactor,
  path: string,
  pid: number,
  ended: (outcome: Outcome) => void,
): void {
  reactor.onExit(pid, (exit) => ended(outcomeOf(exit, path, "")));
}

function outcomeOf({ code }: posix.ChildExit, path: string, failure: string): Outcome {
  if (failure !== "") {
    const isMissing =
      ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0)) === undefined &&
      failure === "ENOENT";
    return { how: "unexecuted", reason: reason({ code: failure }), isMissing };
  }
  return code === undefined ? { how: "killed" } : { how: "exited", code };
}

/** Closes the pipe. Does not wait: another child may have a copy of the write end for a moment. */
function textIn(reader: number): string {
  posix.setNonBlocking(reader, true);
  const bytes = ignoringErrors(() => posix.read(reader, CODE_MAX_BYTES)) ?? [];
  posix.close(reader);
  return String.fromCharCode(...bytes);
}
