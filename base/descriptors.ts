/**
 * Standard input, output and error of a tool that was started without some of them; and the end of a descriptor.
 */
import * as posix from "posix";
import { ignoringErrors } from "./errors.ts";
import { STDERR, STDIN, STDOUT } from "./report.ts";

/** What an octal number stands after, in /proc/PID/fdinfo. */
const FLAGS = "flags:";

/**
 * Occupies those of the descriptors 0, 1 and 2 that are closed, so that no file of ours can become the one
 * that messages go to. Nothing can be written to them, as before. The places are close-on-exec: a service
 * finds closed what its supervisor was given closed.
 */
export function sanitizeStdio(): void {
  for (const fd of [STDIN, STDOUT, STDERR]) {
    if (posix.isOpen(fd)) continue;
    // The lowest free number is `fd`, as those below are open by now.
    ignoringErrors(openNothing);
  }
}

/** A descriptor that nothing can be read from, nor written to. A jail or an early boot may have no /dev. */
function openNothing(): void {
  const opened = ignoringErrors(() => posix.open(posix.AT_FDCWD, "/dev/null", posix.O_RDONLY, 0));
  if (opened !== undefined) return;
  const [, writer] = posix.pipe(); // the read end takes the lowest number
  posix.close(writer);
}

/**
 * The least number from which on whatever is open is close-on-exec; `undefined` where it cannot be told.
 *
 * @see proc_pid_fdinfo(5)
 */
export function firstCloexecFd(): number | undefined {
  return ignoringErrors(() => {
    const dir = posix.open(posix.AT_FDCWD, "/proc/self/fdinfo", posix.O_RDONLY, 0);
    try {
      const handedOn = posix.readdir(dir).filter((name) => !isCloseOnExec(dir, name));
      return Math.max(STDERR, ...handedOn.map(Number)) + 1;
    } finally {
      posix.close(dir);
    }
  });
}

function isCloseOnExec(dir: number, name: string): boolean {
  const lines = (posix.readText(dir, name) ?? "").split("\n");
  const flags = lines.find((line) => line.startsWith(FLAGS))?.slice(FLAGS.length) ?? "";
  return (Number.parseInt(flags, 8) & posix.O_CLOEXEC) !== 0;
}

/** Closes a descriptor of a file that was written to: it is gone also where that tells late that the disk is full. */
export function closeIgnoringErrors(fd: number): void {
  ignoringErrors(() => posix.close(fd));
}
