/**
 * A log directory: its lock, its settings, `current` and the old logs. Bytes are put here to stay.
 *
 * What fails is tried again every three seconds. Until it works bytes wait in memory, and nothing else does. Bytes do
 * not wait for a rotation: they go into the old log, beyond its limit, until it can be renamed.
 *
 * Source: runit 2.1.2, svlogd(8); steps and messages as there.
 */
import * as posix from "posix";
import { letGo } from "../../base/descriptors.ts";
import { Directory } from "../../base/directory.ts";
import { type Cause, isPosixError, isShortage, unless } from "../../base/errors.ts";
import type { Reactor, Timer } from "../../base/reactor.ts";
import { tai64nLabel } from "../../protocol/tai.ts";
import { NEWLINE, textOf } from "./bytes.ts";
import { DEFAULTS, parseConfig, type Settings } from "./config.ts";
import type { Messages } from "./messages.ts";
import { isRegular, lookAt, openOwn } from "./own-file.ts";
import { Processor } from "./processor.ts";
import { cut, expendable, freshLabel, surplus } from "./rotate.ts";

/** How long to wait before what failed is tried again. */
const RETRY_MS = 3_000;
const CONFIG_READ_BYTES = 4_096;
const MODE_OPEN = 0o644;
/** The owner's x tells the next svlogd that the file was closed, and is whole. */
const MODE_CLOSED = 0o744;
const OWNER_X = 0o100;
const APPEND = posix.O_WRONLY | posix.O_APPEND | posix.O_CREAT;
const NO_DETOUR = posix.O_NOFOLLOW | posix.O_NONBLOCK;

/**
 * So many logs may be renamed and not yet on the disk. A read may fill more of them if the limit of their size is
 * tiny; then it waits for the disk in between.
 */
const UNSYNCED_MAX = 64;

/** A log that was renamed, to `LABEL.u`, and is not on the disk yet. */
interface Unsynced {
  readonly fd: number;
  readonly label: string;
  readonly size: number;
}

export class LogDirectory {
  readonly path: string;
  readonly #lineBytes: number;
  readonly #reactor: Reactor;
  readonly #messages: Messages;
  readonly #onChange: () => void;
  readonly #processor: Processor;
  #settings = DEFAULTS;
  #home: Directory | undefined;
  #isShort = false;
  #lock = -1;
  #current = -1;
  #size = 0;
  #isInLine = false;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** The oldest first. */
  #unsynced: Unsynced[] = [];
  #isRotationWanted = false;
  /** The last rotation failed: until the next one `current` has no limit. */
  #isOverdue = false;
  #retry: Timer | undefined;
  #age: Timer | undefined;

  /** @param onChange called when bytes that waited are written, and when a processor has ended */
  constructor(
    path: string,
    lineBytes: number,
    reactor: Reactor,
    messages: Messages,
    onChange: () => void,
  ) {
    this.path = path;
    this.#lineBytes = lineBytes;
    this.#reactor = reactor;
    this.#messages = messages;
    this.#onChange = onChange;
    this.#processor = new Processor(path, reactor, messages, () => {
      // What was rotated while it ran made no room for the log that it worked on: that did not count yet.
      if (this.process()) this.#cleanUp();
      this.#onChange();
    });
  }

  get settings(): Settings {
    return this.#settings;
  }

  get isOpen(): boolean {
    return this.#home !== undefined;
  }

  /** It could not be opened for want of something: later it may be. */
  get isShort(): boolean {
    return this.#isShort;
  }

  /** Bytes that are not written yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Locks the directory, reads its settings and opens `current`. @returns whether it can be used */
  open(): boolean {
    this.#isShort = false;
    const home = this.#enter();
    if (home === undefined) return false;
    const settings = this.#readConfig(home);
    if (this.#isShort || !this.#hasCurrent(home)) {
      this.#leave(home);
      return false;
    }
    this.#home = home;
    if (settings !== undefined) {
      if (settings.processor !== this.#settings.processor) this.#processor.forgetFailures();
      this.#settings = settings;
    }
    this.#resume();
    this.#countAge();
    return true;
  }

  /** Leaves all as the next svlogd wants to find it. What waits goes on waiting. */
  close(): void {
    const home = this.#home;
    if (home === undefined) return;
    for (const timer of [this.#retry, this.#age]) timer?.cancel();
    this.#retry = undefined;
    for (const log of this.#unsynced) {
      const isSealed = this.#seal(home, log, (action, call) => this.#attemptOnce(action, call));
      if (!isSealed) letGo(log.fd);
    }
    this.#unsynced = [];
    if (this.#current >= 0) {
      const current = this.#current;
      this.#attemptOnce("fsync current logfile", () => posix.fsync(current));
      this.#attemptOnce("set mode of current", () => posix.fchmod(current, MODE_CLOSED));
      letGo(current);
    }
    this.#current = -1;
    this.#isOverdue = false;
    this.#home = undefined;
    this.#leave(home);
    this.#messages.info(`close: ${this.path}`);
  }

  /** Tries what waits once more, not waiting for its time. */
  hurry(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
    this.#resume();
  }

  /** Writes `bytes[start..end)`, now or as soon as that works; the memory is the caller's again at once. */
  put(bytes: Uint8Array, start: number, end: number): void {
    if (this.#home === undefined) return;
    const isFree = this.#waiting.length === 0 && this.#current >= 0;
    const at = isFree ? this.#write(bytes, start, end) : start;
    if (at === end) return;
    this.#waiting.push(bytes.slice(at, end));
    this.#waitingBytes += end - at;
  }

  /** Rotates `current` unless it is empty. */
  rotate(): void {
    this.#isRotationWanted = true;
    if (this.#retry === undefined) this.#resume();
  }

  /**
   * Waits until the disk has the logs that were renamed, and makes them old logs. To be called when the lines of a
   * read have been put to all directories: none of them is in memory while this waits.
   */
  sync(): void {
    const home = this.#home;
    while (home !== undefined && this.#retry === undefined) {
      const log = this.#unsynced[0];
      if (log === undefined) return;
      if (!this.#seal(home, log, (action, call) => this.#attempt(action, call))) return;
      this.#unsynced.shift();
      this.#cleanUp();
      this.process();
    }
  }

  /** Starts the processor where there is something for it. @returns whether it is at work */
  process(): boolean {
    const { processor } = this.#settings;
    if (this.#home === undefined || processor === undefined) return this.isProcessing;
    return this.#processor.start(this.#home, processor);
  }

  get isProcessing(): boolean {
    return this.#processor.busy !== undefined;
  }

  killProcessor(): void {
    this.#processor.kill();
  }

  #enter(): Directory | undefined {
    let home: Directory;
    try {
      home = Directory.open(this.path);
    } catch (error) {
      if (!isPosixError(error)) throw error;
      // Of a file, the original notices only later that it is none of the kind.
      const isFile = unless([], () => posix.stat(posix.AT_FDCWD, this.path, 0)) !== undefined;
      const what = error.code === "ENOTDIR" && isFile ? "change" : "open log";
      this.#cannotOpen(`${what} directory`, error);
      return undefined;
    }
    try {
      const lock = openOwn(home, "lock", APPEND, 0o600);
      if (lock === undefined) {
        this.#messages.warn(`unable to lock directory: ${this.path}: lock is not a regular file`);
      } else {
        this.#lock = lock;
        if (posix.flock(lock, posix.LOCK_EX | posix.LOCK_NB)) return home;
        this.#messages.warn(`unable to lock directory: ${this.path}`, { code: "EAGAIN" });
      }
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#cannotOpen("lock directory", error);
    }
    this.#leave(home);
    return undefined;
  }

  /** Whether `current` is there, or can be made. */
  #hasCurrent(home: Directory): boolean {
    try {
      lookAt(home, "current");
      return true;
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#cannotOpen("stat current", error);
      return false;
    }
  }

  #cannotOpen(action: string, error: posix.PosixError): void {
    this.#isShort = isShortage(error);
    this.#messages.warn(`unable to ${action}: ${this.path}`, error);
  }

  #leave(home: Directory): void {
    if (this.#lock >= 0) letGo(this.#lock);
    this.#lock = -1;
    home.close();
  }

  /** @returns `undefined` where there is a file that cannot be read: what was set before stays */
  #readConfig(home: Directory): Settings | undefined {
    let text: string | undefined;
    try {
      const found = home.stat("config");
      if (found !== undefined && !isRegular(found)) {
        this.#messages.warn(`unable to read config: ${this.path}: not a regular file`);
        return undefined;
      }
      text = readWhole(home, "config");
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#cannotOpen("read config", error);
      return undefined;
    }
    if (text === undefined) return DEFAULTS;
    this.#messages.info(`read: ${this.path}/config`);
    const { settings, problems } = parseConfig(text, `${this.path}/config`);
    for (const problem of problems) this.#messages.warn(problem);
    return settings;
  }

  /** Whatever is to be done, as far as it goes. */
  #resume(): void {
    if (this.#home === undefined || !this.#isReady(this.#home)) return;
    for (;;) {
      const bytes = this.#waiting[0];
      if (bytes === undefined) break;
      const at = this.#write(bytes, 0, bytes.length);
      this.#waitingBytes -= at;
      if (at < bytes.length) {
        this.#waiting[0] = bytes.subarray(at);
        return;
      }
      this.#waiting.shift();
      if (this.#waiting.length === 0) this.#onChange();
    }
    if (this.#isRotationWanted || this.#isOverdue) this.#rotateNow();
    this.sync();
  }

  /** Whether there is a `current` to write to. */
  #isReady(home: Directory): boolean {
    if (this.#current >= 0) return true;
    if (!this.#openCurrent(home)) return false;
    this.process();
    return true;
  }

  #openCurrent(home: Directory): boolean {
    return this.#attempt("open current", () => {
      let found = lookAt(home, "current");
      const isAlien = found !== undefined && isAlienFile(found);
      if (found !== undefined && (isAlien || isLeftByCrash(found))) {
        const name = `${this.#freshLabel(home)}.u`;
        posix.rename(home.fd, "current", home.fd, name);
        const what = `${this.path}/current is not a regular file`;
        if (isAlien) this.#messages.warn(`${what}, renamed to ${name}`);
        this.#cleanUp();
        found = undefined;
      }
      this.#create(home, found?.size ?? 0);
      this.#messages.info(`${found === undefined ? "new" : "append"}: ${this.path}/current`);
    });
  }

  #create(home: Directory, size: number): void {
    const current = posix.open(home.fd, "current", APPEND | NO_DETOUR, 0o600);
    try {
      posix.fchmod(current, MODE_OPEN);
    } catch (error) {
      letGo(current);
      throw error;
    }
    this.#current = current;
    this.#size = size;
    this.#isInLine = false;
  }

  /** @returns up to where the bytes are written; not to the end after a failure, which is seen to */
  #write(bytes: Uint8Array, start: number, end: number): number {
    const { sizeMax } = this.#settings;
    let at = start;
    while (at < end) {
      const limits = { sizeMax: this.#isOverdue ? 0 : sizeMax, lineBytes: this.#lineBytes };
      const piece = cut(limits, this.#size, this.#isInLine, bytes, at, end);
      if (piece.end > at) {
        const written = this.#writeOnce(bytes.subarray(at, piece.end));
        if (written === undefined) return at;
        at += written;
        this.#size += written;
        this.#isInLine = bytes[at - 1] !== NEWLINE;
        if (at < piece.end) continue;
      }
      if (piece.rotates) this.#rotateNow();
      if (this.#current < 0) return at;
    }
    return at;
  }

  #writeOnce(bytes: Uint8Array): number | undefined {
    for (;;) {
      try {
        const written = posix.write(this.#current, bytes);
        if (written !== undefined) return written;
        this.#pause("write to current", { code: "EAGAIN" });
        return undefined;
      } catch (error) {
        if (!isPosixError(error)) throw error;
        if (error.code === "ENOSPC" && this.#makeSpace()) continue;
        this.#pause("write to current", error);
        return undefined;
      }
    }
  }

  /** Deletes the oldest log, where the settings allow it. */
  #makeSpace(): boolean {
    const home = this.#home;
    if (home === undefined) return false;
    const names = unless([], () => posix.readdir(home.fd)) ?? [];
    const name = expendable(names, this.#settings, this.#processor.busy);
    if (name === undefined) return false;
    this.#messages.warn(`out of disk space, delete: ${this.path}/${name}`);
    return this.#unlink(home, name, "oldest logfile: ");
  }

  /**
   * Renames `current` and begins a new one. It does not wait for the disk, because more lines may be in memory, which
   * SIGKILL would lose: {@link sync} does. Until then the old log is a `.u`, as after a crash.
   */
  #rotateNow(): void {
    const home = this.#home;
    if (home === undefined) return;
    this.#isRotationWanted = false;
    this.#isOverdue = false;
    if (this.#size === 0) return;
    if (this.#unsynced.length >= UNSYNCED_MAX) this.sync();
    this.#isOverdue = this.#unsynced.length >= UNSYNCED_MAX || !this.#renew(home);
  }

  /** @returns whether there is a new `current`; if not, all is as before, but for a retry */
  #renew(home: Directory): boolean {
    const log = { fd: this.#current, label: "", size: this.#size };
    const isNamed = this.#attempt("open directory, want rotate", () => {
      log.label = this.#freshLabel(home);
    });
    let isThere = true;
    const isRenamed =
      isNamed &&
      this.#attempt("rename current", () => {
        isThere = this.#rename(home, "current", `${log.label}.u`);
      });
    if (!isRenamed) return false;
    if (!this.#attempt("create new current", () => this.#create(home, 0))) {
      if (isThere) {
        unless([], () => posix.rename(home.fd, `${log.label}.u`, home.fd, "current"));
      } else {
        letGo(log.fd);
        this.#current = -1;
      }
      return false;
    }
    if (isThere) this.#unsynced.push(log);
    else letGo(log.fd);
    return true;
  }

  /** @returns whether it was there. Somebody may have taken it away, and there is nothing to wait for. */
  #rename(home: Directory, from: string, to: string): boolean {
    try {
      posix.rename(home.fd, from, home.fd, to);
      return true;
    } catch (error) {
      if (!isPosixError(error, "ENOENT")) throw error;
      this.#messages.warn(`unable to rename current: ${this.path}`, error);
      return false;
    }
  }

  /** Makes a log that was renamed safe. @returns whether all attempts succeeded */
  #seal(
    home: Directory,
    { fd, label, size }: Unsynced,
    attempt: (action: string, call: () => void) => boolean,
  ): boolean {
    const suffix = this.#settings.processor === undefined ? "s" : "u";
    const name = `${label}.${suffix}`;
    const isSealed =
      attempt("fsync current logfile", () => posix.fsync(fd)) &&
      attempt("set mode of current", () => posix.fchmod(fd, MODE_CLOSED)) &&
      (suffix === "u" || attempt("rename current", () => this.#rename(home, `${label}.u`, name)));
    if (!isSealed) return false;
    letGo(fd);
    this.#messages.info(`rename: ${this.path}/current ${name} ${size}`);
    return true;
  }

  #freshLabel(home: Directory): string {
    return freshLabel(tai64nLabel(posix.clockReal()), posix.readdir(home.fd));
  }

  #cleanUp(): void {
    const home = this.#home;
    if (home === undefined) return;
    let names: readonly string[];
    try {
      names = posix.readdir(home.fd);
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#messages.warn(`unable to read directory: ${this.path}`, error);
      return;
    }
    const { leftovers, old } = surplus(names, this.#settings.keep, this.#processor.busy);
    for (const name of leftovers) this.#unlink(home, name, `processor leftover: ${name}`);
    for (const name of old) {
      this.#messages.info(`delete: ${this.path}/${name}`);
      if (!this.#unlink(home, name, `oldest logfile: ${this.path}`)) return;
    }
  }

  #unlink(home: Directory, name: string, what: string): boolean {
    try {
      posix.unlink(home.fd, name, 0);
      return true;
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#messages.warn(`unable to unlink ${what}`, error);
      return false;
    }
  }

  /**
   * Rotates by age. The time runs on while no svlogd does: the lock file, which nobody writes, was last changed
   * when it began.
   */
  #countAge(): void {
    const { ageS } = this.#settings;
    if (ageS === 0) return;
    const { mtimeS, mtimeNs } = posix.fstat(this.#lock);
    const now = posix.clockReal();
    const passedS = now.seconds - mtimeS + (now.nanoseconds - mtimeNs) / 1e9;
    this.#rotateAfter((passedS < 0 ? ageS : Math.max(0, ageS - passedS)) * 1_000, ageS * 1_000);
  }

  #rotateAfter(leftMs: number, everyMs: number): void {
    this.#age = this.#reactor.after(leftMs, () => {
      // Its time changes, and nothing else.
      unless([], () => posix.ftruncate(this.#lock, posix.fstat(this.#lock).size));
      this.rotate();
      this.#rotateAfter(everyMs, everyMs);
    });
  }

  /** Whether `call` succeeded; what failed is tried again later. */
  #attempt(action: string, call: () => void): boolean {
    try {
      call();
      return true;
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#pause(action, error);
      return false;
    }
  }

  /** As {@link #attempt}, for what is not tried again. */
  #attemptOnce(action: string, call: () => void): boolean {
    return this.#messages.try(`${action}: ${this.path}`, call);
  }

  #pause(action: string, error: Cause): void {
    this.#messages.pausing(`unable to ${action}: ${this.path}`, error);
    this.#retry ??= this.#reactor.after(RETRY_MS, () => {
      this.#retry = undefined;
      this.#resume();
    });
  }
}

/** A link, a FIFO or a device. A directory cannot be written to, and stays where it is. */
function isAlienFile(found: posix.Stat): boolean {
  return !isRegular(found) && (found.mode & posix.S_IFMT) !== posix.S_IFDIR;
}

/** It has lines, and no svlogd has closed it. */
function isLeftByCrash({ size, mode }: posix.Stat): boolean {
  return size > 0 && (mode & OWNER_X) === 0;
}

/** A file's bytes as a string; `undefined` where there is none. */
function readWhole(home: Directory, name: string): string | undefined {
  const fd = unless(["ENOENT"], () => home.openRead(name));
  if (fd === undefined) return undefined;
  try {
    const pieces: string[] = [];
    for (;;) {
      const bytes = posix.read(fd, CONFIG_READ_BYTES) ?? new Uint8Array(0);
      if (bytes.length === 0) return pieces.join("");
      pieces.push(textOf(bytes));
    }
  } finally {
    posix.close(fd);
  }
}
