/**
 * supervise/adopt: written by each process of a service before its exec, read by a supervisor that finds it.
 *
 * A supervisor may be killed at any moment, also between the fork of a process and what it could write about it.
 * So the child writes, and until it has, it dies with its parent: at any moment there is a record of the
 * process, or there will be no process.
 */
import * as posix from "posix";
import type { Directory } from "../../base/directory.ts";
import { isPosixError, isShortage, unless } from "../../base/errors.ts";
import { life, signOf } from "../../base/processes.ts";
import { Exit, type Report } from "../../base/report.ts";
import {
  ADOPT_BYTES,
  AdoptFormatError,
  type AdoptRecord,
  decodeAdopt,
  encodeAdopt,
} from "../../protocol/adopt.ts";

const OTHERS_MAY_WRITE = 0o022;

/** What the supervisor knows of a process before it has forked it. */
export type Prospect = Omit<AdoptRecord, "pid" | "startTicks" | "file">;

export class AdoptFile {
  readonly #home: Directory;
  readonly #path: string;
  readonly #report: Report;

  /** @param supervise where the file is, relative to `home`: `supervise` or `log/supervise` */
  constructor(home: Directory, supervise: string, report: Report) {
    this.#home = home;
    this.#path = `${supervise}/adopt`;
    this.#report = report;
  }

  /**
   * In a child, before its exec.
   *
   * @param parent the supervisor
   * @throws {Exit} it has died meanwhile
   */
  sign(parent: number, prospect: Prospect): void {
    unless([], () => posix.setParentDeathSignal(posix.SIGKILL));
    if (posix.getppid() !== parent) throw new Exit(0); // it died before it could be told of
    this.#report.try(`write ${this.#path}`, () => {
      const startTicks = signOf("self")?.startTicks;
      if (startTicks === undefined) return;
      this.#write({ ...prospect, pid: posix.getpid(), startTicks });
    });
    unless([], () => posix.setParentDeathSignal(0));
  }

  /**
   * @returns `undefined` where there is none, or none from this life of the system, or one that came here with a copy of
   * another service's directory, or none that may be trusted: who can write it can have the supervisor signal any process
   * @throws {PosixError} there may be one, and it cannot be read now
   */
  read(): AdoptRecord | undefined {
    try {
      const found = unless(["ENOENT"], () => this.#read());
      if (found === undefined || found.text === "") return undefined; // empty: its writer died, and so told of nobody
      const record = decodeAdopt(found.text);
      return record.life === life() && record.file === found.id ? record : undefined;
    } catch (error) {
      if (error instanceof AdoptFormatError) {
        this.#report.warn(`unable to read ${this.#path}: bad format, ignored`);
      } else if (isPosixError(error) && !isShortage(error)) {
        this.#report.warn(`unable to read ${this.#path}`, error);
      } else {
        throw error;
      }
      return undefined;
    }
  }

  /** From now on there is nothing to take over. */
  remove(): void {
    unless([], () => posix.unlink(this.#home.fd, this.#path, 0));
  }

  /** Over the bytes of the record before, which has as many: that works on a full disk too. */
  #write(record: Omit<AdoptRecord, "file">): void {
    const flags = posix.O_WRONLY | posix.O_CREAT | posix.O_NONBLOCK | posix.O_NOFOLLOW;
    const fd = posix.open(this.#home.fd, this.#path, flags, 0o600);
    try {
      posix.write(fd, encodeAdopt({ ...record, file: posix.fstat(fd).id }));
    } finally {
      posix.close(fd);
    }
  }

  #read(): { text: string; id: string } {
    const flags = posix.O_RDONLY | posix.O_NONBLOCK | posix.O_NOFOLLOW;
    const fd = posix.open(this.#home.fd, this.#path, flags, 0);
    try {
      const { id, mode, uid } = posix.fstat(fd);
      const isOurs = uid === posix.geteuid() && (mode & OTHERS_MAY_WRITE) === 0;
      if (!isOurs || (mode & posix.S_IFMT) !== posix.S_IFREG)
        throw new AdoptFormatError("not ours");
      return { text: String.fromCharCode(...(posix.read(fd, ADOPT_BYTES + 1) ?? [])), id };
    } finally {
      posix.close(fd);
    }
  }
}
