/**
 * The output of a new word: text is collected, and written when there is enough of it. If the
 * reader has closed the pipe, the command ends silently with 0; after another failed write it ends
 * with a message, and fails.
 */
import * as posix from "posix";
import { isPosixError } from "../../../base/errors.ts";
import { PollSet } from "../../../base/poll-set.ts";
import { print, Report, STDERR, STDOUT } from "../../../base/report.ts";
import { type ColorWhen, coloured, isColoured, type Paint, plain } from "./style.ts";

/** The exit codes above it have meanings of their own. */
const FAILURES_MAX = 99;
const EXIT_FATAL = 100;
const WRITE_AT_BYTES = 16_384;
const POLL_NO_LIMIT = -1;

/** Thrown here, and caught by {@link printing}: these classes are this part's own. */
class ReaderGone extends Error {}
class Unwritten extends Error {}
class Fatal extends Error {}

export class WordOutput {
  readonly isTerminal: boolean = posix.isTerminal(STDOUT);
  readonly paint: Paint;
  readonly #report = new Report("sv", 0, (text) => print(STDERR, text));
  #failures = 0;
  /** A write has failed: that is reported once, and nothing more is written. */
  #isLost = false;
  #text = "";

  constructor(when: ColorWhen) {
    const { isTerminal } = this;
    const [noColor, term] = [posix.getenv("NO_COLOR"), posix.getenv("TERM")];
    this.paint = isColoured(when, { isTerminal, noColor, term }) ? coloured : plain;
  }

  /**
   * COLUMNS, or else the present width of the terminal; `undefined` in a pipe, where nothing is
   * cut.
   */
  get columns(): number | undefined {
    return this.isTerminal ? (columnsWanted() ?? posix.terminalColumns(STDOUT)) : undefined;
  }

  /** The number of failures, up to 99. */
  get exitCode(): number {
    return Math.min(FAILURES_MAX, this.#failures);
  }

  /** Adds failures that the caller reports. */
  countFailure(count = 1): void {
    this.#failures += count;
  }

  /** Reports on standard error, such as `unable to ...`, and counts a failure. */
  fail(text: string): void {
    this.countFailure();
    this.note(text);
  }

  /** Reports on standard error why nothing can be done, and ends the command. */
  fatal(text: string): never {
    this.note(`fatal: ${text}`);
    throw new Fatal();
  }

  /** Reports `count` failures in these lines, which may be fewer. */
  failAll(count: number, lines: readonly string[]): void {
    this.countFailure(count);
    for (const line of lines) this.note(line);
  }

  /** Reports on standard error, and counts nothing. */
  note(text: string): void {
    print(STDERR, `sv: ${text}\n`);
  }

  /** Reports on standard error that something may be missing, and counts nothing. */
  warn(text: string): void {
    this.note(`warning: ${text}`);
  }

  /** Adds a byte string. */
  write(text: string): void {
    this.#text += text;
    if (this.#text.length >= WRITE_AT_BYTES) this.flush();
  }

  line(text: string): void {
    this.write(`${text}\n`);
  }

  /** Writes what was added: a stream calls it after each line. */
  flush(): void {
    const text = this.#text;
    this.#text = "";
    this.#writeAll(text);
  }

  /** Writes what was added, and then `bytes`. */
  writeBytes(bytes: Uint8Array): void {
    this.flush();
    this.#writeAll(bytes);
  }

  #writeAll(content: string | Uint8Array): void {
    if (this.#isLost) throw new Unwritten();
    let rest = content;
    try {
      while (rest.length > 0) {
        const written = posix.write(STDOUT, rest);
        if (written === undefined) waitForRoom();
        else rest = rest.slice(written);
      }
    } catch (error) {
      if (isPosixError(error, "EPIPE")) throw new ReaderGone();
      if (!isPosixError(error)) throw error;
      this.#isLost = true;
      // The other failures have a meaning, such as the number of errors that were found.
      if (this.#failures === 0) this.countFailure();
      print(STDERR, this.#report.line("fatal", "unable to write to standard output", error));
      throw new Unwritten();
    }
  }
}

function columnsWanted(): number | undefined {
  const wanted = Number(posix.getenv("COLUMNS"));
  return Number.isSafeInteger(wanted) && wanted > 0 ? wanted : undefined;
}

/** Standard output may have been made non-blocking by another process that shares it. */
function waitForRoom(): void {
  const set = new PollSet();
  set.add(STDOUT, posix.POLLOUT);
  set.wait(POLL_NO_LIMIT);
}

/**
 * Runs `body`, which prints to `output`.
 *
 * @returns the exit code of the command
 */
export function printing(output: WordOutput, body: () => void): number {
  try {
    body();
    output.flush();
  } catch (error) {
    if (error instanceof ReaderGone) return 0;
    if (error instanceof Fatal) return EXIT_FATAL;
    if (!(error instanceof Unwritten)) throw error;
  }
  return output.exitCode;
}

/**
 * Prints a page of help, or another text that no service changes.
 *
 * @returns the exit code of the command
 */
export function printPage(page: string): number {
  posix.setDisposition(posix.SIGPIPE, "ignore"); // a write then fails with EPIPE
  const output = new WordOutput("never");
  return printing(output, () => output.write(page));
}
