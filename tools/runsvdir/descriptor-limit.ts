/**
 * The limit on open descriptors of a process that holds those of all supervisors. It raises the
 * soft limit to the hard one, for this process alone: services start with the inherited limit.
 */
import * as posix from "posix";
import type { Directory } from "../../base/directory.ts";
import type { Report } from "../../base/report.ts";

/**
 * The number of descriptors that must be free for another supervisor. One holds 10 with a log
 * service, and the scanner and each write of a file need some for a moment; running supervisors
 * must not fail because a new one starts.
 */
const LEAST_FREE = 32;

export class DescriptorLimit {
  readonly #inherited: posix.Limit;
  readonly #most: number;

  constructor(report: Report) {
    this.#inherited = posix.getrlimit("nofile");
    const { soft, hard } = this.#inherited;
    const raised = report.try("raise the limit of open files", () => this.raise());
    this.#most = raised ? hard : soft;
  }

  raise(): void {
    const { hard } = this.#inherited;
    posix.setrlimit("nofile", { soft: hard, hard });
  }

  /**
   * Fails fatally, for the new supervisor, if there is no room for it.
   *
   * @param own the first descriptor that the supervisor opened: the lowest free number
   */
  check(own: Directory, report: Report): void {
    if (own.fd + LEAST_FREE <= this.#most) return;
    own.close();
    report.fatal(`no descriptors left: the hard limit of open files is ${this.#most}`);
  }

  /**
   * For a child, and before this process executes another program. Descriptors above the limit stay
   * open.
   */
  restoreInherited(): void {
    posix.setrlimit("nofile", this.#inherited);
  }
}
