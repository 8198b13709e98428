/**
 * Reports exits of orphans to each runsv that replaced a killed one and took over its processes:
 * they were reparented to runsvdir, their nearest subreaper, and the kernel gives the exit status
 * to the parent only. (Linux 6.15 and later gives it to any process: see supervisor/orphan.ts.)
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import type { Reactor } from "../../base/reactor.ts";
import { exitLine } from "../../protocol/exit-line.ts";

/** The two ends of the pipe from the scanner to one runsv. */
export interface RelayPipe {
  readonly reader: number;
  readonly writer: number;
}

export class ExitRelay {
  readonly #reactor: Reactor;
  readonly #writers = new Set<number>();

  constructor(reactor: Reactor) {
    this.#reactor = reactor;
    ignoringErrors(() => posix.becomeSubreaper()); // on other systems these exits stay unknown
    reactor.onReparentedExit((exit) => this.#write(exitLine(exit)));
  }

  /** @returns `undefined` if no descriptor is free: then that runsv gets no reports */
  open(): RelayPipe | undefined {
    return ignoringErrors(() => {
      const [reader, writer] = posix.pipe();
      posix.setNonBlocking(writer, true);
      return { reader, writer };
    });
  }

  /** Call this in the scanner, once the runsv has the read end. */
  keep({ reader, writer }: RelayPipe): void {
    posix.close(reader);
    this.#writers.add(writer);
    this.#reactor.onHangUp(writer, () => this.#forget(writer));
  }

  /** For a child: closes the scanner's ends. */
  closeInChild(): void {
    for (const writer of this.#writers) posix.close(writer);
  }

  /** Drops the line if a pipe is full: its runsv hangs, and will find out by itself. */
  #write(text: string): void {
    for (const writer of this.#writers) ignoringErrors(() => posix.write(writer, text));
  }

  #forget(writer: number): void {
    this.#reactor.forget(writer);
    this.#writers.delete(writer);
    posix.close(writer);
  }
}
