/**
 * The rotated files of a log directory: names the next one, and deletes old ones.
 *
 * Source: runit 2.1.2, svlogd(8); messages as there.
 */
import * as posix from "posix";
import { ignoringErrors, isPosixError } from "../../base/errors.ts";
import { tai64nLabel } from "../../protocol/tai.ts";
import type { LogContext } from "./log-context.ts";
import { filesToDelete, nextLabel, oldestDeletable } from "./rotation-policy.ts";

export class RotatedFiles {
  readonly #context: LogContext;

  constructor(context: LogContext) {
    this.#context = context;
  }

  /** The label of a file that is rotated now. @throws {PosixError} the directory cannot be read */
  nextLabel(): string {
    return nextLabel(tai64nLabel(posix.clockReal()), posix.readdir(this.#context.home.fd));
  }

  /** Deletes the files that the settings do not keep. */
  cleanUp(): void {
    const { home, path, settings, messages, processor } = this.#context;
    let names: readonly string[];
    try {
      names = posix.readdir(home.fd);
    } catch (error) {
      if (!isPosixError(error)) throw error;
      messages.warn(`unable to read directory: ${path}`, error);
      return;
    }
    const { leftovers, old } = filesToDelete(names, settings.keep, processor.busy);
    for (const name of leftovers) this.#unlink(name, `processor leftover: ${name}`);
    for (const name of old) {
      messages.info(`delete: ${path}/${name}`);
      if (!this.#unlink(name, `oldest logfile: ${path}`)) return;
    }
  }

  /** Deletes the oldest file because the disk is full. @returns whether the settings allowed it */
  makeSpace(): boolean {
    const { home, path, settings, messages, processor } = this.#context;
    const names = ignoringErrors(() => posix.readdir(home.fd)) ?? [];
    const name = oldestDeletable(names, settings, processor.busy);
    if (name === undefined) return false;
    messages.warn(`out of disk space, delete: ${path}/${name}`);
    return this.#unlink(name, "oldest logfile: ");
  }

  #unlink(name: string, what: string): boolean {
    const { home, messages } = this.#context;
    try {
      posix.unlink(home.fd, name, 0);
      return true;
    } catch (error) {
      if (!isPosixError(error)) throw error;
      messages.warn(`unable to unlink ${what}`, error);
      return false;
    }
  }
}
