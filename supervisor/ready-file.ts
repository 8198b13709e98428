/**
 * supervise/ready, as protocol/ready.ts has it: written aside and renamed, and removed when the
 * process has ended.
 */
import * as posix from "posix";
import { isFull } from "../base/directory.ts";
import { ignoringErrors, isPosixError } from "../base/errors.ts";
import { monotonicMs, type Timer } from "../base/reactor.ts";
import { READY_MAX_BYTES, type ReadyRecord, readReady, readyText } from "../protocol/ready.ts";
import { type SuperviseFile, superviseFile } from "../protocol/service-directory.ts";
import type { ServiceOwner } from "./service-owner.ts";

const NAME: SuperviseFile = "ready";
const PATH = superviseFile("supervise", NAME);
/** The time before a failed write is tried again. */
const RETRY_MS = 5_000;
/** A new text is written at most once in this time. */
const TEXT_EVERY_MS = 1_000;

export class ReadyFile {
  readonly #owner: ServiceOwner;
  #written = "";
  #timer: Timer | undefined;
  #textAtMs = 0;

  constructor(owner: ServiceOwner) {
    this.#owner = owner;
  }

  /** The file of a predecessor; `undefined` if there is none. */
  read(): ReadyRecord | undefined {
    return readReady(this.#owner.home.readOwn(PATH, READY_MAX_BYTES) ?? "");
  }

  write(record: ReadyRecord): void {
    const text = readyText(record);
    if (text === this.#written) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    try {
      this.#owner.home.replace(PATH, text);
      this.#written = text;
    } catch (error) {
      if (!isPosixError(error) && !isFull(error)) throw error;
      const code = isPosixError(error) ? error.code : "ENOSPC";
      this.#owner.warnOnce(`unable to write ${PATH}`, { code });
      this.#later(RETRY_MS, () => record);
    }
  }

  /**
   * Writes in a moment, if only the text has changed.
   *
   * @param latest returns the record then
   */
  writeSoon(latest: () => ReadyRecord): void {
    if (this.#timer !== undefined) return;
    const nowMs = monotonicMs();
    const delayMs = Math.max(0, this.#textAtMs + TEXT_EVERY_MS - nowMs);
    this.#textAtMs = nowMs + delayMs;
    this.#later(delayMs, latest);
  }

  /** Cancels what is to be written later. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  remove(): void {
    this.close();
    this.#written = "";
    ignoringErrors(() => posix.unlink(this.#owner.home.fd, PATH, 0));
  }

  #later(delayMs: number, latest: () => ReadyRecord): void {
    this.#timer = this.#owner.context.reactor.after(delayMs, () => {
      this.#timer = undefined;
      this.write(latest());
    });
  }
}
