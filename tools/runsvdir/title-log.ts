/**
 * The log in runsvdir's own command line, where `ps` shows it: the last bytes that runsvdir and all
 * its descendants wrote to standard error, the newest last.
 *
 * Source: runit 2.1.2, the LOG argument of runsvdir(8); readproctitle of daemontools.
 */
import * as posix from "posix";
import type { Reactor } from "../../base/reactor.ts";
import { STDERR } from "../../base/report.ts";
import type { PipeEnds } from "../../protocol/handover.ts";

/** The first bytes of the argument stay, by convention `log: `. */
const KEPT_BYTES = 5;
export const LEAST_BYTES = 7;
const READ_MAX_BYTES = 4_096;
/** A dot every quarter of an hour shifts old messages, so that they do not look new. */
const DOT_MS = 900_000;

export class TitleLog {
  readonly #reactor: Reactor;
  readonly #index: number;
  readonly #text: Uint8Array;
  readonly #pipe: PipeEnds;

  /**
   * Makes standard error, for this process and its descendants, a pipe into the log. Only the read
   * end is non-blocking: a service that writes much waits, and loses nothing.
   *
   * @param argument word `index` of the command line, at least {@link LEAST_BYTES} long
   * @param ends the pipe, if services already have it as their standard error
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

  /**
   * Appends a message of runsvdir itself: if runsvdir wrote to the pipe, it could wait for itself.
   */
  write(text: string): void {
    this.#append(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  }

  /** The current argument, for a program that continues with it. */
  get shown(): string {
    return Array.from(this.#text, (byte) => String.fromCharCode(byte)).join("");
  }

  get ends(): PipeEnds {
    return this.#pipe;
  }

  /** For a child, which keeps only standard error. */
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
