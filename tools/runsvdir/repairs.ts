/**
 * Watches the service directories whose supervisor fails: somebody may be repairing one, and should
 * not have to wait for the next try. Without a watch, the next try comes after its delay.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import type { Reactor } from "../../base/reactor.ts";

export class Repairs {
  readonly #reactor: Reactor;
  readonly #changed: (service: string) => void;
  #fd: number | undefined;
  /** The services, by the watch ids of their directories. */
  readonly #services = new Map<number, string>();

  /** @param changed called once for each service passed to {@link await} */
  constructor(reactor: Reactor, changed: (service: string) => void) {
    this.#reactor = reactor;
    this.#changed = changed;
  }

  /** @param service passed to the callback */
  await(service: string, path: string): void {
    ignoringErrors(() => {
      this.#fd ??= this.#open();
      this.#services.set(posix.watchAdd(this.#fd, path, "entries"), service);
    });
  }

  /** Call this when the service works again, or is gone. */
  forget(service: string): void {
    for (const [id, known] of this.#services) if (known === service) this.#end(id);
    if (this.#services.size === 0) this.#close();
  }

  /** For a child: closes the descriptor. */
  closeInChild(): void {
    if (this.#fd !== undefined) posix.close(this.#fd);
  }

  #close(): void {
    if (this.#fd === undefined) return;
    this.#reactor.forget(this.#fd);
    this.closeInChild();
    this.#fd = undefined;
    this.#services.clear();
  }

  #open(): number {
    const fd = posix.watchOpen();
    this.#reactor.onReadable(fd, () => this.#takeEvents(fd));
    return fd;
  }

  #takeEvents(fd: number): void {
    for (const { id } of posix.watchRead(fd)) {
      const service = this.#services.get(id);
      if (service === undefined) continue;
      this.#end(id);
      this.#changed(service);
    }
  }

  #end(id: number): void {
    const fd = this.#fd;
    this.#services.delete(id);
    if (fd !== undefined) ignoringErrors(() => posix.watchRemove(fd, id));
  }
}
