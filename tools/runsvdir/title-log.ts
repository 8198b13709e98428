/**
 * The log that runsvdir keeps in its own command line, where `ps` shows it: the last bytes that it and all
 * below it wrote to standard error, the newest last.
 *
 * Source: runit 2.1.2, the LOG argument of runsvdir(8); readproctitle of daemontools.
 */
import * as posix from "posix";
import type { Reactor } from "../../base/reactor.ts";
import { STDERR } from "../../base/report.ts";
import type { PipeEnds } from "../../protocol/handover.ts";

/** The first bytes of the argument stay, conventionally `log: `. */
const KEPT_BYTES = 5;
export const LEAST_BYTES = 7;
const READ_MAX_BYTES = 4_096;
/** Every quarter of an hour a dot moves old messages on, so that they do not look like new ones. */
const DOT_MS = 900_000;

export class TitleLog {
  readonly #reactor: Reactor;
  readonly #index: number;
  readonly #text: Uint8Array;
  readonly #pipe: PipeEnds;

  /**
   * Makes standard error, for this process and all that it starts, a pipe into the log. Only the read end is
   * non-blocking: a service that writes much has to wait, and loses nothing.
   *
   * @param argument word `index` of the command line, {@link LEAST_BYTES} long at least
   * @param ends the pipe, where services have it as their standard error already
   * @throws {PosixError} call `pipe` or `dup2`
   */
  constructor(reactor: Reactor, index: number, argument: string, ends: PipeEnds | undefined) {
    this.#reactor = reactor;
    this.#index = index;
    this.#text = Uint8Array.from(argument, (character) => character.charCodeAt(0));
    this.#pipe = ends ?? posix.pipe();
    posix.setNonBlocking(this.#pipe[0], true);
    posix.dup2(this.#pipe[1], STDERR);
    reactor.onReadable(this.#pipe[0], () => this.#take());
    this.#dot();
  }

  /** Puts a message of runsvdir itself in: through the pipe it could wait for itself. */
  write(text: string): void {
    this.#append(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  }

  /** The argument as it is now, for a program that goes on with it. */
  get shown(): string {
    return Array.from(this.#text, (byte) => String.fromCharCode(byte)).join("");
  }

  get ends(): PipeEnds {
    return this.#pipe;
  }

  /** For a child, which keeps standard error only. */
  closeInChild(): void {
    for (const fd of this.#pipe) posix.close(fd);
  }

  #take(): void {
    for (;;) {
      const bytes = posix.read(this.#pipe[0], READ_MAX_BYTES);
      if (bytes === undefined || bytes.length === 0) return;
      this.#append(bytes);
    }
  }

  #append(bytes: Uint8Array): void {
    const shown = bytes.filter((byte) => byte !== 0).subarray(-(this.#text.length - KEPT_BYTES));
    this.#text.copyWithin(KEPT_BYTES, KEPT_BYTES + shown.length);
    this.#text.set(shown, this.#text.length - shown.length);
    posix.writeArgument(this.#index, this.#text);
  }

  #dot(): void {
    this.write(".");
    this.#reactor.after(DOT_MS, () => this.#dot());
  }
}
