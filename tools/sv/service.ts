/**
 * The service that a name on sv's command line stands for.
 *
 * sv never changes directory: it joins paths, so a name keeps its meaning while sv waits.
 * Source: runit 2.1.2, sv(8).
 */

import * as posix from "posix";
import { isPosixError } from "../../base/errors.ts";
import type { ServicePath } from "../../protocol/service-directory.ts";
import { type LiveStatus, lookAt } from "./live-status.ts";
import { load } from "./parts.ts";
import type { ServiceFailure, ServiceFiles } from "./service-report.ts";

export class NamedService implements ServiceFiles {
  readonly name: string;
  /** The service directory; `""` if the name leads nowhere, as with an empty SVDIR. */
  readonly path: string;
  /** What {@link at} is relative to: a descriptor. */
  dir: number = posix.AT_FDCWD;

  constructor(name: string, path: string) {
    this.name = name;
    this.path = path;
  }

  file(name: ServicePath | "."): string {
    return this.path === "" ? "" : `${this.path}/${name}`;
  }

  at(name: ServicePath | "."): string {
    return this.dir === posix.AT_FDCWD ? this.file(name) : name;
  }

  /**
   * Opens the directory, if the system lets it: to find many files from there takes less time than
   * by their whole paths.
   */
  open(): void {
    try {
      const flags = posix.O_RDONLY | posix.O_DIRECTORY;
      this.dir = posix.open(posix.AT_FDCWD, this.path, flags, 0);
    } catch (error) {
      if (!isPosixError(error)) throw error;
    }
  }

  /** Undoes {@link open}. */
  close(): void {
    if (this.dir !== posix.AT_FDCWD) posix.close(this.dir);
    this.dir = posix.AT_FDCWD;
  }

  /** See {@link lookAt}. */
  look(): LiveStatus | ServiceFailure {
    return lookAt(this);
  }

  /** The log service; `undefined` if there is no `log`, a failure if it cannot be entered. */
  log(): NamedService | ServiceFailure | undefined {
    const log = new NamedService(`${this.name}/log`, this.file("log"));
    try {
      return log.has(".") ? log : undefined;
    } catch (error) {
      if (!isPosixError(error)) throw error;
      return load("sv/failure").unableTo("change directory", error);
    }
  }

  /**
   * Whether the directory has `name`, such as `down` or `check`; links are followed. `.`: whether
   * it can be entered.
   *
   * @throws {PosixError} other than that there is no such file
   */
  has(name: ServicePath | "."): boolean {
    return posix.mode(this.dir, this.at(name), 0) !== undefined;
  }
}
