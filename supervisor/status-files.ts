/**
 * Publishes a service: writes `pid`, `stat` and `status` under supervise/, in this sequence, each
 * replaced in one step. Before them it writes `history`, which runit does not have, if that has
 * changed. On a full disk it overwrites the files
 * in place. If a file cannot be written, the file stays as it was, the supervisor warns, and tries
 * again.
 *
 * Source: runit 2.1.2, the behaviour and messages of update_status.
 */

import * as posix from "posix";
import { type Directory, isFull, ShortWriteError } from "../base/directory.ts";
import { ignoringErrors, isPosixError } from "../base/errors.ts";
import type { Timer } from "../base/reactor.ts";
import { historyText, shellCode } from "../protocol/history.ts";
import { type SuperviseFile, superviseFile } from "../protocol/service-directory.ts";
import { encodeStatus, statText } from "../protocol/status.ts";
import type { Surroundings } from "./service-owner.ts";
import type { Service } from "./state.ts";

/** The time before a failed write is tried again. */
const RETRY_MS = 5_000;

/** A file that could not be written, and the report of that. */
interface FailedWrite {
  readonly name: SuperviseFile;
  readonly bytes: string;
  readonly isFull: boolean;
  readonly tell: () => void;
}

/** In place of the published pid: there is no file `pid`. */
const NO_FILE = -1;
/** In place of the text of `history` before the first exit: there is no such file. */
const NO_HISTORY = "";
const NO_REPORTS: readonly (() => void)[] = [];
/** The supervise directory of the main service. */
const MAIN = "supervise";

export class Publisher {
  /** The published files are out of date. */
  isDirty = false;
  readonly #surroundings: Surroundings;
  readonly #supervise: string;
  #publishedPid: number | undefined;
  #publishedHistory: string | undefined;
  #retry: Timer | undefined;
  /** The directory was removed, and that has been reported. */
  declare private isRemoved?: boolean;

  /**
   * @param supervise the directory of the files, relative to the service directory: `supervise` or
   * `log/supervise`
   */
  constructor(surroundings: Surroundings, supervise: string) {
    this.#surroundings = surroundings;
    this.#supervise = supervise;
  }

  /** Keeps the published `pid` file, and its age, because its text is correct already. */
  resume(pid: number): void {
    this.#publishedPid = pid;
  }

  /**
   * Publishes into a new directory, without a predecessor. If the service is about to start, only
   * `status`, which whoever finds `ok` reads; then call {@link publish} before this process waits
   * for anything: it writes the other files.
   */
  begin(service: Service): void {
    this.#publishedHistory = NO_HISTORY;
    this.#publishedPid = NO_FILE;
    if (service.want !== "up") {
      this.publish(service);
      return;
    }
    this.isDirty = true;
    const { home } = this.#surroundings;
    const path = superviseFile(this.#supervise, "status");
    ignoringFailedWrites(() => home.replace(path, encodeStatus(service))); // a failure comes again
  }

  publish(service: Service): void {
    this.isDirty = false;
    this.#cancelRetry();
    const failures = this.#write(service);
    const isRemoved = failures.length > 0 && isGone(this.#surroundings.home, this.#supervise);
    if (isRemoved && this.isRemoved !== true) this.#tellRemoved();
    if (!isRemoved) for (const tell of failures) tell();
    if (isRemoved || this.isRemoved === true) this.isRemoved = isRemoved;
    if (failures.length > 0) this.#tryLater(service);
  }

  /**
   * Reports one line for all files. If the whole service directory was removed, only the main
   * service's publisher reports that.
   */
  #tellRemoved(): void {
    if (this.#supervise !== MAIN && isGone(this.#surroundings.home, MAIN)) return;
    this.#surroundings.report.warn(
      `${this.#supervise}/ was removed, the service's state cannot be written`,
    );
  }

  close(): void {
    this.#cancelRetry();
  }

  #cancelRetry(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
  }

  /**
   * Retries without reporting: the failure was reported once, and the disk may stay full for long.
   */
  #tryLater(service: Service): void {
    this.#retry = this.#surroundings.context.reactor.after(RETRY_MS, () => {
      if (this.#write(service).length > 0) this.#tryLater(service);
    });
  }

  /** @returns the reports of the files that could not be written */
  #write(service: Service): readonly (() => void)[] {
    this.#writeHistory(service);
    const { pid } = service;
    const failures: FailedWrite[] = [];
    // Only if it changed: scripts take the age of the file for the age of the process.
    if (pid !== this.#publishedPid) this.#writePid(pid, failures);
    this.#replace("stat", statText(service), failures);
    this.#replace("status", encodeStatus(service), failures);
    if (failures.length === 0 && this.#publishedHistory !== undefined) {
      this.#publishedPid = pid;
      return NO_REPORTS;
    }
    // An empty pid file has no disk block for the next pid. The history has one, and matters less.
    if (failures.some(({ isFull }) => isFull) && this.#removeHistory()) {
      for (const { name, bytes } of failures.splice(0)) this.#replace(name, bytes, failures);
    }
    if (!failures.some(({ name }) => name === "pid")) this.#publishedPid = pid;
    const tells = failures.map(({ tell }) => tell);
    const hasHistory = this.#publishedHistory !== undefined;
    // A history that failed reports nothing: the other files fail for the same reason.
    return hasHistory ? tells : [() => {}, ...tells];
  }

  #writePid(pid: number, failures: FailedWrite[]): void {
    const text = pid === 0 ? "" : `${pid}\n`;
    const { home } = this.#surroundings;
    // Whoever reads a new file before its text is there, finds no process, as in an empty one.
    const isDone =
      this.#publishedPid === NO_FILE &&
      ignoringFailedWrites(() => home.create(superviseFile(this.#supervise, "pid"), text));
    if (!isDone) this.#replace("pid", text, failures);
  }

  /** @returns whether there was one, whose removal frees space for the others */
  #removeHistory(): boolean {
    const removed = ignoringErrors(() => {
      posix.unlink(this.#surroundings.home.fd, superviseFile(this.#supervise, "history"), 0);
      return true;
    });
    if (removed === true) this.#publishedHistory = undefined;
    return removed === true;
  }

  /** A failure is not reported; the next attempt writes the history again. */
  #writeHistory(service: Service): void {
    const history = service.exits.count === 0 ? NO_HISTORY : historyOf(service);
    if (history === this.#publishedHistory) return;
    this.#publishedHistory = undefined;
    const { home } = this.#surroundings;
    const name = superviseFile(this.#supervise, "history");
    if (history === NO_HISTORY) {
      ignoringErrors(() => {
        // Left by another supervisor.
        if (home.stat(name) !== undefined) posix.unlink(home.fd, name, 0);
      });
    } else {
      if (!ignoringFailedWrites(() => home.replace(name, history))) return;
    }
    this.#publishedHistory = history;
  }

  /** Adds a failure to `failures`. */
  #replace(name: SuperviseFile, bytes: string, failures: FailedWrite[]): void {
    const path = superviseFile(this.#supervise, name);
    try {
      this.#surroundings.home.replace(path, bytes);
    } catch (error) {
      if (!(isPosixError(error) || error instanceof ShortWriteError)) throw error;
      const tell = () => this.#warn(name, path, error);
      failures.push({ name, bytes, isFull: isFull(error), tell });
    }
  }

  #warn(name: SuperviseFile, path: string, error: posix.PosixError | ShortWriteError): void {
    if (error instanceof ShortWriteError) {
      this.#surroundings.report.warn(`unable to write ${path}.new: partial write.`);
    } else if (error.call === "rename") {
      this.#surroundings.report.warn(`unable to rename ${name}.new to ${path}`, error);
    } else {
      const verb = error.call === "write" ? "write" : "open";
      this.#surroundings.report.warn(`unable to ${verb} ${path}.new`, error);
    }
  }
}

function historyOf({ exits, failed, crashes }: Service): string {
  return historyText({
    supervisor: posix.getpid(),
    exitCount: exits.count,
    lastExit: exits.last,
    lastExitAt: exits.lastAt,
    restartDelayMs: crashes.restartDelayMs,
    failed,
    problem: exits.problem,
    runs: exits.runs,
    isAsked: !exits.isUnasked,
    finalCode: exits.isFinal ? shellCode(exits.last) : undefined,
  });
}

/** @returns whether `write` has succeeded */
function ignoringFailedWrites(write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (!(isPosixError(error) || error instanceof ShortWriteError)) throw error;
    return false;
  }
}

function isGone(home: Directory, supervise: string): boolean {
  return ignoringErrors(() => home.stat(supervise) === undefined) ?? false;
}
