/**
 * Tells each runsv that was started in the place of a dead one how the processes end that it took over: they
 * have come to runsvdir, as their nearest ancestor, and only their parent is told. (Linux 6.15 and later tells
 * everybody: see orphan.ts of runsv.)
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import type { Reactor } from "../../base/reactor.ts";
import { exitLine } from "../../protocol/exit-line.ts";

/** The two ends of a line from here to one runsv. */
export interface RelayPipe {
  readonly reader: number;
  readonly writer: number;
}

export class ExitRelay {
  readonly #reactor: Reactor;
  readonly #writers = new Set<number>();

  constructor(reactor: Reactor) {
    this.#reactor = reactor;
    ignoringErrors(() => posix.becomeSubreaper()); // elsewhere the ends stay unknown
    reactor.onReparentedExit((exit) => this.#tell(exitLine(exit)));
  }

  /** @returns `undefined` where there is no room for it: then nothing is told */
  open(): RelayPipe | undefined {
    return ignoringErrors(() => {
      const [reader, writer] = posix.pipe();
      posix.setNonBlocking(writer, true);
      return { reader, writer };
    });
  }

  /** In the scanner, once the runsv has the other end. */
  keep({ reader, writer }: RelayPipe): void {
    posix.close(reader);
    this.#writers.add(writer);
    this.#reactor.onHangUp(writer, () => this.#forget(writer));
  }

  /** For a child: closes what is the scanner's. */
  closeInChild(): void {
    for (const writer of this.#writers) posix.close(writer);
  }

  /** A line that is full belongs to a runsv that hangs; it will find out by itself. */
  #tell(text: string): void {
    for (const writer of this.#writers) ignoringErrors(() => posix.write(writer, text));
  }

  #forget(writer: number): void {
    this.#reactor.forget(writer);
    this.#writers.delete(writer);
    posix.close(writer);
  }
}
