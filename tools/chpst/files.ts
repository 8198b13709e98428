/**
 * Reads whole files that may be FIFOs and pipes, which take their time. `posix.readText` is for those that do not.
 */
import * as posix from "posix";

/** As many bytes as a call may well have arguments. */
const READ_BYTES = 4_096;

/**
 * All that is in a file. Of a FIFO, whose writer is waited for, or a pipe this is all until its writers have closed it.
 *
 * @throws {PosixError}
 */
export function readFile(directory: number, path: string): string {
  return readAndClose(posix.open(directory, path, posix.O_RDONLY, 0));
}

/** The same, but a FIFO that nobody has open for writing is empty. @throws {PosixError} */
export function readFileNow(directory: number, path: string): string {
  const fd = posix.open(directory, path, posix.O_RDONLY | posix.O_NONBLOCK, 0);
  posix.setNonBlocking(fd, false); // who has it open is waited for
  return readAndClose(fd);
}

function readAndClose(fd: number): string {
  try {
    return readAll(fd);
  } finally {
    posix.close(fd);
  }
}

/** What is left to read. @throws {PosixError} */
export function readAll(fd: number): string {
  let text = "";
  for (;;) {
    const bytes = posix.read(fd, READ_BYTES) ?? [];
    if (bytes.length === 0) return text;
    text += String.fromCharCode(...bytes);
  }
}
