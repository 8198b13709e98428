/**
 * The way of a line to one log directory. Lines that the rules select get the line prefix and go to
 * standard error, to UDP and to the directory.
 *
 * Many lines are passed on at once, as they are or with prefixes by posix.copyLines. Only lines
 * that are sent by UDP, or may be JSON, are handled one by one.
 *
 * Source: runit 2.1.2, svlogd(8), LINE PROCESSING.
 */
import * as posix from "posix";
import { bytesOf, joined, NEWLINE, NO_BYTES } from "../../base/bytes.ts";
import { MODE, RESULT } from "../../base/copy-lines.ts";
import { ignoringErrors, isPosixError } from "../../base/errors.ts";
import type { Alerts } from "./alerts.ts";
import { memberOf, withMember } from "./json.ts";
import type { LogDirectory } from "./log-directory.ts";
import type { Options } from "./options.ts";
import type { OutputBuffer } from "./output-buffer.ts";
import { alertRules, logRules } from "./select.ts";

/** The time of a read; all lines that begin in it have this stamp. */
export interface Stamp {
  readonly text: string;
  /** The text and a space; empty without a style. */
  readonly bytes: Uint8Array;
}

const DOTS = bytesOf("...");
const NEWLINE_BYTES = Uint8Array.of(NEWLINE);

export class LinePipeline {
  readonly directory: LogDirectory;
  readonly #options: Options;
  readonly #alerts: Alerts;
  readonly #buffer: OutputBuffer;
  #logRules: Uint8Array = NO_BYTES;
  #alertRules: Uint8Array = NO_BYTES;
  #prefix: Uint8Array = NO_BYTES;
  #socket: number | undefined;
  /** The stamp and `#prefix`, made once for a stamp. */
  #linePrefix: Uint8Array = NO_BYTES;
  #linePrefixStamp: Stamp | undefined;
  /** Whether a long line has begun that is written to the directory. */
  #isInLongLine = false;

  constructor(context: {
    readonly directory: LogDirectory;
    readonly options: Options;
    readonly alerts: Alerts;
    readonly buffer: OutputBuffer;
  }) {
    this.directory = context.directory;
    this.#options = context.options;
    this.#alerts = context.alerts;
    this.#buffer = context.buffer;
  }

  /** Uses the settings of the directory, once it has been opened. */
  refresh(): void {
    const { rules, prefix, target } = this.directory.settings;
    this.#logRules = logRules(rules);
    this.#alertRules = alertRules(rules);
    this.#prefix = bytesOf(prefix);
    this.#linePrefixStamp = undefined;
    if (this.#socket !== undefined) posix.close(this.#socket);
    this.#socket = target === undefined ? undefined : ignoringErrors(() => posix.udpSocket());
  }

  /** Takes complete lines. */
  completeLines(bytes: Uint8Array, start: number, end: number, stamp: Stamp): void {
    if (!this.directory.isOpen) return;
    if (this.#alertRules.length > 0) this.#alertLines(bytes, start, end, stamp);
    if (this.directory.settings.target !== undefined || this.#options.jsonKey !== undefined) {
      this.#eachLine(bytes, start, end, stamp);
    } else if (this.#logRules.length > 0 || this.#linePrefixFor(stamp).length > 0) {
      this.#copyLines(bytes, start, end, stamp);
    } else {
      this.directory.put(bytes, start, end);
    }
  }

  #copyLines(bytes: Uint8Array, start: number, end: number, stamp: Stamp): void {
    const { cursor, bytes: out } = this.#buffer;
    const linePrefix = this.#linePrefixFor(stamp);
    cursor.begin(MODE.whole, start, end, this.#options.lineBytes);
    const next = () => posix.copyLines(cursor.buffer, bytes, out, linePrefix, this.#logRules);
    while (next() !== RESULT.done) {
      if (cursor.out === 0) cursor.at = this.#putLine(bytes, cursor.at, linePrefix);
      else this.#buffer.flush(this.directory);
    }
    this.#buffer.flush(this.directory);
  }

  /** As {@link #copyLines}, for lines that the host cannot prepare. */
  #eachLine(bytes: Uint8Array, start: number, end: number, stamp: Stamp): void {
    const { cursor, bytes: out } = this.#buffer;
    cursor.begin(MODE.stop, start, end, this.#options.lineBytes);
    const next = () => posix.copyLines(cursor.buffer, bytes, out, NO_BYTES, this.#logRules);
    while (next() !== RESULT.done) {
      const { at, lineEnd } = cursor;
      this.#line(bytes, at, lineEnd, stamp);
      cursor.at = lineEnd;
    }
    this.#buffer.flush(this.directory);
  }

  /** Prints the lines that rules select for standard error. */
  #alertLines(bytes: Uint8Array, start: number, end: number, stamp: Stamp): void {
    const { cursor, bytes: out } = this.#buffer;
    const linePrefix = this.#linePrefixFor(stamp);
    cursor.begin(MODE.excerpt, start, end, this.#options.lineBytes);
    for (;;) {
      const result = posix.copyLines(cursor.buffer, bytes, out, linePrefix, this.#alertRules);
      if (cursor.out > 0) this.#alerts.put(out.slice(0, cursor.out));
      if (result === RESULT.done) return;
      if (cursor.out === 0) {
        const lineEnd = bytes.indexOf(NEWLINE, cursor.at);
        this.#alert(bytes, cursor.at, lineEnd, stamp);
        cursor.at = lineEnd + 1;
      }
      cursor.out = 0;
    }
  }

  /** Takes the beginning of a long line. */
  beginLongLine(bytes: Uint8Array, start: number, end: number, stamp: Stamp): void {
    this.#isInLongLine = false;
    if (!this.directory.isOpen) return;
    const matched = Math.min(end, start + this.#options.lineBytes);
    this.#buffer.cursor.out = 0;
    const alerts = this.#alertRules;
    if (alerts.length > 0 && posix.selectsLine(alerts, bytes, start, matched)) {
      this.#alert(bytes, start, end, stamp);
    }
    if (!posix.selectsLine(this.#logRules, bytes, start, matched)) return;
    this.#isInLongLine = this.#send(bytes, start, end, stamp);
    if (this.#isInLongLine) this.#append(this.#linePrefixFor(stamp), bytes.subarray(start, end));
    this.#buffer.flush(this.directory);
  }

  /** Takes more of the long line that has begun. */
  continueLongLine(bytes: Uint8Array, start: number, end: number): void {
    if (this.#isInLongLine) this.directory.put(bytes, start, end);
  }

  /** Takes one selected line, with its newline. */
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
    this.#append(this.#linePrefixFor(stamp), bytes.subarray(start, end));
  }

  /** Prints a line on standard error, shortened. */
  #alert(bytes: Uint8Array, start: number, end: number, stamp: Stamp): void {
    this.#alerts.put(this.#shortened(bytes, start, end, stamp));
  }

  /** Sends a line to the target, if there is one. @returns whether it is to be written as well */
  #send(bytes: Uint8Array, start: number, end: number, stamp: Stamp): boolean {
    const { target, targetOnly } = this.directory.settings;
    if (target === undefined) return true;
    const socket = this.#socket;
    if (socket === undefined) {
      const line = [this.#linePrefixFor(stamp), bytes.subarray(start, end), NEWLINE_BYTES];
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

  /** As much of a line as standard error and the target get. */
  #shortened(bytes: Uint8Array, start: number, end: number, stamp: Stamp): Uint8Array {
    const { lineBytes } = this.#options;
    const isLong = end - start >= lineBytes;
    const text = bytes.subarray(start, isLong ? start + lineBytes : end);
    return joined(this.#linePrefixFor(stamp), text, isLong ? DOTS : NO_BYTES, NEWLINE_BYTES);
  }

  #linePrefixFor(stamp: Stamp): Uint8Array {
    if (stamp !== this.#linePrefixStamp) {
      this.#linePrefixStamp = stamp;
      const prefix = this.#prefix;
      this.#linePrefix = prefix.length === 0 ? stamp.bytes : joined(stamp.bytes, prefix);
    }
    return this.#linePrefix;
  }

  #append(...parts: readonly Uint8Array[]): void {
    this.#buffer.append(this.directory, ...parts);
  }

  /** Writes a line that does not fit into the buffer. @returns the offset behind it */
  #putLine(bytes: Uint8Array, start: number, linePrefix: Uint8Array): number {
    const end = bytes.indexOf(NEWLINE, start) + 1;
    this.directory.put(linePrefix, 0, linePrefix.length);
    this.directory.put(bytes, start, end);
    return end;
  }
}
