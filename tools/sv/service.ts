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

  constructor(name: string, path: string) {
    this.name = name;
    this.path = path;
  }

  file(name: ServicePath | "."): string {
    return this.path === "" ? "" : `${this.path}/${name}`;
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
    return posix.stat(posix.AT_FDCWD, this.file(name), 0) !== undefined;
  }
}
