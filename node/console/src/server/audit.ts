/**
 * The audit log: a line of JSON for each command, for each token that was used for the first time
 * from an address, and for refused requests, up to a number of them. It is on standard error, or in
 * a file that only its owner reads.
 */
import { closeSync, constants, fchmodSync, fstatSync, openSync, writeSync } from "node:fs";
import { ConsoleError } from "../console-error.ts";
import { PERIOD_MS, RefusalLimit } from "./refusal-limit.ts";

const STDERR = 2;
const OWNER_ONLY = 0o600;
/** A request may have 16 KiB in a header that is recorded. */
const TEXT_MAX = 256;

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
  readonly #limit = new RefusalLimit();
  /** Refused requests that were not recorded, and when their number will be. */
  #omitted = 0;
  #timer: NodeJS.Timeout | undefined;

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
    if (event.event === "refused" && !this.#limit.admits(performance.now())) this.#omit();
    else this.#write(event);
  }

  #omit(): void {
    this.#omitted += 1;
    this.#timer ??= setTimeout(() => this.#reportOmitted(), PERIOD_MS).unref();
  }

  #reportOmitted(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#omitted === 0) return;
    const result = `${this.#omitted} more requests`;
    this.#omitted = 0;
    this.#write({ event: "refused", address: "", result });
  }

  #write(event: AuditEvent): void {
    const clipped = Object.entries({ time: new Date().toISOString(), ...event }).map(
      ([member, text]) => [member, clip(text)],
    );
    const line = `${JSON.stringify(Object.fromEntries(clipped))}\n`;
    try {
      writeSync(this.#fd, line);
    } catch (error) {
      if (this.#fd !== STDERR) console.error(`runits-console: audit: ${error}: ${line}`);
    }
  }

  close(): void {
    this.#reportOmitted();
    if (this.#fd !== STDERR) closeSync(this.#fd);
  }
}

function clip(text: string | undefined): string | undefined {
  return text === undefined || text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}...`;
}
