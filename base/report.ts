/**
 * What a tool says, in runit's form: `TOOL SUBJECT: warning: TEXT: ERR`, one write to a message where
 * it fits the pipe. A message that cannot be written is lost; nobody is left to tell.
 */
import * as posix from "posix";
import { type ErrorCode, isPosixError, reason } from "./errors.ts";

export const STDIN = 0;
export const STDOUT = 1;
export const STDERR = 2;

/** Thrown to end the process with `code`; start.ts catches it. Its message has been printed. */
export class Exit extends Error {
  override readonly name = "Exit";
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/**
 * Writes all of `text`, a byte string, to a descriptor, and gives up where that does not work.
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

/** Messages about one subject: a service directory, or what else a tool was given. */
export class Report {
  readonly #prefix: string;
  readonly #fatalCode: number;
  readonly #write: (text: string) => void;

  /**
   * @param prefix how messages open, such as `runsv ./web`
   * @param fatalCode the exit code of fatal errors
   * @param write where messages go: a daemon's through tell.ts, so that none can hold it up
   */
  constructor(prefix: string, fatalCode: number, write: (text: string) => void) {
    this.#prefix = prefix;
    this.#fatalCode = fatalCode;
    this.#write = write;
  }

  /** Says what went wrong, and that the tool goes on. */
  warn(text: string, error?: ErrorCode): void {
    this.say("warning", text, error);
  }

  /** Says what went wrong, and ends the tool. */
  fatal(text: string, error?: ErrorCode): never {
    this.say("fatal", text, error);
    throw new Exit(this.#fatalCode);
  }

  /** The result of `call`; a failed call is fatal, told as `unable to ACTION`. */
  must<T>(action: string, call: () => T): T {
    try {
      return call();
    } catch (error) {
      if (isPosixError(error)) this.fatal(`unable to ${action}`, error);
      throw error;
    }
  }

  /** Whether `call` succeeded; a failed call is warned of as `unable to ACTION`. */
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

  /** A message as it is written: one line. */
  line(severity: string, text: string, error?: ErrorCode): string {
    const cause = error === undefined ? "" : `: ${reason(error)}`;
    return `${this.#prefix}: ${severity}: ${text}${cause}\n`;
  }

  /** A message of any severity. */
  say(severity: string, text: string, error?: ErrorCode): void {
    this.#write(this.line(severity, text, error));
  }
}
