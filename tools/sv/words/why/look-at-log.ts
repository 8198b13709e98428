/**
 * The last lines of a service's log, or of the output that runsv keeps.
 */
import * as posix from "posix";
import { bytesOf, NO_BYTES, textOf } from "../../../../base/bytes.ts";
import { ignoringErrors } from "../../../../base/errors.ts";
import { quoted, shown } from "../../../../base/quoted.ts";
import { pastRuns } from "../../../../protocol/past-runs.ts";
import type { UnixTime } from "../../../../protocol/tai.ts";
import { keptOutput, readOutput } from "../../logs/kept-output.ts";
import { UnreadableLog } from "../../logs/log-file.ts";
import { CURRENT } from "../../logs/log-names.ts";
import { findLog } from "../../logs/log-place.ts";
import { LogSource } from "../../logs/log-source.ts";
import { stampOf } from "../../logs/stamp.ts";
import type { NamedService } from "../../service.ts";
import type { LiveFacts } from "../service-view.ts";
import type { OutputFacts } from "./facts.ts";

const LINES = 10;
/** Longer lines are cut: the log has the rest. */
const LINE_MAX = 200;
const WORDS_MAX = 120;
/** The times of files are by a clock of the kernel that lags behind. */
const CLOCK_MS = 50;

/** @param live the state of the service, if it has a supervisor */
export function logEnd(service: NamedService, live: LiveFacts | undefined): OutputFacts {
  const place = findLog(service);
  if ("missing" in place) {
    // runit's runsv keeps none: what is there is of a former supervisor.
    const kept = live?.isOurs === false ? undefined : keptOutput(service);
    if (kept !== undefined) {
      const isThere = ignoringErrors(() => service.has("supervise/output")) !== false;
      const end = isThere ? lastLines(() => readOutput(kept)) : NOTHING;
      const place = `${quoted(kept)}${end.lines.length === 0 ? ": nothing yet" : ""}`;
      const words = wordsIn(end, kept, service, live);
      return { ...end, place, words, file: kept, directory: undefined, isLost: false };
    }
    // Only a main service can have keep-output.
    const isMain = !service.name.endsWith("/log");
    const isLost = isMain && ignoringErrors(() => service.has("log")) === false;
    const none = { words: undefined, file: undefined, directory: undefined };
    return { ...NOTHING, ...none, place: place.missing, isLost };
  }
  const [directory = ""] = place.directories;
  const end = lastLines(() => readEnd(directory));
  const words = wordsIn(end, `${directory}/${CURRENT}`, service, live);
  return { ...end, place: quoted(directory), words, file: undefined, directory, isLost: false };
}

/** The last lines of a text. */
interface OutputEnd {
  readonly lines: readonly string[];
  readonly isWhole: boolean;
  /** The last one that says something, without its time. */
  readonly last: string | undefined;
}

const NOTHING: OutputEnd = { lines: [], isWhole: true, last: undefined };

/** @param read throws {UnreadableLog} */
function lastLines(read: () => string): OutputEnd {
  let text: string;
  try {
    text = read();
  } catch (error) {
    if (!(error instanceof UnreadableLog)) throw error;
    return { ...NOTHING, lines: [error.message] };
  }
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const last = lines.map(withoutStamp).findLast(saysSomething);
  return {
    lines: lines.slice(-LINES).map((line) => cut(line, LINE_MAX)),
    isWhole: lines.length <= LINES && lines.every((line) => line.length <= LINE_MAX),
    last: last && cut(last, WORDS_MAX),
  };
}

function cut(line: string, most: number): string {
  const start = shown(line.slice(0, most));
  return line.length > most ? `${start}..` : start;
}

function withoutStamp(line: string): string {
  const bytes = bytesOf(line);
  const stamp = stampOf(bytes, 0, bytes.length);
  // In a line of JSON the time stands within.
  return (stamp?.start === 0 ? line.slice(stamp.end) : line).trim();
}

/** Not a line of a stack trace, or what Node.js prints below one. */
function saysSomething(line: string): boolean {
  const hasLetters = line.toLowerCase() !== line.toUpperCase();
  return hasLetters && !line.startsWith("at ") && !line.startsWith("Node.js v");
}

/**
 * The last words of the last run: the file was changed during that run, or soon after it, and not
 * by ./finish or the next run.
 */
function wordsIn(
  { last }: OutputEnd,
  file: string,
  service: NamedService,
  live: LiveFacts | undefined,
): string | undefined {
  const ended = live?.history?.lastExitAt;
  const [run] = pastRuns(live?.history?.runs ?? "");
  if (live === undefined || ended === undefined || run === undefined) return undefined;
  if (ignoringErrors(() => service.has("finish")) !== false) return undefined;
  const found = ignoringErrors(() => posix.stat(posix.AT_FDCWD, file, 0));
  if (found === undefined) return undefined;
  const writtenMs = found.mtimeS * 1_000 + found.mtimeNs / 1_000_000;
  const isOfNext = live.record.phase === "run" && writtenMs >= msOf(live.record.since);
  return isOfNext || writtenMs < msOf(ended) - run.ranMs - CLOCK_MS ? undefined : last;
}

function msOf({ seconds, nanoseconds }: UnixTime): number {
  return seconds * 1_000 + nanoseconds / 1_000_000;
}

/** @throws {UnreadableLog} */
function readEnd(directory: string): string {
  const selection = { count: LINES, since: undefined, until: undefined };
  const source = new LogSource({
    name: "",
    directory,
    prefix: NO_BYTES,
    selection,
    isFollowed: false,
    onUnreadable: () => {},
    onLost: () => {},
  });
  let text = "";
  ignoringErrors(() => {
    for (const bytes of source.selectedBytes()) text += textOf(bytes);
  });
  return text;
}
