/**
 * The log pipe, from the main service to its log service. The supervisor holds both ends, so that
 * the pipe outlives the processes on both sides. If the supervisor is killed, those two processes
 * keep the pipe open, and the next supervisor reopens it through one of them.
 */
import * as posix from "posix";
import { closeIgnoringErrors } from "../base/descriptors.ts";
import { ignoringErrors, unlessExhausted } from "../base/errors.ts";
import type { PipeEnds } from "../protocol/handover.ts";

export interface Pipe {
  readonly reader: number;
  readonly writer: number;
  /** Identifies the pipe to {@link reopenPipe} and in the adoption record. */
  readonly id: string;
}

/** @throws {PosixError} */
export function makePipe(): Pipe {
  const [reader, writer] = posix.pipe();
  try {
    return { reader, writer, id: posix.fstat(reader).id };
  } catch (error) {
    posix.close(reader);
    posix.close(writer);
    throw error;
  }
}

/**
 * Opens the pipe `id`.
 *
 * @param pids processes that may have it; their standard input and output are tried first
 * @returns `undefined` if no process has it, or this process may not inspect the one that does
 * @throws {PosixError} the search failed now, and may succeed later
 */
export function reopenPipe(id: string, pids: readonly number[]): Pipe | undefined {
  for (const pid of pids) {
    for (const path of descriptorsOf(pid)) {
      const pipe = unlessExhausted(() => openBoth(id, path));
      if (pipe !== undefined) return pipe;
    }
  }
  return undefined;
}

/** Maps open pipes by their ids. A pipe that fstat fails for is closed; it can be reopened. */
export function pipesBy(ends: readonly PipeEnds[]): Map<string, Pipe> {
  const pipes = new Map<string, Pipe>();
  for (const [reader, writer] of ends) {
    const found = ignoringErrors(() => posix.fstat(reader));
    if (found !== undefined) pipes.set(found.id, { reader, writer, id: found.id });
    else for (const fd of [reader, writer]) closeIgnoringErrors(fd);
  }
  return pipes;
}

export function closePipe({ reader, writer }: Pipe): void {
  posix.close(reader);
  posix.close(writer);
}

function descriptorsOf(pid: number): string[] {
  const standard = ["0", "1"];
  const others = unlessExhausted(() => {
    const fd = posix.open(posix.AT_FDCWD, `/proc/${pid}/fd`, posix.O_RDONLY | posix.O_DIRECTORY, 0);
    try {
      return posix.readdir(fd);
    } finally {
      posix.close(fd);
    }
  });
  return [...standard, ...(others ?? [])].map((name) => `/proc/${pid}/fd/${name}`);
}

/** Checks before it opens, because opening a terminal or a tape has side effects. */
function openBoth(id: string, path: string): Pipe | undefined {
  const isIt = (found: posix.Stat | undefined): boolean => found?.id === id;
  if (!isIt(posix.stat(posix.AT_FDCWD, path, 0))) return undefined;
  const reader = openPipeEnd(path, posix.O_RDONLY);
  try {
    const writer = openPipeEnd(path, posix.O_WRONLY); // no ENXIO: there is a reader
    if (isIt(posix.fstat(reader)) && isIt(posix.fstat(writer))) return { reader, writer, id };
    posix.close(writer);
  } catch (error) {
    posix.close(reader);
    throw error;
  }
  posix.close(reader);
  return undefined;
}

/**
 * Opens an end of a pipe by a path under /proc, without waiting for the other side. The descriptor
 * itself is blocking, as pipe(2) would return it.
 *
 * @throws {PosixError}
 */
export function openPipeEnd(path: string, flags: number): number {
  const fd = posix.open(posix.AT_FDCWD, path, flags | posix.O_NONBLOCK, 0);
  posix.setNonBlocking(fd, false);
  return fd;
}
