/**
 * How a process goes on as another program, in its own place: what it leaves to that one is told in
 * protocol/handover.ts.
 */
import * as posix from "posix";
import { HANDOVER, type Handover, handoverText, readHandover } from "../protocol/handover.ts";
import { ignoring } from "./errors.ts";

/** What was left to this program; `undefined` where it was started as any other. */
export function received(): Handover | undefined {
  const text = posix.getenv(HANDOVER);
  const handover = text === undefined ? undefined : readHandover(text);
  if (handover?.pid !== posix.getpid() || !isSound(handover)) return undefined;
  for (const fd of descriptorsOf(handover)) posix.setCloseOnExec(fd, true);
  return handover;
}

/** Whether the descriptors are what they are said to be: whoever sets the environment may say anything. */
function isSound({ home, locks, pipes, kept, text }: Handover): boolean {
  const is = (fd: number, type: number) => {
    const found = ignoring(["EBADF"], () => posix.fstat(fd));
    return found !== undefined && (found.mode & posix.S_IFMT) === type;
  };
  const fifos = [...pipes.flat(), ...kept, ...(text ?? [])];
  return (
    (home === undefined || is(home, posix.S_IFDIR)) &&
    locks.every((fd) => is(fd, posix.S_IFREG)) &&
    fifos.every((fd) => is(fd, posix.S_IFIFO))
  );
}

/**
 * The environment for what this process starts: as it was inherited, without what was left to this process alone.
 *
 * @returns `undefined` where that is the same
 */
export function environment(): string[] | undefined {
  return posix.getenv(HANDOVER) === undefined ? undefined : inherited();
}

function inherited(): string[] {
  return posix.environ().filter((entry) => !entry.startsWith(`${HANDOVER}=`));
}

/**
 * Becomes the program at `path`, and leaves it `handover`.
 *
 * @throws {PosixError} then all is as it was before
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

/** Closes what was only to stay open until its like has been opened anew. */
export function closeKept({ kept }: Handover): void {
  for (const fd of kept) ignoring(["EBADF"], () => posix.close(fd));
}

function descriptorsOf({ home, locks, pipes, kept, text }: Handover): number[] {
  const single = home === undefined ? kept : [home, ...locks, ...kept];
  return [...single, ...pipes.flat(), ...(text ?? [])];
}
