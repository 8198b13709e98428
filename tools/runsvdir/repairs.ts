/**
 * Watches the directories of services whose supervisor fails: somebody may be mending one, and should not have to wait for
 * the next try. Without a watch the next try comes by time.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import type { Reactor } from "../../base/reactor.ts";

export class Repairs {
  readonly #reactor: Reactor;
  readonly #changed: (service: string) => void;
  #fd: number | undefined;
  /** The services by what names their directories in the watch. */
  readonly #services = new Map<number, string>();

  /** @param changed called with what {@link await} was given, once */
  constructor(reactor: Reactor, changed: (service: string) => void) {
    this.#reactor = reactor;
    this.#changed = changed;
  }

  /** @param service names it for the callback */
  await(service: string, path: string): void {
    ignoringErrors(() => {
      this.#fd ??= this.#open();
      this.#services.set(posix.watchAdd(this.#fd, path, "entries"), service);
    });
  }

  /** It works again, or is gone. */
  forget(service: string): void {
    for (const [id, known] of this.#services) if (known === service) this.#end(id);
    if (this.#services.size === 0) this.closeInChild();
  }

  closeInChild(): void {
    if (this.#fd === undefined) return;
    this.#reactor.forget(this.#fd);
    posix.close(this.#fd);
    this.#fd = undefined;
    this.#services.clear();
  }

  #open(): number {
    const fd = posix.watchOpen();
    this.#reactor.onReadable(fd, () => this.#take(fd));
    return fd;
  }

  #take(fd: number): void {
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
