/**
 * Reads whole files that may be FIFOs or pipes, and waits for their writers. `posix.readText` reads
 * regular files.
 */
import * as posix from "posix";

/** The bytes of one read: they become arguments of one call, whose number is limited. */
const READ_BYTES = 4_096;

/**
 * The whole file. A FIFO, whose writer it waits for, or a pipe ends when its writers have closed
 * it.
 *
 * @throws {PosixError}
 */
export function readFile(directory: number, path: string): string {
  return readAndClose(posix.open(directory, path, posix.O_RDONLY, 0));
}

/** The same, but a FIFO without a writer is empty. @throws {PosixError} */
export function readFileNow(directory: number, path: string): string {
  const fd = posix.open(directory, path, posix.O_RDONLY | posix.O_NONBLOCK, 0);
  posix.setNonBlocking(fd, false); // so that a read waits for the writers
  return readAndClose(fd);
}

function readAndClose(fd: number): string {
  try {
    return readAll(fd);
  } finally {
    posix.close(fd);
  }
}

/** The rest of what can be read. @throws {PosixError} */
export function readAll(fd: number): string {
  let text = "";
  for (;;) {
    const bytes = posix.read(fd, READ_BYTES) ?? [];
    if (bytes.length === 0) return text;
    text += String.fromCharCode(...bytes);
  }
}
