/**
 * supervise/adopt, the adoption record: each process of a service writes it before its exec; a
 * supervisor that finds it reads it.
 *
 * A supervisor may be killed at any moment, even between a fork and the first write about the
 * child. So the child writes the record, and until it has, it dies with its parent: at any moment
 * either there is a record of the process, or the process will not survive.
 *
 * Whoever can forge a record can make the supervisor signal any process. So a record counts only if
 * it carries root's seal, or if nobody but the supervisor's user can write to supervise/.
 */

import * as posix from "posix";
import { Directory, isExclusive, isOurs, OWN } from "../base/directory.ts";
import { ignoring, ignoringErrors, isPosixError, isResourceExhaustion } from "../base/errors.ts";
import { bootId, identityOf, isThisBoot } from "../base/process-identity.ts";
import { Exit, type Report } from "../base/report.ts";
import {
  ADOPT_MAX_BYTES,
  AdoptFormatError,
  type AdoptRecord,
  decodeAdopt,
  encodeAdopt,
  isSealed,
  type RecordedReports,
} from "../protocol/adopt.ts";
import { type SuperviseFile, superviseFile } from "../protocol/service-directory.ts";
import { type SessionNumber, sessionNumber } from "./process-group.ts";
import { sealOf } from "./seal.ts";
import type { Moment, Service } from "./state.ts";

const NAME: SuperviseFile = "adopt";
/** The parent pid that getppid returns if the parent is in another PID namespace. */
const NOT_HERE = 0;

/** The errors of opening something that is not a regular file, or that belongs to another user. */
const NO_FILE = ["ELOOP", "ENXIO", "EISDIR", "EACCES"];

/** The fields that the supervisor knows before it forks the process. */
export interface UnfinishedRecord
  extends Omit<AdoptRecord, "pid" | "startTicks" | "session" | "file"> {
  /** The process leads a session, and so a process group. */
  readonly leadsGroup: boolean;
}

/** A descriptor, and its file before the write. */
type OpenRecord = readonly [fd: number, found: posix.Stat];

/** A record that another user may have put there. */
class UntrustedError extends Error {
  override readonly name = "UntrustedError";
}

let isPrepared = false;

/**
 * Finds out in advance the facts that every record needs, so that children need not. Runs once for
 * a process and those that it forks; warns if records are not possible.
 */
export function prepareRecords(report: Report): void {
  if (isPrepared) return;
  isPrepared = true;
  ignoringErrors(() => sealOf(""));
  ignoringErrors(() => {
    if (bootId() !== undefined) return;
    report.warn("unable to tell processes apart without /proc: no process will be taken over");
  });
}

/**
 * The record of a process that is about to start; a ./finish is dated from the run that it follows.
 *
 * @param known includes the id of the log pipe
 * @returns `undefined` if the system cannot distinguish one process from another: then nothing is
 * taken over
 */
export function unfinishedRecord(
  known: Pick<UnfinishedRecord, "phase" | "pipe" | "output" | "leadsGroup" | keyof RecordedReports>,
  service: Pick<Service, "since" | "startedMs"> | undefined,
  at: Moment,
): UnfinishedRecord | undefined {
  const boot = bootId();
  if (boot === undefined) return undefined;
  const start = { since: at.unix, startedMs: at.monotonicMs };
  const { phase, pipe, output, leadsGroup, notification, socket } = known;
  const { since, startedMs: exactMs } = phase === "run" ? start : (service ?? start);
  const startedMs = Math.floor(exactMs);
  // Lists the members: each start of a process comes here, and a copy takes the engine longer.
  return {
    bootId: boot,
    phase,
    since,
    startedMs,
    pipe,
    output,
    leadsGroup,
    notification,
    socket,
  };
}

export class AdoptFile {
  readonly #home: Directory;
  readonly #supervise: string;
  readonly #path: string;
  readonly #report: Report;

  /**
   * @param supervise the directory of the file, relative to `home`: `supervise` or `log/supervise`
   */
  constructor(home: Directory, supervise: string, report: Report) {
    this.#home = home;
    this.#supervise = supervise;
    this.#path = superviseFile(supervise, NAME);
    this.#report = report;
  }

  /**
   * Writes the record; called in a child, before its exec.
   *
   * @param parent the supervisor
   * @returns whether there is a record of this process now; a failure has been reported as a
   * warning
   * @throws {Exit} the supervisor has been killed meanwhile
   */
  writeFromChild(parent: number, unfinished: UnfinishedRecord): boolean {
    ignoringErrors(() => posix.setParentDeathSignal(posix.SIGKILL));
    const supervisor = posix.getppid();
    // The supervisor ended before the parent death signal was set.
    if (supervisor !== parent && supervisor !== NOT_HERE) throw new Exit(0);
    let isSigned = false;
    // In a PID namespace other than its supervisor's, this process does not know its pid there.
    if (supervisor !== NOT_HERE) {
      this.#report.try(`write ${this.#path}`, () => {
        isSigned = this.#record("self", posix.getpid(), unfinished);
      });
    }
    ignoringErrors(() => posix.setParentDeathSignal(0));
    return isSigned;
  }

  /**
   * Writes the record of a process that has not written it itself; called in the supervisor,
   * reports nothing.
   *
   * @returns whether there is a record of the process now
   */
  complete(pid: number, unfinished: UnfinishedRecord): boolean {
    return this.isOf(pid) || (ignoringErrors(() => this.#record(pid, pid, unfinished)) ?? false);
  }

  /** Whether there is a record of the process; `false` if it cannot be read. */
  isOf(pid: number): boolean {
    try {
      return this.#find()?.pid === pid;
    } catch (error) {
      if (isPosixError(error) || error instanceof AdoptFormatError) return false;
      if (error instanceof UntrustedError) return false;
      throw error;
    }
  }

  /**
   * @returns `undefined` if there is no record, if it is from another boot, if it came here with a
   * copy of another service directory, or if it cannot be trusted
   * @throws {PosixError} there may be a record, and it cannot be read now
   */
  read(): AdoptRecord | undefined {
    try {
      return this.#find();
    } catch (error) {
      if (error instanceof AdoptFormatError) {
        this.#report.warn(`unable to read ${this.#path}: bad format, ignored`);
      } else if (error instanceof UntrustedError) {
        const reason = `others may write to ${this.#supervise}`;
        this.#report.warn(`unable to trust ${this.#path}: ${reason}, no process is taken over`);
      } else if (isPosixError(error) && !isResourceExhaustion(error)) {
        this.#report.warn(`unable to read ${this.#path}`, error);
      } else {
        throw error;
      }
      return undefined;
    }
  }

  /** The session that the process leads; 0 if that is unknown. */
  sessionOf(pid: number): SessionNumber {
    const record = ignoringErrors(() => this.read());
    return (record?.pid === pid ? record.session : undefined) ?? 0;
  }

  /** Removes the record, so that no supervisor takes over the process. */
  remove(): void {
    ignoringErrors(() => posix.unlink(this.#home.fd, this.#path, 0));
  }

  /** @returns `false` if the process identity cannot be read */
  #record(who: number | "self", pid: number, unfinished: UnfinishedRecord): boolean {
    const startTicks = identityOf(who)?.startTicks;
    if (startTicks === undefined) return false;
    const [fd, { id: file, size }] = this.#openOwn() ?? this.#createAnew();
    try {
      const seal = (text: string) => this.#sealOf(text);
      // Overwrites the record before, in the same block: that works on a full disk too.
      const session = unfinished.leadsGroup ? sessionNumber(who) : undefined;
      const text = encodeAdopt({ ...unfinished, pid, startTicks, session, file }, seal);
      posix.write(fd, text);
      if (size > text.length) posix.ftruncate(fd, text.length);
    } finally {
      posix.close(fd);
    }
    return true;
  }

  /** @returns `undefined` if the name belongs to something that must not be written to */
  #openOwn(): OpenRecord | undefined {
    const flags = posix.O_WRONLY | posix.O_CREAT | OWN;
    const fd = ignoring(NO_FILE, () => posix.open(this.#home.fd, this.#path, flags, 0o600));
    if (fd === undefined) return undefined;
    const found = posix.fstat(fd);
    if (isOurs(found) && isExclusive(found)) return [fd, found];
    posix.close(fd);
    return undefined;
  }

  #createAnew(): OpenRecord {
    const fd = this.#home.createAnew(this.#path, 0o600);
    return [fd, posix.fstat(fd)];
  }

  #find(): AdoptRecord | undefined {
    // Most services have none when they start, and an open that fails costs more.
    const there = posix.stat(this.#home.fd, this.#path, posix.AT_SYMLINK_NOFOLLOW);
    if (there === undefined) return undefined;
    const found = ignoring(["ENOENT"], () => this.#read());
    // Empty: its writer ended before the write, so it records no process.
    if (found === undefined || found.text === "") return undefined;
    const record = decodeAdopt(found.text);
    if (!isThisBoot(record.bootId) || record.file !== found.id) return undefined;
    const seal = (text: string) => this.#sealOf(text);
    if (!found.isOursAlone && !isSealed(found.text, seal)) throw new UntrustedError();
    return record;
  }

  /**
   * Opens the file through the directory's descriptor, so that the directory that is checked is the
   * one that holds the file.
   */
  #read(): { text: string; id: string; isOursAlone: boolean } {
    const supervise = Directory.open(this.#supervise, this.#home.fd);
    try {
      const fd = posix.open(supervise.fd, NAME, posix.O_RDONLY | OWN, 0);
      try {
        const file = posix.fstat(fd);
        if ((file.mode & posix.S_IFMT) !== posix.S_IFREG) throw new AdoptFormatError("no file");
        const text = String.fromCharCode(...(posix.read(fd, ADOPT_MAX_BYTES + 1) ?? []));
        const isOursAlone = isOurs(file) && [file, posix.fstat(supervise.fd)].every(isExclusive);
        return { text, id: file.id, isOursAlone };
      } finally {
        posix.close(fd);
      }
    } finally {
      supervise.close();
    }
  }

  /**
   * A seal is valid for this service directory, and for one of its two services. The object stores
   * no function, because the two would refer to each other: the engine frees such objects only when
   * it collects garbage.
   */
  #sealOf(text: string): string | undefined {
    return sealOf(`${this.#home.id} ${this.#path}\n${text}`);
  }
}
