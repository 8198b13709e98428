/**
 * Re-exec: this process executes another program in its place and passes it a handover, whose
 * format is in protocol/handover.ts.
 */
import * as posix from "posix";
import { HANDOVER, type Handover, handoverText, readHandover } from "../protocol/handover.ts";
import { ignoring, onPosixError } from "./errors.ts";

/** Returns the handover that this program received; `undefined` after an ordinary start. */
export function receiveHandover(): Handover | undefined {
  const text = posix.getenv(HANDOVER);
  const handover = text === undefined ? undefined : readHandover(text);
  if (handover?.pid !== posix.getpid() || !isSound(handover)) return undefined;
  for (const fd of descriptorsOf(handover)) posix.setCloseOnExec(fd, true);
  return handover;
}

/**
 * Whether the descriptors have the types that the handover claims: anybody who sets the environment
 * can claim anything.
 */
function isSound({ home, scanned, locks, pipes, fifos, reports, titlePipe }: Handover): boolean {
  const is = (fd: number, ...types: readonly number[]) =>
    onPosixError(
      () => types.includes(posix.fstat(fd).mode & posix.S_IFMT),
      ({ code }) => code !== "EBADF", // any other failure says nothing about the descriptor
    );
  const ends = [...pipes.flat(), ...fifos, ...(titlePipe ?? [])];
  return (
    [home, scanned].every((fd) => fd === undefined || is(fd, posix.S_IFDIR)) &&
    locks.every((fd) => is(fd, posix.S_IFREG)) &&
    ends.every((fd) => is(fd, posix.S_IFIFO)) &&
    reports.every(([fd]) => is(fd, posix.S_IFIFO, posix.S_IFSOCK))
  );
}

/**
 * Returns the environment for the processes that this one starts: the inherited one without the
 * handover, which is for this process alone.
 *
 * @returns `undefined` if the inherited environment has no handover
 */
export function childEnvironment(): string[] | undefined {
  return posix.getenv(HANDOVER) === undefined ? undefined : inherited();
}

function inherited(): string[] {
  return posix.environ().filter((entry) => !entry.startsWith(`${HANDOVER}=`));
}

/**
 * Executes the program at `path` in place of this one and passes it `handover`.
 *
 * @throws {PosixError} the exec failed, and everything is as before
 */
export function handOver(path: string, argv: readonly string[], handover: Handover): never {
  const descriptors = descriptorsOf(handover);
  try {
    for (const fd of descriptors) posix.setCloseOnExec(fd, false);
    return posix.execve(path, argv, [...inherited(), `${HANDOVER}=${handoverText(handover)}`]);
  } finally {
    for (const fd of descriptors) posix.setCloseOnExec(fd, true);
  }
}

/** Closes the descriptors that had to stay open only until the program reopened the same files. */
export function closeFifos({ fifos }: Handover): void {
  for (const fd of fifos) ignoring(["EBADF"], () => posix.close(fd));
}

function descriptorsOf(handover: Handover): number[] {
  const { home, scanned, locks, pipes, fifos, reports, titlePipe } = handover;
  const single = home === undefined ? fifos : [home, ...locks, ...fifos];
  const directories = scanned === undefined ? single : [...single, scanned];
  const reporting = reports.map(([fd]) => fd);
  return [...directories, ...pipes.flat(), ...reporting, ...(titlePipe ?? [])];
}
