/**
 * Tells when something changes in a directory. It may not be had (the user has too many watches, the
 * system has none); then the scan every few seconds is all there is.
 */
import * as posix from "posix";
import { isPosixError } from "../../base/errors.ts";
import type { Reactor } from "../../base/reactor.ts";
import type { Report } from "../../base/report.ts";

export class Watch {
  readonly #reactor: Reactor;
  readonly #report: Report;
  readonly #changed: () => void;
  #fd: number | undefined;

  constructor(reactor: Reactor, report: Report, changed: () => void) {
    this.#reactor = reactor;
    this.#report = report;
    this.#changed = changed;
  }

  /** Watches the directory that `path` leads to now, and none else any more. */
  point(path: string): void {
    this.letGo();
    try {
      const fd = posix.watchOpen();
      this.#fd = fd;
      posix.watchAdd(fd, path);
      this.#reactor.onReadable(fd, () => {
        // Names that begin with a dot are no services; runsvdir itself makes one.
        const told = posix.watchRead(fd);
        if (told.some(({ name }) => name === undefined || !name.startsWith("."))) this.#changed();
      });
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.letGo();
      this.#report.warn(`unable to watch directory ${path}`, error);
    }
  }

  letGo(): void {
    if (this.#fd === undefined) return;
    this.#reactor.forget(this.#fd);
    posix.close(this.#fd);
    this.#fd = undefined;
  }
}
