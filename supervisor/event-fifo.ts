/**
 * The event FIFO, supervise/event: wakes the programs that wait until a service changes. They have
 * it open for reading, and the supervisor replaces it by a new one after each change, so that every
 * one of them reads the end of file. base/event-reader.ts is their side.
 *
 * Nobody writes to it. The supervisor keeps it open for writing: POLLERR there says that nobody
 * waits, so a change costs one poll; and the end of the supervisor, whatever its cause, wakes all.
 */
import * as posix from "posix";
import { closeIgnoringErrors } from "../base/descriptors.ts";
import { ignoring, ignoringErrors, onPosixError } from "../base/errors.ts";
import { openMade, openOwn, openUnchecked } from "../base/own-file.ts";
import { isReady } from "../base/poll-set.ts";
import type { Timer } from "../base/reactor.ts";
import { superviseFile } from "../protocol/service-directory.ts";
import type { Surroundings } from "./service-owner.ts";

/** The time before a FIFO that could not be made is tried again. */
const RETRY_MS = 5_000;
/** Relative to the service directory: only the main service has one. */
const PATH = superviseFile("supervise", "event");
/** Everybody who may enter supervise/ may wait. */
const PERMISSIONS = 0o644;

export class EventFifo {
  readonly #surroundings: Surroundings;
  #writer: number | undefined;
  #retry: Timer | undefined;

  /**
   * Makes the FIFO, and wakes those who have waited for a supervisor at the former one.
   *
   * @param isFresh no other user can put something in its place, and probably there is no former
   * one: then the new one needs neither checks nor a rename
   */
  constructor(surroundings: Surroundings, isFresh: boolean) {
    this.#surroundings = surroundings;
    if (isFresh) this.#writer = ignoringErrors(() => this.#makeFirst());
    if (this.#writer === undefined) this.#replace(ignoringErrors(() => this.#openFormer()));
  }

  /** The descriptor that the process hands over if it re-execs. */
  get fd(): number | undefined {
    return this.#writer;
  }

  /** Wakes all who wait. Call this after the change can be read. */
  announce(): void {
    const writer = this.#writer;
    if (writer !== undefined && !isReady(writer, 0)) this.#replace(writer);
  }

  close(): void {
    this.#retry?.cancel();
    if (this.#writer !== undefined) closeIgnoringErrors(this.#writer);
    this.#writer = undefined;
  }

  /** @throws {PosixError} ENXIO: nobody waits there */
  #openFormer(): number | undefined {
    const { home } = this.#surroundings;
    // An exception for each first start would cost more than this look.
    if (home.stat(PATH) === undefined) return undefined;
    return openOwn(home.fd, PATH, posix.S_IFIFO, posix.O_WRONLY);
  }

  /** Closes `former` even if the new FIFO cannot be made: a change must not go unnoticed. */
  #replace(former: number | undefined): void {
    const { report } = this.#surroundings;
    this.#writer = onPosixError<number | undefined>(
      () => this.#make(),
      (error) => {
        // If supervise/ was removed, the failed write of the status reports that.
        if (error.code !== "ENOENT") report.warn(`unable to create ${PATH}`, error);
        return undefined;
      },
    );
    if (former !== undefined) closeIgnoringErrors(former);
    if (this.#writer === undefined) this.#tryLater();
  }

  /** Retries without reporting: the failure was reported once. */
  #tryLater(): void {
    this.#retry = this.#surroundings.context.reactor.after(RETRY_MS, () => {
      this.#writer = ignoringErrors(() => this.#make());
      if (this.#writer === undefined) this.#tryLater();
    });
  }

  /** Who opens it before it has a writer takes it for one that no supervisor has open. */
  #makeFirst(): number {
    const { fd } = this.#surroundings.home;
    posix.mkfifo(fd, PATH, PERMISSIONS);
    const reader = openUnchecked(fd, PATH, posix.O_RDONLY);
    try {
      return openUnchecked(fd, PATH, posix.O_WRONLY);
    } finally {
      posix.close(reader);
    }
  }

  /**
   * Makes a FIFO aside, opens it and gives it the name.
   *
   * @returns its write end, which nobody reads yet; `undefined` if somebody else has put another
   * file in its place
   * @throws {PosixError}
   */
  #make(): number | undefined {
    const { fd } = this.#surroundings.home;
    const fresh = `${PATH}.new`;
    makeFifo(fd, fresh);
    // A FIFO can be opened for writing only while it has a reader.
    const reader = openEnd(fd, fresh, posix.O_RDONLY);
    if (reader === undefined) return undefined;
    try {
      const writer = openEnd(fd, fresh, posix.O_WRONLY);
      if (writer === undefined) return undefined;
      try {
        posix.rename(fd, fresh, fd, PATH);
      } catch (error) {
        posix.close(writer);
        throw error;
      }
      return writer;
    } finally {
      posix.close(reader);
    }
  }
}

function openEnd(dir: number, path: string, flags: number): number | undefined {
  return openMade(dir, path, posix.S_IFIFO, flags);
}

/** Removes what a supervisor has left that was killed here. */
function makeFifo(dir: number, path: string): void {
  const make = () => {
    posix.mkfifo(dir, path, PERMISSIONS);
    return true;
  };
  if (ignoring(["EEXIST"], make) === true) return;
  posix.unlink(dir, path, 0);
  make();
}
