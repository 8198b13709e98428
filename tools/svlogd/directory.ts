/**
 * A log directory: its lock, its settings, `current` and the old logs. Bytes are put here to stay.
 *
 * What fails is tried again every three seconds. Until it works bytes wait in memory, and nothing else does:
 * a rotation is taken on from the step that failed.
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
import { Processor } from "./processor.ts";
import { cut, expendable, freshLabel, surplus } from "./rotate.ts";

/** How long to wait before what failed is tried again. */
const RETRY_MS = 3_000;
const CONFIG_READ_BYTES = 4_096;
const MODE_OPEN = 0o644;
/** The owner's x tells the next svlogd that the file was closed, and is whole. */
const MODE_CLOSED = 0o744;
const OWNER_X = 0o100;

/** A rotation under way. */
interface Rotation {
  /** What `current` is renamed to; chosen once. */
  name: string | undefined;
  isRenamed: boolean;
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
  #rotation: Rotation | undefined;
  #isRotationWanted = false;
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
    if (this.#current >= 0) {
      const current = this.#current;
      this.#attemptOnce("fsync current logfile", () => posix.fsync(current));
      this.#attemptOnce("set mode of current", () => posix.fchmod(current, MODE_CLOSED));
      letGo(current);
    }
    this.#current = -1;
    this.#rotation = undefined;
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
    const isFree = this.#waiting.length === 0 && this.#retry === undefined;
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
      this.#lock = home.openAppend("lock", 0o600);
      if (posix.flock(this.#lock, posix.LOCK_EX | posix.LOCK_NB)) return home;
      this.#messages.warn(`unable to lock directory: ${this.path}`, { code: "EAGAIN" });
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
      home.stat("current");
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
      text = readWhole(home, "config");
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#cannotOpen("read config", error);
      return undefined;
    }
    if (text === undefined) return DEFAULTS;
    this.#messages.info(`read: ${this.path}/config`);
    const { settings, problems } = parseConfig(text);
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
    if (this.#isRotationWanted) this.#rotateNow();
  }

  /** Whether there is a `current` to write to. */
  #isReady(home: Directory): boolean {
    if (this.#rotation !== undefined) return this.#rotateOn(home, this.#rotation);
    if (this.#current >= 0) return true;
    if (!this.#openCurrent(home)) return false;
    this.process();
    return true;
  }

  #openCurrent(home: Directory): boolean {
    return this.#attempt("open current", () => {
      let found = home.stat("current");
      if (found !== undefined && found.size > 0 && (found.mode & OWNER_X) === 0) {
        posix.rename(home.fd, "current", home.fd, `${this.#freshLabel(home)}.u`);
        this.#cleanUp();
        found = undefined;
      }
      this.#create(home, found?.size ?? 0);
      this.#messages.info(`${found === undefined ? "new" : "append"}: ${this.path}/current`);
    });
  }

  #create(home: Directory, size: number): void {
    const current = home.openAppend("current", 0o600);
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
    const limits = { sizeMax: this.#settings.sizeMax, lineBytes: this.#lineBytes };
    let at = start;
    while (at < end) {
      const piece = cut(limits, this.#size, this.#isInLine, bytes, at, end);
      if (piece.end > at) {
        const written = this.#writeOnce(bytes.subarray(at, piece.end));
        if (written === undefined) return at;
        at += written;
        this.#size += written;
        this.#isInLine = bytes[at - 1] !== NEWLINE;
        if (at < piece.end) continue;
      }
      if (piece.rotates && !this.#rotateNow()) return at;
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

  /** @returns whether there is an empty `current` now */
  #rotateNow(): boolean {
    this.#isRotationWanted = false;
    if (this.#home === undefined || this.#size === 0) return true;
    this.#rotation = { name: undefined, isRenamed: false };
    return this.#rotateOn(this.#home, this.#rotation);
  }

  /** Takes a rotation on from where it is. */
  #rotateOn(home: Directory, rotation: Rotation): boolean {
    if (!rotation.isRenamed) {
      const isNamed = this.#attempt("open directory, want rotate", () => {
        const suffix = this.#settings.processor === undefined ? "s" : "u";
        rotation.name ??= `${this.#freshLabel(home)}.${suffix}`;
      });
      const isRenamed =
        isNamed &&
        this.#attempt("fsync current logfile", () => posix.fsync(this.#current)) &&
        this.#attempt("set mode of current", () => posix.fchmod(this.#current, MODE_CLOSED)) &&
        this.#attempt("rename current", () => this.#rename(home, rotation.name ?? ""));
      if (!isRenamed) return false;
      letGo(this.#current);
      this.#current = -1;
      rotation.isRenamed = true;
    }
    if (!this.#attempt("create new current", () => this.#create(home, 0))) return false;
    this.#rotation = undefined;
    this.#cleanUp();
    this.process();
    return true;
  }

  #rename(home: Directory, name: string): void {
    try {
      posix.rename(home.fd, "current", home.fd, name);
      this.#messages.info(`rename: ${this.path}/current ${name} ${this.#size}`);
    } catch (error) {
      if (!isPosixError(error, "ENOENT")) throw error;
      // Somebody has taken it away, and there is nothing to wait for.
      this.#messages.warn(`unable to rename current: ${this.path}`, error);
    }
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
      unless([], () => posix.ftruncate(this.#lock, 0)); // it is empty: only its time changes
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
  #attemptOnce(action: string, call: () => void): void {
    this.#messages.try(`${action}: ${this.path}`, call);
  }

  #pause(action: string, error: Cause): void {
    this.#messages.pausing(`unable to ${action}: ${this.path}`, error);
    this.#retry ??= this.#reactor.after(RETRY_MS, () => {
      this.#retry = undefined;
      this.#resume();
    });
  }
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
