/**
 * Writes what a service is into `pid`, `stat` and `status` under supervise/, in this order, each replaced in
 * one step; before them, where it changed, what it has been through into `history`, which runit does not have. What
 * cannot be written is warned of, stays as it was, and is tried again: on a full disk a service goes on, and what is
 * told of it is old for a while, but never cut short.
 *
 * Source: runit 2.1.2, update_status in its behaviour and messages.
 */
import * as posix from "posix";
import { type Directory, ShortWriteError } from "../../base/directory.ts";
import { isPosixError, unless } from "../../base/errors.ts";
import type { Reactor, Timer } from "../../base/reactor.ts";
import type { Report } from "../../base/report.ts";
import { historyText } from "../../protocol/history.ts";
import { encodeStatus, statText } from "../../protocol/status.ts";
import type { Service } from "./state.ts";

/** How long to wait before what could not be written is tried again. */
const RETRY_MS = 5_000;

export class Publisher {
  readonly #home: Directory;
  readonly #supervise: string;
  readonly #reactor: Reactor;
  readonly #report: Report;
  #publishedPid: number | undefined;
  #publishedHistory: string | undefined;
  #retry: Timer | undefined;

  /** @param supervise where the files are, relative to `home`: `supervise` or `log/supervise` */
  constructor(home: Directory, supervise: string, reactor: Reactor, report: Report) {
    this.#home = home;
    this.#supervise = supervise;
    this.#reactor = reactor;
    this.#report = report;
  }

  /** What `pid` says is right already, and its age with it. */
  resume(pid: number): void {
    this.#publishedPid = pid;
  }

  publish(service: Service): void {
    this.close();
    const failures = this.#write(service);
    for (const tell of failures) tell();
    if (failures.length > 0) this.#tryLater(service);
  }

  /** Forgets what is still to be tried again. */
  close(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
  }

  /** Without a word: the failure was told when it came, and the disk may stay full for long. */
  #tryLater(service: Service): void {
    this.#retry = this.#reactor.after(RETRY_MS, () => {
      if (this.#write(service).length > 0) this.#tryLater(service);
    });
  }

  /** @returns what there is to say of each file that could not be written */
  #write(service: Service): (() => void)[] {
    const { phase, want, pid, since, paused, termSent } = service;
    const failures = this.#writeHistory(service) ? [] : [() => {}]; // the others tell of the same reason
    // Only when it changed: its age tells scripts when the process did.
    if (pid !== this.#publishedPid) {
      const failure = this.#replace("pid", pid === 0 ? "" : `${pid}\n`);
      if (failure === undefined) this.#publishedPid = pid;
      else failures.push(failure);
    }
    const record = {
      phase,
      since,
      pid,
      paused,
      termSent,
      want: want === "up" ? want : "down",
    } as const;
    for (const [name, bytes] of [
      ["stat", statText(service)],
      ["status", encodeStatus(record)],
    ] as const) {
      const failure = this.#replace(name, bytes);
      if (failure !== undefined) failures.push(failure);
    }
    return failures;
  }

  /** @returns whether the file tells what there is to tell */
  #writeHistory(service: Service): boolean {
    const { endings, ended, endedAt, failed, problem } = service;
    const { restMs } = service.deaths;
    const supervisor = posix.getpid();
    const history = historyText({ supervisor, endings, ended, endedAt, restMs, failed, problem });
    if (history === this.#publishedHistory) return true;
    const name = `${this.#supervise}/history`;
    if (service.endings === 0) {
      unless([], () => {
        if (this.#home.stat(name) !== undefined) posix.unlink(this.#home.fd, name, 0); // another supervisor's
      });
    } else {
      try {
        this.#home.replace(name, history);
      } catch (error) {
        if (!(isPosixError(error) || error instanceof ShortWriteError)) throw error;
        return false;
      }
    }
    this.#publishedHistory = history;
    return true;
  }

  #replace(name: string, bytes: string): (() => void) | undefined {
    const path = `${this.#supervise}/${name}`;
    try {
      this.#home.replace(path, bytes);
      return undefined;
    } catch (error) {
      if (error instanceof ShortWriteError) {
        return () => this.#report.warn(`unable to write ${path}.new: partial write.`);
      }
      if (!isPosixError(error)) throw error;
      if (error.call === "rename") {
        return () => this.#report.warn(`unable to rename ${name}.new to ${path}`, error);
      }
      const verb = error.call === "write" ? "write" : "open";
      return () => this.#report.warn(`unable to ${verb} ${path}.new`, error);
    }
  }
}
