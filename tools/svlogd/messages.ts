/**
 * Messages of svlogd, in runit's words: `svlogd: warning: unable to open log directory: DIR: ERR`.
 */
import type { ErrorCode } from "../../base/errors.ts";
import { Report } from "../../base/report.ts";
import { writeStderr } from "../../base/write-stderr.ts";

export const EXIT_FATAL = 111;

export class Messages extends Report {
  private readonly isVerbose: boolean;

  constructor(verbose: boolean) {
    super("svlogd", EXIT_FATAL, writeStderr);
    this.isVerbose = verbose;
  }

  /** Prints a message, with `-v` only. */
  info(text: string): void {
    if (this.isVerbose) this.say("info", text);
  }

  /** Reports a call that failed and is tried again. */
  pausing(text: string, error: ErrorCode): void {
    this.say("pausing", text, error);
  }
}
