/**
 * The output of a service with `keep-output`: the supervisor reads it from pipes, keeps the end of
 * it in supervise/output, and passes all of it on to its own standard output and error, which the
 * service would otherwise have inherited. It is in the part runsv/keep-output.
 *
 * The service gets ends that are open for reading too. So a supervisor that is killed costs it
 * neither SIGPIPE nor a line: the pipe waits for the next supervisor, which opens it through one of
 * the processes that have it.
 */
import * as posix from "posix";
import { joined, NO_BYTES } from "../base/bytes.ts";
import { ignoring, ignoringErrors, onPosixError } from "../base/errors.ts";
import { isReady } from "../base/poll-set.ts";
import type { Timer } from "../base/reactor.ts";
import { STDERR, STDOUT } from "../base/report.ts";
import type { PipeEnds } from "../protocol/handover.ts";
import type { KeptOutput, OutputEnds } from "./kept-output.ts";
import { closePipe, makePipe, openPipeEnd, type Pipe, reopenPipe } from "./log-pipe.ts";
import { OUTPUT_PATH, OutputFile } from "./output-file.ts";
import type { ServiceOwner } from "./service-owner.ts";
import type { Takeover } from "./takeover.ts";

/** So much can be written without blocking to a pipe that poll calls writable: PIPE_BUF. */
const READ_BYTES = 4_096;
/** Then other descriptors get their turn. */
const READS_AT_ONCE = 16;
/** The most that is read from a pipe before it is closed; somebody may still write to it. */
const LAST_READS = 256;
/** How often to look whether standard output or error takes more. */
const LOOK_EVERY_MS = 50;

/** A pipe, and the descriptor to which its bytes go on. */
interface Stream {
  readonly pipe: Pipe;
  readonly to: number;
  /** Bytes that `to` has not taken yet. */
  rest: Uint8Array;
  timer: Timer | undefined;
}

export class OutputPipes implements KeptOutput {
  readonly #owner: ServiceOwner;
  readonly #file: OutputFile;
  readonly #streams: readonly Stream[];
  isInUse = false;

  private constructor(owner: ServiceOwner, pipes: readonly Pipe[]) {
    this.#owner = owner;
    this.#file = new OutputFile(owner.home);
    this.#streams = pipes.map((pipe, index) => ({
      pipe,
      to: index === 0 ? STDOUT : STDERR,
      rest: NO_BYTES,
      timer: undefined,
    }));
    for (const stream of this.#streams) this.#watch(stream);
  }

  /**
   * Makes one pipe, or two if standard output and error are different files.
   *
   * @throws {PosixError}
   */
  static make(owner: ServiceOwner): OutputPipes {
    const pipes: Pipe[] = [];
    try {
      const isOne = posix.fstat(STDOUT).id === posix.fstat(STDERR).id;
      for (let count = isOne ? 1 : 2; count > 0; count -= 1) pipes.push(prepared(makePipe()));
      return new OutputPipes(owner, pipes);
    } catch (error) {
      for (const pipe of pipes) closePipe(pipe);
      throw error;
    }
  }

  /**
   * The pipes that a process has from a predecessor.
   *
   * @param ids of the pipes, as the adoption record has them
   * @returns `undefined` if nobody has one any more
   * @throws {PosixError} the search failed now, and may succeed later
   */
  static resume(
    owner: ServiceOwner,
    ids: readonly string[],
    { orphan }: Takeover,
  ): OutputPipes | undefined {
    const { pipes: inherited } = owner.context;
    const pipes = ids.flatMap((id) => {
      const kept = inherited?.get(id);
      inherited?.delete(id);
      const pipe = kept ?? (orphan && reopenPipe(id, [orphan.pid]));
      return pipe === undefined ? [] : [prepared(pipe)];
    });
    return pipes.length === 0 ? undefined : new OutputPipes(owner, pipes);
  }

  get ends(): OutputEnds | undefined {
    const stdout = this.#streams[0]?.pipe.writer;
    if (!this.isInUse || stdout === undefined) return undefined;
    return { stdout, stderr: this.#streams[1]?.pipe.writer ?? stdout };
  }

  get ids(): readonly string[] | undefined {
    return this.isInUse ? this.#streams.map(({ pipe }) => pipe.id) : undefined;
  }

  get pipes(): readonly PipeEnds[] {
    return this.#streams.map(({ pipe: { reader, writer } }) => [reader, writer] as const);
  }

  close(): void {
    for (const stream of this.#streams) {
      stream.timer?.cancel();
      this.#owner.context.reactor.forget(stream.pipe.reader);
      this.#read(stream, LAST_READS, true);
      closePipe(stream.pipe);
    }
    this.#file.close();
  }

  #watch(stream: Stream): void {
    this.#owner.context.reactor.onReadable(stream.pipe.reader, () =>
      this.#read(stream, READS_AT_ONCE, false),
    );
  }

  /** @param isLast bytes that cannot be passed on now are dropped */
  #read(stream: Stream, most: number, isLast: boolean): void {
    const read: Uint8Array[] = [];
    let takesMore = passOn(stream);
    for (let count = 0; count < most && (takesMore || isLast); count += 1) {
      const bytes = ignoringErrors(() => posix.read(stream.pipe.reader, READ_BYTES)) ?? NO_BYTES;
      if (bytes.length === 0) break;
      read.push(bytes);
      stream.rest = bytes;
      takesMore = passOn(stream);
    }
    if (read.length > 0) this.#keep(joined(...read));
    if (!takesMore && !isLast) this.#pause(stream);
  }

  /** Leaves the bytes in the pipe: without it, the service would have to wait too. */
  #pause(stream: Stream): void {
    const { reactor } = this.#owner.context;
    reactor.forget(stream.pipe.reader);
    stream.timer = reactor.after(LOOK_EVERY_MS, () => {
      this.#watch(stream);
      this.#read(stream, READS_AT_ONCE, false);
    });
  }

  #keep(bytes: Uint8Array): void {
    onPosixError(
      () => this.#file.add(bytes),
      (error) => this.#owner.warnOnce(`unable to write ${OUTPUT_PATH}`, error),
    );
  }
}

/**
 * Writes the rest.
 *
 * @returns whether there is none left
 */
function passOn(stream: Stream): boolean {
  const { rest, to } = stream;
  if (rest.length === 0) return true;
  if (!isReady(to, posix.POLLOUT)) return false;
  const written = onPosixError<number>(
    () => posix.write(to, rest) ?? 0,
    () => rest.length, // nobody reads it any more, or its disk is full
  );
  stream.rest = rest.subarray(written);
  return stream.rest.length === 0;
}

/** Makes the reading end non-blocking, and has the writing end open for reading too. */
function prepared(pipe: Pipe): Pipe {
  const { reader, writer: end, id } = pipe;
  try {
    posix.setNonBlocking(reader, true);
    const path = `/proc/self/fd/${end}`;
    const writer = ignoring(["ENOENT", "EACCES"], () => openPipeEnd(path, posix.O_RDWR));
    if (writer === undefined) return pipe;
    posix.close(end);
    return { reader, writer, id };
  } catch (error) {
    closePipe(pipe);
    throw error;
  }
}
