/**
 * A log directory: svlogd locks it, reads its settings and appends bytes to `current`.
 *
 * A call that fails is tried again every three seconds. Until it succeeds, bytes wait in memory,
 * and nothing else waits. Bytes do not wait for a rotation: if `current` cannot be renamed, it
 * grows beyond its limit.
 *
 * Source: runit 2.1.2, svlogd(8); steps and messages as there.
 */
import type * as posix from "posix";
import type { Directory } from "../../base/directory.ts";
import { isPosixError, isResourceExhaustion } from "../../base/errors.ts";
import type { Reactor } from "../../base/reactor.ts";
import { AgeTimer } from "./age-timer.ts";
import { Attempts } from "./attempts.ts";
import { DEFAULTS, type Settings } from "./config.ts";
import { readConfig } from "./config-file.ts";
import { CurrentFile } from "./current-file.ts";
import { type Locked, lockDirectory, unlockDirectory } from "./directory-lock.ts";
import type { Messages } from "./messages.ts";
import { lookAt } from "./own-file.ts";
import { Processor } from "./processor.ts";
import { RotatedFiles } from "./rotated-files.ts";
import { Rotation } from "./rotation.ts";
import { splitAtLimit } from "./rotation-policy.ts";
import { WaitingBytes } from "./waiting-bytes.ts";

/** The parts of a directory while it is open. */
interface Opened extends Locked {
  readonly attempts: Attempts;
  readonly rotated: RotatedFiles;
  readonly current: CurrentFile;
  readonly rotation: Rotation;
}

export class LogDirectory {
  readonly path: string;
  readonly #lineBytes: number;
  readonly #reactor: Reactor;
  readonly #messages: Messages;
  readonly #onChange: () => void;
  readonly #processor: Processor;
  readonly #waiting = new WaitingBytes();
  #settings = DEFAULTS;
  #openWillRetry = false;
  #opened: Opened | undefined;
  #age: AgeTimer | undefined;
  #isRotationWanted = false;

  /**
   * @param context.lineBytes `-l`: a file with less room than this at the end of a line is full
   * @param context.onChange called when the bytes that waited are written, and when a processor has
   * ended
   */
  constructor(context: {
    readonly path: string;
    readonly lineBytes: number;
    readonly reactor: Reactor;
    readonly messages: Messages;
    readonly onChange: () => void;
  }) {
    const { path, reactor, messages } = context;
    this.path = path;
    this.#lineBytes = context.lineBytes;
    this.#reactor = reactor;
    this.#messages = messages;
    this.#onChange = context.onChange;
    this.#processor = new Processor(path, reactor, messages, () => {
      // Its file does not count until it is processed, so a rotation during that time kept one too
      // many.
      if (this.process()) this.#opened?.rotated.cleanUp();
      this.#onChange();
    });
  }

  get settings(): Settings {
    return this.#settings;
  }

  get isOpen(): boolean {
    return this.#opened !== undefined;
  }

  /** Whether {@link open} failed because a resource was exhausted: later it may succeed. */
  get openWillRetry(): boolean {
    return this.#openWillRetry;
  }

  /** How many bytes are not written yet. */
  get waitingBytes(): number {
    return this.#waiting.length;
  }

  /**
   * Locks the directory, reads its settings and opens `current`.
   *
   * @returns whether it can be used
   */
  open(): boolean {
    this.#openWillRetry = false;
    const onError = (action: string, error: posix.PosixError) => this.#cannotOpen(action, error);
    const locked = lockDirectory(this.path, this.#messages, onError);
    if (locked === undefined) return false;
    const settings = this.#readConfig(locked.home);
    if (this.#openWillRetry || !this.#hasCurrent(locked.home)) {
      unlockDirectory(locked);
      return false;
    }
    if (settings !== undefined) {
      if (settings.processor !== this.#settings.processor) this.#processor.forgetFailures();
      this.#settings = settings;
    }
    this.#opened = this.#compose(locked);
    this.#continue();
    this.#startAge(locked.lock);
    return true;
  }

  /** Closes all files, synced and marked as closed. Bytes that wait are kept. */
  close(): void {
    const opened = this.#opened;
    if (opened === undefined) return;
    opened.attempts.cancel();
    this.#age?.cancel();
    opened.rotation.close();
    opened.current.close();
    this.#opened = undefined;
    unlockDirectory(opened);
    this.#messages.info(`close: ${this.path}`);
  }

  /** Tries failed calls again at once, before their time. */
  retryNow(): void {
    this.#opened?.attempts.cancel();
    this.#continue();
  }

  /**
   * Writes `bytes[start..end)`, now or as soon as that succeeds. The caller may reuse the memory.
   */
  put(bytes: Uint8Array, start: number, end: number): void {
    const opened = this.#opened;
    if (opened === undefined) return;
    const canWrite = this.#waiting.length === 0 && opened.current.fd !== undefined;
    const at = canWrite ? this.#write(opened, bytes, start, end) : start;
    if (at < end) this.#waiting.push(bytes.subarray(at, end));
  }

  /** Rotates `current` unless it is empty. */
  rotate(): void {
    this.#isRotationWanted = true;
    if (this.#opened?.attempts.arePaused === false) this.#continue();
  }

  /**
   * Waits until the rotated files are on the disk. To be called when the lines of a read have been
   * put to all directories, so that no line is in memory meanwhile.
   */
  sync(): void {
    this.#opened?.rotation.sync();
  }

  /** Starts the processor if a rotated file waits for it. @returns whether it is running */
  process(): boolean {
    const { processor } = this.#settings;
    if (this.#opened === undefined || processor === undefined) return this.isProcessing;
    return this.#processor.start(this.#opened.home, processor);
  }

  get isProcessing(): boolean {
    return this.#processor.busy !== undefined;
  }

  killProcessor(): void {
    this.#processor.kill();
  }

  /** @returns `undefined` if `config` cannot be read: the settings stay as they are */
  #readConfig(home: Directory): Settings | undefined {
    try {
      return readConfig(home, this.path, this.#messages);
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#cannotOpen("read config", error);
      return undefined;
    }
  }

  /** Whether `current` exists, or can be made. */
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
    this.#openWillRetry = isResourceExhaustion(error);
    this.#messages.warn(`unable to ${action}: ${this.path}`, error);
  }

  #compose(locked: Locked): Opened {
    const { path } = this;
    const [settings, messages, processor] = [this.#settings, this.#messages, this.#processor];
    const onRetry = () => this.#continue();
    const attempts = new Attempts({ path, reactor: this.#reactor, messages, onRetry });
    const context = { home: locked.home, path, settings, messages, attempts, processor };
    const rotated = new RotatedFiles(context);
    const current = new CurrentFile(context, rotated);
    const rotation = new Rotation(context, current, rotated);
    return { ...locked, attempts, rotated, current, rotation };
  }

  /** Writes the bytes that wait and does a rotation that is due, until a call fails. */
  #continue(): void {
    const opened = this.#opened;
    if (opened === undefined || !this.#ensureCurrent(opened)) return;
    for (;;) {
      const bytes = this.#waiting.first;
      if (bytes === undefined) break;
      const at = this.#write(opened, bytes, 0, bytes.length);
      this.#waiting.drop(at);
      if (at < bytes.length) return;
      if (this.#waiting.length === 0) this.#onChange();
    }
    if (this.#opened !== opened) return; // onChange may have closed it, at the end of the input
    if (this.#isRotationWanted || opened.rotation.isOverdue) this.#rotate(opened);
    this.sync();
  }

  /** @returns whether there is a `current` to write to */
  #ensureCurrent({ current }: Opened): boolean {
    if (current.fd !== undefined) return true;
    if (!current.open()) return false;
    this.process();
    return true;
  }

  /** @returns the offset behind the last byte written; less than `end` after a failure */
  #write(opened: Opened, bytes: Uint8Array, start: number, end: number): number {
    const { current, rotation } = opened;
    const { sizeMax } = this.#settings;
    let at = start;
    while (at < end) {
      const limits = { sizeMax: rotation.isOverdue ? 0 : sizeMax, lineBytes: this.#lineBytes };
      const piece = splitAtLimit(limits, current, bytes, at, end);
      if (piece.end > at) {
        const written = current.write(bytes.subarray(at, piece.end));
        if (written === undefined) return at;
        at += written;
        if (at < piece.end) continue;
      }
      if (piece.rotates) this.#rotate(opened);
      if (current.fd === undefined) return at;
    }
    return at;
  }

  #rotate({ rotation }: Opened): void {
    this.#isRotationWanted = false;
    rotation.rotate();
  }

  #startAge(lock: number): void {
    const ageMs = this.#settings.ageS * 1_000;
    const context = { lock, ageMs, reactor: this.#reactor, onAge: () => this.rotate() };
    this.#age = ageMs === 0 ? undefined : new AgeTimer(context);
  }
}
