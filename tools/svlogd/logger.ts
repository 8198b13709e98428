/**
 * Reads standard input, splits it into lines and passes them to the log directories; serves
 * signals, and ends svlogd.
 *
 * Source: runit 2.1.2, svlogd(8).
 */
import * as posix from "posix";
import { bytesOf, NEWLINE, NO_BYTES } from "../../base/bytes.ts";
import { ignoringErrors, isPosixError } from "../../base/errors.ts";
import { PollSet } from "../../base/poll-set.ts";
import { monotonicMs, type Reactor, type Timer } from "../../base/reactor.ts";
import { STDIN } from "../../base/report.ts";
import { Alerts } from "./alerts.ts";
import { Lines, type Portion } from "./line.ts";
import { LinePipeline, type Stamp } from "./line-pipeline.ts";
import { LogDirectory } from "./log-directory.ts";
import { EXIT_FATAL, type Messages } from "./messages.ts";
import type { Options } from "./options.ts";
import { OutputBuffer } from "./output-buffer.ts";
import { stampText } from "./stamp.ts";

/** A read takes so many bytes: the capacity of a pipe, by default. */
const READ_BYTES = 65_536;
/** A read fills at most so many files, which are all written before the first of them is synced. */
const FILES_PER_READ = 32;
const OUTPUT_BYTES = 131_072;
/** With -j, a line up to this length is held until it ends; a longer one is treated as text. */
const JSON_BYTES = 65_536;
/**
 * So many bytes may wait for one directory while another can be written to; then the input waits
 * too.
 */
const WAITING_BYTES = 16_777_216;
/** The delay before svlogd opens a directory again after a resource was exhausted. */
const OPEN_AGAIN_MS = 3_000;
/** At TERM, svlogd still reads the pipe, and no more than a pipe can hold. */
const LAST_BYTES = 1_048_576;
/** Then it waits so long for the rest of a line, and so long altogether. */
const LAST_REST_MS = 100;
const LAST_MS = 1_000;
/** At the end of the input, bytes that cannot be written delay the end of svlogd for so long. */
const GIVE_UP_MS = 5_000;

const NO_STAMP: Stamp = { text: "", bytes: NO_BYTES };

export class Logger {
  readonly #options: Options;
  readonly #reactor: Reactor;
  readonly #messages: Messages;
  readonly #lines: Lines;
  readonly #pipelines: readonly LinePipeline[];
  readonly #alerts: Alerts;
  /** The stamps of the last read, and of the line that waits. */
  #stamp = NO_STAMP;
  #carriedStamp = NO_STAMP;
  #isReading = false;
  #readBytes = READ_BYTES;
  #hasEnded = false;
  #isEnding = false;
  #hasGivenUp = false;
  #openLater: Timer | undefined;
  #giveUpLater: Timer | undefined;

  constructor(options: Options, reactor: Reactor, messages: Messages) {
    this.#options = options;
    this.#reactor = reactor;
    this.#messages = messages;
    const { jsonKey, lineBytes, directories } = options;
    const held = jsonKey === undefined ? lineBytes : Math.max(lineBytes, JSON_BYTES);
    this.#lines = new Lines(held, READ_BYTES);
    this.#alerts = new Alerts(reactor, () => this.#onChange());
    const buffer = new OutputBuffer(OUTPUT_BYTES);
    const onChange = () => this.#onChange();
    this.#pipelines = directories.map((path) => {
      const directory = new LogDirectory({ path, lineBytes, reactor, messages, onChange });
      return new LinePipeline({ directory, options, alerts: this.#alerts, buffer });
    });
  }

  /** @returns whether there is a directory to log to */
  begin(): boolean {
    const isFunctional = this.#openAll();
    if (isFunctional) this.#watchInput();
    return isFunctional;
  }

  /** HUP: closes all directories and opens them again. */
  reopen(): void {
    for (const { directory } of this.#pipelines) directory.close();
    if (this.#openAll()) this.#onChange();
    else this.#reactor.stop(EXIT_FATAL);
  }

  /** ALRM: rotates all. */
  rotate(): void {
    for (const { directory } of this.#pipelines) directory.rotate();
  }

  /** TERM: logs the input so far, and ends. A second TERM does not wait for processors. */
  end(): void {
    if (this.#isEnding) for (const { directory } of this.#pipelines) directory.killProcessor();
    if (!this.#hasEnded) {
      this.#drain();
      this.#finish();
    }
    this.#isEnding = true;
    for (const { directory } of this.#pipelines) directory.retryNow();
    this.#leave();
  }

  #openAll(): boolean {
    this.#openLater?.cancel();
    this.#open(this.#pipelines);
    const isFunctional = this.#pipelines.some(
      ({ directory }) => directory.isOpen || directory.openWillRetry,
    );
    if (!isFunctional) this.#messages.say("fatal", "no functional log directories.");
    return isFunctional;
  }

  #open(pipelines: readonly LinePipeline[]): void {
    for (const pipeline of pipelines) if (pipeline.directory.open()) pipeline.refresh();
    const limits = this.#pipelines.map(({ directory }) => directory.settings.sizeMax);
    const fileBytes = limits.map((limit) => (limit === 0 ? READ_BYTES : limit));
    this.#readBytes = Math.min(READ_BYTES, FILES_PER_READ * Math.min(...fileBytes));
    const short = pipelines.filter(({ directory }) => directory.openWillRetry);
    if (short.length === 0) return;
    this.#openLater = this.#reactor.after(OPEN_AGAIN_MS, () => {
      this.#open(short);
      this.#onChange();
    });
  }

  #onChange(): void {
    this.#watchInput();
    if (this.#hasEnded) this.#leave();
  }

  /** Reads as long as there is room for more. */
  #watchInput(): void {
    const isWanted = !this.#hasEnded && this.#hasRoom();
    if (isWanted === this.#isReading) return;
    this.#isReading = isWanted;
    this.#reactor.forget(STDIN);
    if (isWanted) {
      this.#unboundEnd();
      this.#reactor.onReadable(STDIN, () => this.#read(this.#readBytes));
    } else if (!this.#hasEnded) {
      this.#reactor.onHangUp(STDIN, () => {
        this.#reactor.forget(STDIN);
        if (!this.#hasEnded) this.#boundEnd();
      });
    }
  }

  /** Ends svlogd as TERM does, if the bytes that wait cannot be written in time. */
  #boundEnd(): void {
    this.#giveUpLater ??= this.#reactor.after(GIVE_UP_MS, () => {
      this.#hasGivenUp = true;
      this.end();
    });
  }

  #unboundEnd(): void {
    this.#giveUpLater?.cancel();
    this.#giveUpLater = undefined;
  }

  #hasRoom(): boolean {
    if (this.#alerts.isWaiting) return false;
    let works = false;
    let mostWaiting = 0;
    for (const { directory } of this.#pipelines) {
      if (directory.openWillRetry) return false;
      if (!directory.isOpen) continue;
      const { waitingBytes } = directory;
      if (waitingBytes === 0) works = true;
      else mostWaiting = Math.max(mostWaiting, waitingBytes);
    }
    return mostWaiting <= (works ? WAITING_BYTES : 0);
  }

  /** @returns how many bytes were read; 0 if there are none */
  #read(max: number): number {
    const offset = this.#lines.makeRoom();
    const count = this.#readInto(offset, max);
    if (count === undefined) return 0;
    if (count === 0) {
      this.#finish();
      this.#leave();
      return 0;
    }
    const { replacements, stamp } = this.#options;
    if (replacements !== undefined) {
      posix.translate(this.#lines.bytes, offset, offset + count, replacements);
    }
    if (stamp !== "none") this.#stamp = this.#makeStamp();
    for (const portion of this.#lines.take(count)) this.#take(portion);
    for (const { directory } of this.#pipelines) directory.sync();
    if (!this.#lines.isInLine || this.#lines.startsAt(offset)) this.#carriedStamp = this.#stamp;
    this.#watchInput();
    return count;
  }

  /**
   * @returns 0 at the end of the input and after a failure; `undefined` if there is no input yet
   */
  #readInto(offset: number, max: number): number | undefined {
    try {
      return posix.readInto(STDIN, this.#lines.bytes, offset, max);
    } catch (error) {
      if (!isPosixError(error)) throw error;
      if (error.code === "EINTR") return undefined;
      this.#messages.warn("unable to read standard input", error);
      return 0;
    }
  }

  #makeStamp(): Stamp {
    const text = stampText(this.#options.stamp, posix.clockReal());
    return { text, bytes: bytesOf(`${text} `) };
  }

  #take(portion: Portion): void {
    const { bytes } = this.#lines;
    const { start, end } = portion;
    for (const pipeline of this.#pipelines) {
      switch (portion.is) {
        case "longLineStart": {
          const stamp = portion.carried ? this.#carriedStamp : this.#stamp;
          pipeline.beginLongLine(bytes, start, end, stamp);
          break;
        }
        case "longLineMore":
          pipeline.continueLongLine(bytes, start, end);
          break;
        case "completeLines": {
          const isLater = portion.carried && this.#carriedStamp !== this.#stamp;
          const first = isLater ? bytes.indexOf(NEWLINE, start) + 1 : start;
          if (first > start) pipeline.completeLines(bytes, start, first, this.#carriedStamp);
          if (first < end) pipeline.completeLines(bytes, first, end, this.#stamp);
          break;
        }
        default:
          portion satisfies never;
      }
    }
  }

  /**
   * At TERM, reads the input so far, so that a pipeline that ends loses nothing, and the rest of a
   * line that has begun, so that it stays whole. It waits for a moment here and not in the reactor,
   * because nothing else is left to do. After {@link #boundEnd} it reads even if there is no room,
   * to count the bytes that are lost.
   */
  #drain(): void {
    const untilMs = monotonicMs() + LAST_MS;
    let left = LAST_BYTES;
    const hasRoom = () => this.#hasGivenUp || this.#hasRoom();
    while (left > 0 && !this.#hasEnded && hasRoom() && isReadable(0, untilMs)) {
      left -= Math.max(1, this.#read(this.#readBytes));
    }
    // One byte at a time, so that no other line begins.
    while (!this.#hasEnded && this.#lines.isInLine && this.#hasRoom()) {
      if (monotonicMs() > untilMs || !isReadable(LAST_REST_MS, untilMs)) return;
      this.#read(1);
    }
  }

  /** Stops reading, and ends the line that has begun. */
  #finish(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#watchInput();
    for (const portion of this.#lines.finish()) this.#take(portion);
  }

  /** Ends the process once everything is written and processed. */
  #leave(): void {
    const directories = this.#pipelines.map(({ directory }) => directory);
    const isWaiting = directories.some(({ waitingBytes }) => waitingBytes > 0);
    if (!this.#isEnding && (isWaiting || this.#alerts.isWaiting)) {
      this.#boundEnd();
      return;
    }
    this.#unboundEnd();
    // Calls process() for all of them, because it starts processors.
    if (directories.filter((directory) => directory.process()).length > 0) return;
    let code = 0;
    for (const directory of directories) {
      directory.close();
      const { path, waitingBytes } = directory;
      if (waitingBytes === 0) continue;
      this.#messages.warn(`unable to write to current, lost ${waitingBytes} bytes: ${path}`);
      code = EXIT_FATAL;
    }
    this.#reactor.stop(code);
  }
}

/**
 * Waits up to `waitMs` for standard input. A poll that fails is repeated.
 *
 * @returns whether it is readable
 */
function isReadable(waitMs: number, untilMs: number): boolean {
  const set = new PollSet();
  set.add(STDIN, posix.POLLIN);
  let ready: readonly number[] | undefined;
  do ready = ignoringErrors(() => set.wait(waitMs));
  while (ready === undefined && monotonicMs() < untilMs);
  return (ready?.length ?? 0) > 0;
}
