/** The lines of a service's log, by the code of `sv logs`. */
import { setImmediate as othersRun } from "node:timers/promises";
import { NEWLINE } from "../../../base/bytes.ts";
import { rfc3339 } from "../../../base/utc.ts";
import { tai64nLabel } from "../../../protocol/tai.ts";
import type { LogCursor } from "../../../tools/sv/logs/log-cursor.ts";
import { UnreadableLog } from "../../../tools/sv/logs/log-file.ts";
import { findLog } from "../../../tools/sv/logs/log-place.ts";
import type { Selection } from "../../../tools/sv/logs/log-range.ts";
import { LogSource } from "../../../tools/sv/logs/log-source.ts";
import { Merge } from "../../../tools/sv/logs/merge.ts";
import { stampOf, timeOfLabel } from "../../../tools/sv/logs/stamp.ts";
import type { NamedService } from "../../../tools/sv/service.ts";
import { fromBytes } from "./byte-strings.ts";
import type { CallOptions } from "./call.ts";
import { ServiceError } from "./service-error.ts";
import { NodeServiceEvents } from "./service-events.ts";

export interface LogLine {
  /** The name of the service. */
  readonly service: string;
  /** RFC 3339 with nanoseconds, if the line begins with a time stamp. */
  readonly time: string | undefined;
  /** The same in milliseconds since 1970. */
  readonly timeMs: number | undefined;
  /** Without the time stamp; bytes that are not UTF-8 are U+FFFD. */
  readonly line: string;
}

export interface LogOptions extends CallOptions {
  /** Goes on with the lines that come. */
  readonly follow?: boolean | undefined;
  /** The last lines only, so many; 10 without `sinceMs` and `untilMs`. `Infinity`: all. */
  readonly lines?: number | undefined;
  /** Lines of this time or later. */
  readonly sinceMs?: number | undefined;
  /** Lines before this time. */
  readonly untilMs?: number | undefined;
  /** Called if rotated files were deleted before they were read. */
  readonly onLost?: (() => void) | undefined;
}

const LINES = 10;
/** After so many lines other callbacks run. */
const LINES_AT_ONCE = 512;
const NO_PREFIX = new Uint8Array(0);
const SPACE = 0x20;

/** @internal */
export async function* readLog(
  service: NamedService,
  options: LogOptions,
  ended: AbortSignal,
): AsyncGenerator<LogLine, undefined> {
  const { signal, timeoutMs, follow = false } = options;
  signal?.throwIfAborted();
  const name = fromBytes(service.name);
  const selection = selectionOf(options);
  const log = new OpenLog(service, selection, follow, options.onLost ?? (() => {}));
  const wake = new Wake(log.directories, follow);
  let isTimeout = false;
  const timer = startTimer(timeoutMs, () => {
    isTimeout = true;
    wake.call();
  });
  signal?.addEventListener("abort", wake.call);
  ended.addEventListener("abort", wake.call);
  const hasEnded = (): boolean => {
    signal?.throwIfAborted();
    if (isTimeout) {
      const text = `its log was read for ${timeoutMs} ms`;
      throw new ServiceError({ code: "TIMEOUT", service: name, text });
    }
    return ended.aborted;
  };
  try {
    let count = 0;
    for (let blocks = log.selected(); ; blocks = log.added()) {
      for (const lines of blocks) {
        for (const line of linesIn(name, lines)) {
          yield line;
          count += 1;
          if (count % LINES_AT_ONCE === 0) await othersRun();
          if (hasEnded()) return;
        }
      }
      if (!follow || hasEnded()) return;
      await wake.called();
      if (hasEnded()) return;
    }
  } catch (error) {
    throw error instanceof UnreadableLog ? unreadable(name, error) : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", wake.call);
    ended.removeEventListener("abort", wake.call);
    wake.end();
    log.close();
  }
}

function startTimer(timeoutMs: number | undefined, run: () => void): NodeJS.Timeout | undefined {
  if (timeoutMs === undefined || !Number.isFinite(timeoutMs)) return undefined;
  return setTimeout(run, timeoutMs);
}

function selectionOf({ lines, sinceMs, untilMs }: LogOptions): Selection {
  const isRange = sinceMs !== undefined || untilMs !== undefined;
  const count = lines ?? (isRange ? Number.POSITIVE_INFINITY : LINES);
  if (Number.isNaN(count) || count < 0) throw new RangeError(`not a number of lines: ${count}`);
  return {
    count: Number.isFinite(count) ? Math.floor(count) : undefined,
    since: labelOf(sinceMs),
    until: labelOf(untilMs),
  };
}

function labelOf(timeMs: number | undefined): string | undefined {
  if (timeMs === undefined) return undefined;
  const seconds = Math.floor(timeMs / 1_000);
  return tai64nLabel({ seconds, nanoseconds: Math.floor((timeMs - seconds * 1_000) * 1_000_000) });
}

function unreadable(service: string, error: UnreadableLog): ServiceError {
  const code = error.isDenied ? "ACCESS_DENIED" : "FAILED";
  return new ServiceError({ code, service, text: fromBytes(error.message), cause: error });
}

/** The log of a service, in one directory or several. */
class OpenLog {
  readonly directories: readonly string[];
  readonly #sources: LogSource[] = [];

  /** @throws {ServiceError} it has none */
  constructor(
    service: NamedService,
    selection: Selection,
    isFollowed: boolean,
    onLost: () => void,
  ) {
    const name = fromBytes(service.name);
    const place = findLog(service);
    if ("missing" in place) {
      throw new ServiceError({ code: "FAILED", service: name, text: fromBytes(place.missing) });
    }
    this.directories = place.directories;
    const onUnreadable = (message: string): void => {
      throw new ServiceError({ code: "FAILED", service: name, text: fromBytes(message) });
    };
    try {
      for (const directory of this.directories) {
        const files = { name: service.name, directory, prefix: NO_PREFIX };
        const options = { ...files, selection, isFollowed, onUnreadable, onLost };
        this.#sources.push(new LogSource(options));
      }
    } catch (error) {
      this.close();
      throw error instanceof UnreadableLog ? unreadable(name, error) : error;
    }
  }

  *selected(): Generator<Uint8Array> {
    const count = this.#sources.length;
    const cursors = this.#sources.map((source, order) => source.selected(order, count));
    yield* mergedLines(cursors);
  }

  *added(): Generator<Uint8Array> {
    yield* mergedLines(this.#sources.map((source, order) => source.added(order)));
  }

  close(): void {
    for (const source of this.#sources) source.close();
  }
}

function* mergedLines(cursors: readonly LogCursor<LogSource>[]): Generator<Uint8Array> {
  const merge = new Merge(cursors);
  for (let taken = merge.next(); taken !== undefined; taken = merge.next()) yield taken.lines;
}

function* linesIn(service: string, lines: Uint8Array): Generator<LogLine> {
  // Valid until the next block is read.
  const block = Buffer.from(lines);
  for (let at = 0; at < block.length; ) {
    const end = block.indexOf(NEWLINE, at);
    const stamp = stampOf(block, at, end);
    const time = stamp && timeOfLabel(stamp.label);
    let start = at;
    if (stamp?.start === 0) {
      start += stamp.end;
      if (block[start] === SPACE) start += 1;
    }
    yield {
      service,
      time: time && rfc3339(time),
      timeMs: time && time.seconds * 1_000 + Math.floor(time.nanoseconds / 1_000_000),
      line: block.toString("utf8", start, end),
    };
    at = end + 1;
  }
}

/** Waits until a log may have grown. */
class Wake {
  readonly #directories: readonly string[];
  readonly #events = new NodeServiceEvents();
  #isCalled = false;
  #resolve: (() => void) | undefined;

  constructor(directories: readonly string[], isFollowed: boolean) {
    this.#directories = directories;
    if (isFollowed) this.#watch();
  }

  readonly call = (): void => {
    this.#isCalled = true;
    this.#resolve?.();
  };

  /** Resolves at once if there was a call since the last time. */
  async called(): Promise<void> {
    if (!this.#isCalled) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
      });
    }
    this.#isCalled = false;
    this.#resolve = undefined;
    this.#watch(); // the directory may have been replaced
  }

  end(): void {
    this.#events.end();
  }

  #watch(): void {
    for (const directory of this.#directories) {
      if (this.#events.watch(directory, undefined, this.call)) this.#events.endPoll(this.call);
      else this.#events.poll(this.call);
    }
  }
}
