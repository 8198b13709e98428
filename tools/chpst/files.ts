/** Reads whole files. */
import * as posix from "posix";

const READ_BYTES = 64 * 1024;

/**
 * All of a file's bytes. Of a FIFO, whose writer is waited for, or a pipe these are all until its writers have closed it.
 *
 * @throws {PosixError}
 */
export function readFile(directory: number, path: string): Uint8Array {
  return readAndClose(posix.open(directory, path, posix.O_RDONLY, 0));
}

/** The same, but a FIFO that nobody has open for writing is empty. @throws {PosixError} */
export function readFileNow(directory: number, path: string): Uint8Array {
  const fd = posix.open(directory, path, posix.O_RDONLY | posix.O_NONBLOCK, 0);
  posix.setNonBlocking(fd, false); // who has it open is waited for
  return readAndClose(fd);
}

function readAndClose(fd: number): Uint8Array {
  try {
    return readAll(fd);
  } finally {
    posix.close(fd);
  }
}

/** What is left to read. @throws {PosixError} */
export function readAll(fd: number): Uint8Array {
  let content = posix.read(fd, READ_BYTES) ?? new Uint8Array();
  for (let more = content; more.length > 0; ) {
    more = posix.read(fd, READ_BYTES) ?? new Uint8Array();
    if (more.length === 0) break;
    const joined = new Uint8Array(content.length + more.length);
    joined.set(content);
    joined.set(more, content.length);
    content = joined;
  }
  return content;
}
