/** The hold of a supervisor's own service: see hold.ts. */
import * as posix from "posix";
import { closeIgnoringErrors } from "../base/descriptors.ts";
import { unlessExhausted } from "../base/errors.ts";
import { openOwn } from "../base/own-file.ts";
import { isReady } from "../base/poll-set.ts";
import { HOLD } from "./hold.ts";
import type { Surroundings } from "./service-owner.ts";

export class OwnHold {
  readonly #surroundings: Surroundings;
  #writer: number | undefined;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /**
   * Has the supervisors that open the hold from now on see that the service is being stopped.
   *
   * @throws {PosixError} a resource has run out
   */
  close(): void {
    if (this.#writer !== undefined) return;
    const { fd } = this.#surroundings.home;
    // A FIFO can be opened for writing only while it has a reader.
    const reader = unlessExhausted(() => openOwn(fd, HOLD, posix.S_IFIFO, posix.O_RDONLY));
    if (reader === undefined) return;
    try {
      this.#writer = openOwn(fd, HOLD, posix.S_IFIFO, posix.O_WRONLY);
    } finally {
      posix.close(reader);
    }
  }

  get isHeld(): boolean {
    return this.#writer !== undefined && !isReady(this.#writer, 0);
  }

  /** Calls `run` once nobody holds the service any more. */
  onReleased(run: () => void): void {
    const writer = this.#writer;
    if (writer === undefined) return;
    const { reactor } = this.#surroundings.context;
    reactor.onHangUp(writer, () => {
      reactor.forget(writer); // it would be ready for ever
      run();
    });
  }

  /** Takes {@link close} back. */
  open(): void {
    const writer = this.#writer;
    if (writer === undefined) return;
    this.#surroundings.context.reactor.forget(writer);
    closeIgnoringErrors(writer);
    this.#writer = undefined;
  }
}
