/** Reads whole files. */
import * as posix from "posix";

const READ_BYTES = 64 * 1024;

/** All of a file's bytes. @throws {PosixError} */
export function readFile(directory: number, path: string): Uint8Array {
  const fd = posix.open(directory, path, posix.O_RDONLY | posix.O_NONBLOCK, 0);
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
