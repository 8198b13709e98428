/**
 * How many descriptors this process may have, where it holds those of all supervisors. The soft limit is raised
 * as far as the hard one lets it be, for this process alone: services start with what it was.
 */
import * as posix from "posix";
import type { Directory } from "../../base/directory.ts";
import type { Report } from "../../base/report.ts";

/**
 * So many must be free for one supervisor more: it holds 9 with a log service, and the scanner and whatever
 * writes a file need some for a moment; those that are at work must not fail for one that is not yet.
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

  /** Fatal where there is no room for a supervisor. @param own the first that it opened: the lowest free number */
  check(own: Directory, report: Report): void {
    if (own.fd + LEAST_FREE <= this.#most) return;
    own.close();
    report.fatal(`no descriptors left: the hard limit of open files is ${this.#most}`);
  }

  /** In a child, and before this process becomes another program. What is open above it stays open. */
  restoreInherited(): void {
    posix.setrlimit("nofile", this.#inherited);
  }
}
