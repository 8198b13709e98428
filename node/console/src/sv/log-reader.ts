/**
 * Reads the log of a service with the files of `sv logs`: across rotated files, and on as the log
 * grows. Lines are text, whatever bytes they have: nobody interprets them.
 */
import { type FSWatcher, watch } from "node:fs";
import { setImmediate as otherEvents } from "node:timers/promises";
import { NO_BYTES } from "../../../../base/bytes.ts";
import { rfc3339 } from "../../../../base/utc.ts";
import type { LogCursor } from "../../../../tools/sv/logs/log-cursor.ts";
import { UnreadableLog } from "../../../../tools/sv/logs/log-file.ts";
import { findLog } from "../../../../tools/sv/logs/log-place.ts";
import { LogSource } from "../../../../tools/sv/logs/log-source.ts";
import { stampOf, timeOfLabel } from "../../../../tools/sv/logs/stamp.ts";
import type { NamedService } from "../../../../tools/sv/service.ts";
import { textOf } from "./reader.ts";

/** A line is cut behind so many bytes: the log has the rest. */
const LINE_BYTES = 4_096;
const NEWLINE = 10;
const BLANK = 32;

export interface LogLine {
  /** RFC 3339; `undefined` if the logger writes no times. */
  readonly time?: string;
  /** The TAI64N label of the time, for the question of what was before. */
  readonly label?: string;
  readonly text: string;
}

interface LogQuestion {
  /** The last lines only, so many. */
  readonly count: number;
  /** Lines before this TAI64N label. */
  readonly before?: string | undefined;
  /** Lines that contain this, in either case. */
  readonly search?: string | undefined;
}

interface LogAnswer {
  readonly lines: readonly LogLine[];
  /** Why there are none, or not all. */
  readonly problem?: string;
}

/** Never rejects because of a log: what is wrong is the problem of the answer. */
export async function linesOf(service: NamedService, question: LogQuestion): Promise<LogAnswer> {
  const place = findLog(service);
  if ("missing" in place) return { lines: [], problem: textOf(place.missing) };
  const [directory = ""] = place.directories;
  const { count, before, search } = question;
  const wanted = search?.toLowerCase();
  let problem: string | undefined;
  let lines: LogLine[] = [];
  try {
    const source = new LogSource({
      name: "",
      directory,
      prefix: NO_BYTES,
      selection: { count: wanted ? undefined : count, since: undefined, until: before },
      isFollowed: false,
      onUnreadable: (message) => {
        problem = textOf(message);
      },
      onLost: () => {},
    });
    const cursor = source.selected(0, 1);
    while (cursor.advance()) {
      cursor.take(undefined);
      const found = linesIn(cursor.lines);
      const matching = wanted
        ? found.filter(({ text }) => text.toLowerCase().includes(wanted))
        : found;
      lines = [...lines, ...matching].slice(-count);
      await otherEvents();
    }
  } catch (error) {
    if (!(error instanceof UnreadableLog)) throw error;
    problem = textOf(error.message);
  }
  return problem === undefined ? { lines } : { lines, problem };
}

interface FollowerOptions {
  /** Lines that are there already: so many. */
  readonly count: number;
  readonly onLines: (lines: readonly LogLine[]) => void;
  readonly onProblem: (problem: string) => void;
}

/** Lines that come together are collected for so long. */
const COLLECT_MS = 50;

/** Follows the log of a service until {@link LogFollower.close}. */
export class LogFollower {
  readonly #onLines: FollowerOptions["onLines"];
  #source: LogSource | undefined;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(service: NamedService, { count, onLines, onProblem }: FollowerOptions) {
    this.#onLines = onLines;
    const place = findLog(service);
    if ("missing" in place) {
      onProblem(textOf(place.missing));
      return;
    }
    const [directory = ""] = place.directories;
    try {
      this.#source = new LogSource({
        name: "",
        directory,
        prefix: NO_BYTES,
        selection: { count, since: undefined, until: undefined },
        isFollowed: true,
        onUnreadable: (message) => onProblem(textOf(message)),
        onLost: () => onProblem("lines were deleted before they could be read"),
      });
      // Before the first look: what is written meanwhile is an event.
      this.#watcher = watch(Buffer.from(directory, "latin1"), () => this.#soon());
      this.#watcher.on("error", (error) => onProblem(error.message));
      const cursor = this.#source.selected(0, 1);
      this.#handAll(cursor);
      this.#read();
    } catch (error) {
      this.close();
      if (error instanceof UnreadableLog) onProblem(textOf(error.message));
      else if (isSystemError(error)) onProblem(error.message);
      else throw error;
    }
  }

  close(): void {
    this.#watcher?.close();
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#read();
    }, COLLECT_MS);
  }

  #read(): void {
    if (this.#source !== undefined) this.#handAll(this.#source.added(0));
  }

  #handAll(cursor: LogCursor<LogSource>): void {
    while (cursor.advance()) {
      cursor.take(undefined);
      const lines = linesIn(cursor.lines);
      if (lines.length > 0) this.#onLines(lines);
    }
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

function linesIn(bytes: Uint8Array): LogLine[] {
  const lines: LogLine[] = [];
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    lines.push(lineOf(bytes, start, end));
    start = end + 1;
  }
  return lines;
}

function lineOf(bytes: Uint8Array, start: number, end: number): LogLine {
  const stamp = stampOf(bytes, start, end);
  const isFirst = stamp !== undefined && stamp.start === 0;
  let from = isFirst ? start + stamp.end : start;
  if (isFirst && bytes[from] === BLANK) from += 1;
  const cut = Math.min(end, from + LINE_BYTES);
  const text = Buffer.from(bytes.subarray(from, cut)).toString() + (cut < end ? " ..." : "");
  if (stamp === undefined) return { text };
  return { time: rfc3339(timeOfLabel(stamp.label)), label: stamp.label, text };
}
