/**
 * supervise/adopt: written by each process of a service before its exec, read by a supervisor that finds it.
 *
 * A supervisor may be killed at any moment, also between the fork of a process and what it could write about it.
 * So the child writes, and until it has, it dies with its parent: at any moment there is a record of the
 * process, or there will be no process.
 *
 * Whoever can forge a record can have the supervisor signal any process. So it counts only if it has a seal of root's, or
 * if nobody but the supervisor's user can write to supervise/.
 */
import * as posix from "posix";
import { Directory, isExclusive, isOurs, OWN } from "../base/directory.ts";
import { ignoring, ignoringErrors, isPosixError, isResourceExhaustion } from "../base/errors.ts";
import { bootId, identityOf, isThisBoot } from "../base/process-identity.ts";
import { Exit, type Report } from "../base/report.ts";
import {
  ADOPT_BYTES,
  AdoptFormatError,
  type AdoptRecord,
  decodeAdopt,
  encodeAdopt,
  isSealed,
} from "../protocol/adopt.ts";
import { sealOf } from "./seal.ts";

const NAME = "adopt";
/** What getppid says of a parent in another PID namespace. */
const NOT_HERE = 0;

/** How the open fails of what is no file, or another user's. */
const NO_FILE = ["ELOOP", "ENXIO", "EISDIR", "EACCES"];

/** What the supervisor knows of a process before it has forked it. */
export type UnfinishedRecord = Omit<AdoptRecord, "pid" | "startTicks" | "file">;

/** A descriptor, and the file as {@link Stat.id} names it. */
type OpenRecord = readonly [fd: number, file: string];

/** A record that somebody else may have put there. */
class UntrustedError extends Error {
  override readonly name = "UntrustedError";
}

let isPrepared = false;

/**
 * Finds out beforehand what each record needs, so that children need not. Once for a process and those that it forks,
 * warns if no record is possible.
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

export class AdoptFile {
  readonly #home: Directory;
  readonly #supervise: string;
  readonly #path: string;
  readonly #report: Report;

  /** @param supervise where the file is, relative to `home`: `supervise` or `log/supervise` */
  constructor(home: Directory, supervise: string, report: Report) {
    this.#home = home;
    this.#supervise = supervise;
    this.#path = `${supervise}/${NAME}`;
    this.#report = report;
  }

  /**
   * In a child, before its exec.
   *
   * @param parent the supervisor
   * @returns whether there is a record of this process now; a failure has been warned of
   * @throws {Exit} the supervisor has died meanwhile
   */
  writeFromChild(parent: number, unfinished: UnfinishedRecord): boolean {
    ignoringErrors(() => posix.setParentDeathSignal(posix.SIGKILL));
    const supervisor = posix.getppid();
    if (supervisor !== parent && supervisor !== NOT_HERE) throw new Exit(0); // it died before it could be told of
    let isSigned = false;
    // In another PID namespace than its supervisor's, this process does not know the number that it has there.
    if (supervisor !== NOT_HERE) {
      this.#report.try(`write ${this.#path}`, () => {
        isSigned = this.#record("self", posix.getpid(), unfinished);
      });
    }
    ignoringErrors(() => posix.setParentDeathSignal(0));
    return isSigned;
  }

  /**
   * In the supervisor, for a process that has not written its record itself; without a word.
   *
   * @returns whether there is a record of the process now
   */
  complete(pid: number, unfinished: UnfinishedRecord): boolean {
    return this.isOf(pid) || (ignoringErrors(() => this.#record(pid, pid, unfinished)) ?? false);
  }

  /** Whether there is a record of the process; a failure counts as none. */
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
   * @returns `undefined` if there is none, or none from this life of the system, or one that came here with a copy of
   * another service's directory, or none that may be trusted
   * @throws {PosixError} there may be one, and it cannot be read now
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

  /** From now on there is nothing to take over. */
  remove(): void {
    ignoringErrors(() => posix.unlink(this.#home.fd, this.#path, 0));
  }

  /** @returns `false` if there is no way to know which process it is */
  #record(who: number | "self", pid: number, unfinished: UnfinishedRecord): boolean {
    const startTicks = identityOf(who)?.startTicks;
    if (startTicks === undefined) return false;
    this.#write({ ...unfinished, pid, startTicks });
    return true;
  }

  /** Over the bytes of the record before, which has as many: that works on a full disk too. */
  #write(record: Omit<AdoptRecord, "file">): void {
    const [fd, file] = this.#openOwn() ?? this.#createAnew();
    try {
      const seal = (text: string) => this.#sealOf(text);
      posix.write(fd, encodeAdopt({ ...record, file }, seal));
    } finally {
      posix.close(fd);
    }
  }

  /** @returns `undefined` if something is there that is not written to */
  #openOwn(): OpenRecord | undefined {
    const flags = posix.O_WRONLY | posix.O_CREAT | OWN;
    const fd = ignoring(NO_FILE, () => posix.open(this.#home.fd, this.#path, flags, 0o600));
    if (fd === undefined) return undefined;
    const found = posix.fstat(fd);
    if (isOurs(found) && isExclusive(found)) return [fd, found.id];
    posix.close(fd);
    return undefined;
  }

  #createAnew(): OpenRecord {
    const fd = this.#home.createAnew(this.#path, 0o600);
    return [fd, posix.fstat(fd).id];
  }

  #find(): AdoptRecord | undefined {
    const found = ignoring(["ENOENT"], () => this.#read());
    if (found === undefined || found.text === "") return undefined; // empty: its writer died, and so told of nobody
    const record = decodeAdopt(found.text);
    if (!isThisBoot(record.life) || record.file !== found.id) return undefined;
    const seal = (text: string) => this.#sealOf(text);
    if (!found.isOursAlone && !isSealed(found.text, seal)) throw new UntrustedError();
    return record;
  }

  /** By the directory's descriptor: what is looked at is where the file is. */
  #read(): { text: string; id: string; isOursAlone: boolean } {
    const supervise = Directory.open(this.#supervise, this.#home.fd);
    try {
      const fd = posix.open(supervise.fd, NAME, posix.O_RDONLY | OWN, 0);
      try {
        const file = posix.fstat(fd);
        if ((file.mode & posix.S_IFMT) !== posix.S_IFREG) throw new AdoptFormatError("no file");
        const text = String.fromCharCode(...(posix.read(fd, ADOPT_BYTES + 1) ?? []));
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
   * A seal holds for this service directory, and for one of its two services. No function is kept in the object, because
   * the two would refer to each other: the engine frees such objects only when it collects garbage.
   */
  #sealOf(text: string): string | undefined {
    return sealOf(`${posix.fstat(this.#home.fd).id} ${this.#path}\n${text}`);
  }
}
