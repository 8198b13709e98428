/**
 * The children of a process.
 *
 * Source: proc(5), /proc/PID/task/TID/children.
 */
import * as posix from "posix";
import { ignoringErrors, isPosixError } from "../../base/errors.ts";

const NONE: readonly number[] = [];

/**
 * The children of all threads; empty if the kernel does not show them.
 *
 * @param threads how many there are, if that is known
 */
export function childrenOf(pid: number, threads?: number): readonly number[] {
  if (threads !== undefined && threads <= 1) return childrenOfTask(pid, pid);
  return threadsOf(pid).flatMap((task) => childrenOfTask(pid, task));
}

function childrenOfTask(pid: number, task: number | string): readonly number[] {
  // Not by ignoringErrors: a list of services comes here thousands of times, and would create
  // functions.
  try {
    const text = posix.readText(posix.AT_FDCWD, `/proc/${pid}/task/${task}/children`) ?? "";
    return text === "" ? NONE : posix.numbers(text, 0, text.length);
  } catch (error) {
    if (isPosixError(error)) return NONE;
    throw error;
  }
}

function threadsOf(pid: number): string[] {
  const path = `/proc/${pid}/task`;
  const list = (): string[] => {
    const fd = posix.open(posix.AT_FDCWD, path, posix.O_RDONLY | posix.O_DIRECTORY, 0);
    try {
      return posix.readdir(fd);
    } finally {
      posix.close(fd);
    }
  };
  return ignoringErrors(list) ?? [];
}
