/**
 * What becomes of lines for one directory: those that its rules select get the time and the prefix, and go to
 * standard error, to UDP and into the directory.
 *
 * Stretches of many lines pass through whole, or are put together by posix.copyLines; only lines that go by UDP,
 * or may be JSON, are handled one by one.
 *
 * Source: runit 2.1.2, svlogd(8), LINE PROCESSING.
 */
import * as posix from "posix";
import { isPosixError, unless } from "../../base/errors.ts";
import type { Alerts } from "./alerts.ts";
import { bytesOf, joined, NEWLINE, NO_BYTES } from "./bytes.ts";
import { memberOf, withMember } from "./json.ts";
import type { LogDirectory } from "./log-directory.ts";
import type { Options } from "./options.ts";
import { alertRules, logRules } from "./select.ts";

/** The time of a read; lines that begin in it share this. */
export interface Stamp {
  readonly text: string;
  /** The text and a space; nothing without a style. */
  readonly bytes: Uint8Array;
}

/** Words of the cursor of posix.copyLines. */
const [AT, OUT, LINE_END] = [0, 2, 5] as const;
/** Its modes. */
const [WHOLE, EXCERPT, STOP] = [0, 1, 2] as const;
/** What it returns when no line is left. */
const DONE = 0;

const WORD_MAX = 0xffff_ffff;
const CURSOR_WORDS = 6;
const DOTS = bytesOf("...");
const NEWLINE_BYTES = Uint8Array.of(NEWLINE);

/** Memory to put lines together in; all outlets of a process share one. */
export class Scratch {
  readonly cursor = new Uint32Array(CURSOR_WORDS);
  readonly #bytes: number;
  #out: Uint8Array | undefined;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Made when it is needed: without stamps and rules, lines are written from where they were read to. */
  get out(): Uint8Array {
    this.#out ??= new Uint8Array(this.#bytes);
    return this.#out;
  }
}

export class Outlet {
  readonly directory: LogDirectory;
  readonly #options: Options;
  readonly #alerts: Alerts;
  readonly #scratch: Scratch;
  #logRules: Uint8Array = NO_BYTES;
  #alertRules: Uint8Array = NO_BYTES;
  #prefix: Uint8Array = NO_BYTES;
  #socket: number | undefined;
  /** What goes before a line, made once for a stamp. */
  #head: Uint8Array = NO_BYTES;
  #headOf: Stamp | undefined;
  /** The line that goes on is logged here. */
  #isInLine = false;

  constructor(directory: LogDirectory, options: Options, alerts: Alerts, scratch: Scratch) {
    this.directory = directory;
    this.#options = options;
    this.#alerts = alerts;
    this.#scratch = scratch;
  }

  /** Takes over the settings, after the directory was opened. */
  refresh(): void {
    const { rules, prefix, target } = this.directory.settings;
    this.#logRules = logRules(rules);
    this.#alertRules = alertRules(rules);
    this.#prefix = bytesOf(prefix);
    this.#headOf = undefined;
    if (this.#socket !== undefined) posix.close(this.#socket);
    this.#socket = target === undefined ? undefined : unless([], () => posix.udpSocket());
  }

  /** Complete lines. */
  lines(bytes: Uint8Array, start: number, end: number, stamp: Stamp): void {
    if (!this.directory.isOpen) return;
    if (this.#alertRules.length > 0) this.#alertLines(bytes, start, end, stamp);
    if (this.directory.settings.target !== undefined || this.#options.jsonKey !== undefined) {
      this.#eachLine(bytes, start, end, stamp);
    } else if (this.#logRules.length > 0 || this.#headFor(stamp).length > 0) {
      this.#copyLines(bytes, start, end, stamp);
    } else {
      this.directory.put(bytes, start, end);
    }
  }

  #copyLines(bytes: Uint8Array, start: number, end: number, stamp: Stamp): void {
    const { cursor, out } = this.#scratch;
    const head = this.#headFor(stamp);
    this.#aim(WHOLE, start, end);
    while (posix.copyLines(cursor.buffer, bytes, out, head, this.#logRules) !== DONE) {
      if (cursor[OUT] === 0) cursor[AT] = this.#putWhole(bytes, cursor[AT] ?? 0, head);
      else this.#flush();
    }
    this.#flush();
  }

  /** As {@link #copyLines}, for what the host does not know how to do with a line. */
  #eachLine(bytes: Uint8Array, start: number, end: number, stamp: Stamp): void {
    const { cursor, out } = this.#scratch;
    this.#aim(STOP, start, end);
    while (posix.copyLines(cursor.buffer, bytes, out, NO_BYTES, this.#logRules) !== DONE) {
      const lineEnd = cursor[LINE_END] ?? 0;
      this.#line(bytes, cursor[AT] ?? 0, lineEnd, stamp);
      cursor[AT] = lineEnd;
    }
    this.#flush();
  }

  /** Prints lines on standard error. */
  #alertLines(bytes: Uint8Array, start: number, end: number, stamp: Stamp): void {
    const { cursor, out } = this.#scratch;
    const head = this.#headFor(stamp);
    this.#aim(EXCERPT, start, end);
    for (;;) {
      const stop = posix.copyLines(cursor.buffer, bytes, out, head, this.#alertRules);
      if ((cursor[OUT] ?? 0) > 0) this.#alerts.put(out.slice(0, cursor[OUT]));
      if (stop === DONE) return;
      if (cursor[OUT] === 0) {
        const at = cursor[AT] ?? 0;
        const lineEnd = bytes.indexOf(NEWLINE, at);
        this.#alert(bytes, at, lineEnd, stamp);
        cursor[AT] = lineEnd + 1;
      }
      cursor[OUT] = 0;
    }
  }

  #aim(mode: number, start: number, end: number): void {
    const limit = Math.min(this.#options.lineBytes, WORD_MAX);
    this.#scratch.cursor.set([start, end, 0, limit, mode, 0]);
  }

  /** The beginning of a line that is not held until it ends. */
  head(bytes: Uint8Array, start: number, end: number, stamp: Stamp): void {
    this.#isInLine = false;
    if (!this.directory.isOpen) return;
    const matched = Math.min(end, start + this.#options.lineBytes);
    this.#scratch.cursor[OUT] = 0;
    const alerts = this.#alertRules;
    if (alerts.length > 0 && posix.selectsLine(alerts, bytes, start, matched)) {
      this.#alert(bytes, start, end, stamp);
    }
    if (!posix.selectsLine(this.#logRules, bytes, start, matched)) return;
    this.#isInLine = this.#send(bytes, start, end, stamp);
    if (this.#isInLine) this.#append(this.#headFor(stamp), bytes.subarray(start, end));
    this.#flush();
  }

  /** More of that line. */
  rest(bytes: Uint8Array, start: number, end: number): void {
    if (this.#isInLine) this.directory.put(bytes, start, end);
  }

  /** One selected line, with its newline. */
  #line(bytes: Uint8Array, start: number, end: number, stamp: Stamp): void {
    if (!this.#send(bytes, start, end - 1, stamp)) return;
    const { jsonKey } = this.#options;
    if (jsonKey !== undefined) {
      const member = memberOf(jsonKey, this.#options.stamp, stamp.text);
      const line = withMember(bytes.subarray(start, end - 1), member);
      if (line !== undefined) {
        this.#append(line, NEWLINE_BYTES);
        return;
      }
    }
    this.#append(this.#headFor(stamp), bytes.subarray(start, end));
  }

  /** Tells a line on standard error. */
  #alert(bytes: Uint8Array, start: number, end: number, stamp: Stamp): void {
    this.#alerts.put(this.#shortened(bytes, start, end, stamp));
  }

  /** Sends a line to the target, where there is one. @returns whether it is to be written as well */
  #send(bytes: Uint8Array, start: number, end: number, stamp: Stamp): boolean {
    const { target, targetOnly } = this.directory.settings;
    if (target === undefined) return true;
    const socket = this.#socket;
    if (socket === undefined) {
      const line = [this.#headFor(stamp), bytes.subarray(start, end), NEWLINE_BYTES];
      this.#append(bytesOf("warning: no udp socket available: "), ...line);
      return !targetOnly;
    }
    const datagram = this.#shortened(bytes, start, end, stamp);
    try {
      posix.udpSend(socket, target.address, target.port, datagram);
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#append(bytesOf("warning: failure sending through udp: "), datagram);
    }
    return !targetOnly;
  }

  /** As much of a line as others than the file get. */
  #shortened(bytes: Uint8Array, start: number, end: number, stamp: Stamp): Uint8Array {
    const { lineBytes } = this.#options;
    const isLong = end - start >= lineBytes;
    const text = bytes.subarray(start, isLong ? start + lineBytes : end);
    return joined(this.#headFor(stamp), text, isLong ? DOTS : NO_BYTES, NEWLINE_BYTES);
  }

  #headFor(stamp: Stamp): Uint8Array {
    if (stamp !== this.#headOf) {
      this.#headOf = stamp;
      this.#head = joined(stamp.bytes, this.#prefix);
    }
    return this.#head;
  }

  #append(...parts: readonly Uint8Array[]): void {
    const { cursor, out } = this.#scratch;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (length > out.length - (cursor[OUT] ?? 0)) this.#flush();
    if (length > out.length) {
      for (const part of parts) this.directory.put(part, 0, part.length);
      return;
    }
    for (const part of parts) {
      out.set(part, cursor[OUT]);
      cursor[OUT] = (cursor[OUT] ?? 0) + part.length;
    }
  }

  /** A line that the scratch has no room for. @returns where it ends */
  #putWhole(bytes: Uint8Array, start: number, head: Uint8Array): number {
    const end = bytes.indexOf(NEWLINE, start) + 1;
    this.directory.put(head, 0, head.length);
    this.directory.put(bytes, start, end);
    return end;
  }

  #flush(): void {
    const { cursor } = this.#scratch;
    const length = cursor[OUT] ?? 0;
    if (length > 0) this.directory.put(this.#scratch.out, 0, length);
    cursor[OUT] = 0;
  }
}
