/**
 * The audit log: a line of JSON for each command, each refused request and each token that was used
 * for the first time from an address. It is on standard error, or in a file that only its owner
 * reads.
 */
import { closeSync, constants, fchmodSync, fstatSync, openSync, writeSync } from "node:fs";
import { ConsoleError } from "../console-error.ts";

const STDERR = 2;
const OWNER_ONLY = 0o600;

interface AuditEvent {
  readonly event: "command" | "refused" | "login";
  readonly user?: string | undefined;
  readonly address: string;
  readonly service?: string;
  readonly command?: string;
  /** `done`, or the code of the error. */
  readonly result: string;
}

export class AuditLog {
  readonly #fd: number;

  /** @param file `undefined`: standard error. @throws {ConsoleError} it cannot be opened */
  constructor(file: string | undefined) {
    if (file === undefined) {
      this.#fd = STDERR;
      return;
    }
    const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
    try {
      this.#fd = openSync(file, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, OWNER_ONLY);
      if (!fstatSync(this.#fd).isFile()) throw new ConsoleError(`${file}: not a regular file`);
      fchmodSync(this.#fd, OWNER_ONLY);
    } catch (error) {
      throw ConsoleError.from(error, `unable to open ${file}`);
    }
  }

  /** A full disk keeps nobody from stopping a service: the event is reported on standard error. */
  record(event: AuditEvent): void {
    const line = `${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`;
    try {
      writeSync(this.#fd, line);
    } catch (error) {
      if (this.#fd !== STDERR) console.error(`runits-console: audit: ${error}: ${line}`);
    }
  }

  close(): void {
    if (this.#fd !== STDERR) closeSync(this.#fd);
  }
}
