/** Reads a compressed file through the program that decompresses it, gzip for example. */
import * as posix from "posix";
import { ignoringErrors } from "../../../base/errors.ts";
import { PollSet } from "../../../base/poll-set.ts";
import { candidates } from "../../../base/program-search.ts";

const X_ANY = 0o111;
const EXIT_CANNOT_RUN = 111;

export interface Decompressor {
  readonly pid: number;
  /** The read end of the pipe from the program; the caller closes it. */
  readonly output: number;
}

/**
 * Starts `program -dc` with the file on standard input.
 *
 * @returns `undefined` if the program is not installed
 * @throws {PosixError} no pipe or no process
 */
export function decompress(program: string, file: number): Decompressor | undefined {
  const path = candidates(program, posix.getenv("PATH")).find(isExecutable);
  if (path === undefined) return undefined;
  posix.seek(file, 0);
  const [output, stdout] = posix.pipe();
  try {
    const pid = posix.spawn(
      posix.signalMaskAtStart(),
      { stdin: file, stdout },
      () => {
        // It ends silently if the reader stops early.
        posix.setDisposition(posix.SIGPIPE, "default");
        return { path, argv: [program, "-dc"] };
      },
      () => EXIT_CANNOT_RUN,
    );
    return { pid, output };
  } catch (error) {
    posix.close(output);
    throw error;
  } finally {
    posix.close(stdout);
  }
}

/** Waits for the program, whose output has ended. @returns whether it succeeded */
export function hasSucceeded(pid: number): boolean {
  const pidfd = ignoringErrors(() => posix.pidfdOpen(pid));
  const waited = new PollSet();
  if (pidfd !== undefined) waited.add(pidfd, posix.POLLIN);
  for (;;) {
    const exit = posix.waitpid(pid);
    if (exit !== undefined) {
      if (pidfd !== undefined) posix.close(pidfd);
      return exit.code === 0;
    }
    ignoringErrors(() => waited.wait(pidfd === undefined ? POLL_MS : -1));
  }
}

/** How often to look at the program if the system has no pidfd. */
const POLL_MS = 5;

function isExecutable(path: string): boolean {
  const found = ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0));
  if (found === undefined) return false;
  return (found.mode & posix.S_IFMT) === posix.S_IFREG && (found.mode & X_ANY) !== 0;
}
