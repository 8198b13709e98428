/**
 * Rotation: renames `current` to a rotated file and begins a new one. It does not wait for the disk
 * at once, because more lines may be in memory, which SIGKILL would lose. Until the file is on the
 * disk its name is `LABEL.u`, as after a crash; {@link Rotation.sync} waits for the disk and gives
 * the file its final name.
 *
 * Source: runit 2.1.2, svlogd(8); steps and messages as there.
 */
import * as posix from "posix";
import { closeIgnoringErrors } from "../../base/descriptors.ts";
import { ignoringErrors, isPosixError } from "../../base/errors.ts";
import { type Attempt, type CurrentFile, markClosed, syncFile } from "./current-file.ts";
import type { LogContext } from "./log-context.ts";
import type { RotatedFiles } from "./rotated-files.ts";

/**
 * At most so many files are renamed and not yet on the disk. If the size limit is tiny, a read may
 * fill more files; then svlogd waits for the disk in between.
 */
const UNSYNCED_MAX = 64;

/** A file that was renamed to `LABEL.u`, and is not on the disk yet. */
interface Unsynced {
  readonly fd: number;
  readonly label: string;
  readonly size: number;
}

export class Rotation {
  readonly #context: LogContext;
  readonly #current: CurrentFile;
  readonly #rotated: RotatedFiles;
  /** The oldest first. */
  #unsynced: Unsynced[] = [];
  #isOverdue = false;

  constructor(context: LogContext, current: CurrentFile, rotated: RotatedFiles) {
    this.#context = context;
    this.#current = current;
    this.#rotated = rotated;
  }

  /** Whether the last rotation failed. `current` has no limit until the next one. */
  get isOverdue(): boolean {
    return this.#isOverdue;
  }

  /** Rotates `current` unless it is empty. */
  rotate(): void {
    this.#isOverdue = false;
    if (this.#current.size === 0) return;
    if (this.#unsynced.length >= UNSYNCED_MAX) this.sync();
    this.#isOverdue = this.#unsynced.length >= UNSYNCED_MAX || !this.#renew();
  }

  /** Waits until the renamed files are on the disk, and gives them their final names. */
  sync(): void {
    if (this.#unsynced.length === 0) return;
    const { home, settings, attempts, processor } = this.#context;
    while (!attempts.arePaused) {
      const log = this.#unsynced[0];
      if (log === undefined) return;
      if (!this.#finish(log, (action, call) => attempts.try(action, call))) return;
      this.#unsynced.shift();
      this.#rotated.cleanUp();
      if (settings.processor !== undefined) processor.start(home, settings.processor);
    }
  }

  /** Syncs for the last time: a call that fails is not tried again. */
  close(): void {
    const { attempts } = this.#context;
    for (const log of this.#unsynced) {
      const isFinished = this.#finish(log, (action, call) => attempts.tryOnce(action, call));
      if (!isFinished) closeIgnoringErrors(log.fd);
    }
    this.#unsynced = [];
  }

  /**
   * @returns whether there is a new `current`; if not, nothing has changed, and svlogd will try
   * again
   */
  #renew(): boolean {
    const { home, attempts } = this.#context;
    const { fd, size } = this.#current;
    if (fd === undefined) return false;
    let label = "";
    let isThere = true;
    const isRenamed =
      attempts.try("open directory, want rotate", () => {
        label = this.#rotated.nextLabel();
      }) &&
      attempts.try("rename current", () => {
        isThere = this.#rename("current", `${label}.u`);
      });
    if (!isRenamed) return false;
    if (!attempts.try("create new current", () => this.#current.create(0))) {
      if (isThere) {
        ignoringErrors(() => posix.rename(home.fd, `${label}.u`, home.fd, "current"));
      } else {
        this.#current.drop();
      }
      return false;
    }
    if (isThere) this.#unsynced.push({ fd, label, size });
    else closeIgnoringErrors(fd);
    return true;
  }

  /** Syncs a renamed file and gives it its final name. @returns whether all attempts succeeded */
  #finish({ fd, label, size }: Unsynced, attempt: Attempt): boolean {
    const { path, settings, messages } = this.#context;
    const suffix = settings.processor === undefined ? "s" : "u";
    const name = `${label}.${suffix}`;
    const isFinished =
      syncFile(fd, attempt) &&
      markClosed(fd, attempt) &&
      (suffix === "u" || attempt("rename current", () => this.#rename(`${label}.u`, name)));
    if (!isFinished) return false;
    closeIgnoringErrors(fd);
    messages.info(`rename: ${path}/current ${name} ${size}`);
    return true;
  }

  /** @returns whether the file existed. If somebody has removed it, trying again would not help. */
  #rename(from: string, to: string): boolean {
    const { home, path, messages } = this.#context;
    try {
      posix.rename(home.fd, from, home.fd, to);
      return true;
    } catch (error) {
      if (!isPosixError(error, "ENOENT")) throw error;
      messages.warn(`unable to rename current: ${path}`, error);
      return false;
    }
  }
}
