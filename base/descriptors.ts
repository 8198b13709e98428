/** Fills in missing standard descriptors, and closes descriptors. */
import * as posix from "posix";
import { ignoringErrors } from "./errors.ts";
import { STDERR, STDIN, STDOUT } from "./report.ts";

/** The octal flags follow this word in /proc/PID/fdinfo/FD. */
const FLAGS = "flags:";

/**
 * Opens whichever of descriptors 0, 1 and 2 are closed, so that no later open can take a number to
 * which messages are written. As before, nothing can be written to them. They are close-on-exec: a
 * service finds closed the descriptors that its supervisor started without.
 */
export function sanitizeStdio(): void {
  for (const fd of [STDIN, STDOUT, STDERR]) {
    if (posix.isOpen(fd)) continue;
    // open returns the lowest free number, which is `fd`: the lower ones are open by now.
    ignoringErrors(openNothing);
  }
}

/**
 * Opens a descriptor that can be neither read nor written. A jail or an early boot may have no
 * /dev.
 */
function openNothing(): void {
  const opened = ignoringErrors(() => posix.open(posix.AT_FDCWD, "/dev/null", posix.O_RDONLY, 0));
  if (opened !== undefined) return;
  const [, writer] = posix.pipe(); // the read end takes the lowest number
  posix.close(writer);
}

/**
 * Returns the lowest number from which on every open descriptor is close-on-exec; `undefined` if it
 * cannot be determined.
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

/**
 * Closes a descriptor of a file that was written to. It is closed even if close(2) reports, late,
 * that the disk is full.
 */
export function closeIgnoringErrors(fd: number): void {
  ignoringErrors(() => posix.close(fd));
}
