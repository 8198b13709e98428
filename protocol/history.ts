/**
 * What a supervisor of ours publishes in `supervise/history`, beside what runit's publishes: how often ./run
 * has ended, how and when it did last, how long the service rests before its next start, and whether it is
 * not started any more. Lines of a word and what it tells:
 *
 *     supervisor 4711
 *     endings 3
 *     ended 1 0 1795330442 123456789
 *     rest 4000
 *     failed 0
 *     problem unable to start ./run: file does not exist
 *
 * `supervisor` is the process that wrote it: where that is gone, so is what the file says. `ended` has what
 * ./finish is told, code and status, and the Unix time, seconds and
 * nanoseconds; there is none before the first end. `rest` is in
 * milliseconds from when the service went down. `problem` is there if ./run could not be executed, and has the text of the
 * message: printable ASCII, to the end of the line.
 *
 * The format grows without a version: a reader passes over words that it does not know, and over values behind those that
 * it knows. A word never changes its meaning; another meaning gets another word. `problem` is the last line, so that a
 * reader of a former version, which reads {@link HISTORY_MAX_BYTES}, finds the others whole.
 *
 * Pure: values in, text out, and back.
 */
import type { UnixTime } from "./tai.ts";

/** A longer file is none of ours. */
export const HISTORY_MAX_BYTES = 512;

const PROBLEM = "problem ";
/** Leaves room for the other lines. */
const PROBLEM_MAX = 320;

/** What a process id, an int, has room for. */
const PID_MAX = 0x7fff_ffff;
const BYTE_MAX = 255;
const NANOSECONDS_MAX = 999_999_999;

/** How ./run ended, as the arguments of ./finish say it; code -1 and status 0 if nobody knows. */
export interface End {
  /** 0 to 255, or -1 after a signal. */
  readonly code: number;
  /** The signal, plus 128 if it left a core file; 0 after an exit. */
  readonly status: number;
}

export interface History {
  /** How often ./run has ended since the supervisor began. */
  readonly endings: number;
  readonly ended: End;
  /** When that was; `undefined` before the first time. */
  readonly endedAt: UnixTime | undefined;
  /** From the time in the status to the next start of its own; 0 where there is no rest. */
  readonly restMs: number;
  /** It died too often, and is not started again by itself. */
  readonly failed: boolean;
  /** Why ./run could not be executed, where that is how it ended last. */
  readonly problem: string | undefined;
}

/** What the file tells. */
export interface HistoryRecord extends History {
  /** The process that wrote it. */
  readonly supervisor: number;
}

export function historyText({ supervisor, ...history }: HistoryRecord): string {
  const { endings, ended, endedAt, restMs, failed, problem } = history;
  let text = `supervisor ${supervisor}\nendings ${endings}\n`;
  if (endedAt !== undefined) {
    text += `ended ${ended.code} ${ended.status} ${endedAt.seconds} ${endedAt.nanoseconds}\n`;
  }
  text += `rest ${restMs}\nfailed ${failed ? 1 : 0}\n`;
  return problem === undefined ? text : `${text}${PROBLEM}${problem.slice(0, PROBLEM_MAX)}\n`;
}

/** @returns `undefined` for a text that is no such file */
export function readHistory(text: string): HistoryRecord | undefined {
  const lines = new Map<string, number[]>();
  let problem: string | undefined;
  for (const line of text.split("\n")) {
    const [word = "", ...values] = line.split(" ");
    lines.set(word, values.map(Number));
    if (line.startsWith(PROBLEM)) problem = textIn(line.slice(PROBLEM.length));
  }
  const one = (word: string, max: number) => valueIn(lines.get(word)?.[0], 0, max);
  const supervisor = one("supervisor", PID_MAX);
  const endings = one("endings", Number.MAX_SAFE_INTEGER);
  const restMs = one("rest", Number.MAX_SAFE_INTEGER);
  if (supervisor === undefined || endings === undefined || restMs === undefined) return undefined;
  if (supervisor === 0) return undefined;
  const common = { supervisor, endings, restMs, failed: one("failed", 1) === 1, problem };
  const last = lines.get("ended");
  if (last === undefined) return { ...common, ended: { code: 0, status: 0 }, endedAt: undefined };
  const code = valueIn(last[0], -1, BYTE_MAX);
  const status = valueIn(last[1], 0, BYTE_MAX);
  const seconds = valueIn(last[2], -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const nanoseconds = valueIn(last[3], 0, NANOSECONDS_MAX);
  if (code === undefined || status === undefined) return undefined;
  if (seconds === undefined || nanoseconds === undefined) return undefined;
  return { ...common, ended: { code, status }, endedAt: { seconds, nanoseconds } };
}

/** A whole number within these bounds; `undefined` for any other value. */
function valueIn(value: number | undefined, min: number, max: number): number | undefined {
  if (value === undefined || !Number.isInteger(value)) return undefined;
  return min <= value && value <= max ? value : undefined;
}

/** It comes from a file, and goes to a terminal. */
function textIn(text: string): string | undefined {
  const isShown = [...text].every((character) => character >= " " && character <= "~");
  return isShown && text !== "" ? text : undefined;
}
