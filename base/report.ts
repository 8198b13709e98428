/**
 * Messages in runit's form: `TOOL SUBJECT: warning: TEXT: ERR`. Each is a single write if it fits
 * the pipe. A message that cannot be written is lost: there is no other place to report it.
 */
import * as posix from "posix";
import { type ErrorCode, isPosixError, reason } from "./errors.ts";

export const STDIN = 0;
export const STDOUT = 1;
export const STDERR = 2;

/**
 * Thrown to end the process with `code`, after its message has been printed; start.ts catches it.
 */
export class Exit extends Error {
  override readonly name = "Exit";
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** Asks for the name, because a part has a class of its own. */
export function isExit(error: unknown): error is Exit {
  return error instanceof Error && error.name === "Exit";
}

/**
 * Writes all of `text`, a byte string, to a descriptor, and gives up after a failed write.
 *
 * @returns whether all of it was written
 */
export function print(fd: number, text: string): boolean {
  let rest = text;
  try {
    while (rest !== "") {
      const written = posix.write(fd, rest);
      if (written === undefined) return false;
      rest = rest.slice(written);
    }
    return true;
  } catch (error) {
    if (!isPosixError(error)) throw error;
    return false;
  }
}

/** Messages about one subject, such as a service directory. */
export class Report {
  readonly #prefix: string;
  readonly #fatalCode: number;
  readonly #write: (text: string) => void;

  /**
   * @param prefix the start of each message, such as `runsv ./web`
   * @param fatalCode the exit code after a fatal error
   * @param write writes a message; a daemon's goes through write-stderr.ts, so that no message can
   *   block it
   */
  constructor(prefix: string, fatalCode: number, write: (text: string) => void) {
    this.#prefix = prefix;
    this.#fatalCode = fatalCode;
    this.#write = write;
  }

  /** Reports a problem after which the tool goes on. */
  warn(text: string, error?: ErrorCode): void {
    this.say("warning", text, error);
  }

  /** Reports a problem and ends the tool. */
  fatal(text: string, error?: ErrorCode): never {
    this.say("fatal", text, error);
    throw new Exit(this.#fatalCode);
  }

  /** Returns the result of `call`; if it fails, reports `unable to ACTION` and ends the tool. */
  must<T>(action: string, call: () => T): T {
    try {
      return call();
    } catch (error) {
      if (isPosixError(error)) this.fatal(`unable to ${action}`, error);
      throw error;
    }
  }

  /** Returns whether `call` succeeded; if it fails, warns `unable to ACTION`. */
  try(action: string, call: () => void): boolean {
    try {
      call();
      return true;
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.warn(`unable to ${action}`, error);
      return false;
    }
  }

  /** Formats a message: one line. */
  line(severity: string, text: string, error?: ErrorCode): string {
    const cause = error === undefined ? "" : `: ${reason(error)}`;
    return `${this.#prefix}: ${severity}: ${text}${cause}\n`;
  }

  /** Writes a message of any severity. */
  say(severity: string, text: string, error?: ErrorCode): void {
    this.#write(this.line(severity, text, error));
  }
}
