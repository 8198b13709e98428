/**
 * The file `supervise/history`, which a supervisor of runits publishes beside runit's files: how
 * often ./run has exited, how and when it did last, the restart delay, and whether the service has
 * failed. Each line is a word and its values:
 *
 *     supervisor 4711
 *     endings 3
 *     ended 1 0 1795330442 123456789
 *     rest 4000
 *     failed 0
 *     asked 0
 *     final 7
 *     problem unable to start ./run: file does not exist
 *     ran 111 0 1795330442 3
 *
 * `supervisor` is the pid of the writer: once that process is gone, the file is out of date.
 * `ended` has the arguments of ./finish, code and status, and the Unix time, seconds and
 * nanoseconds; the line is missing before the first exit. `rest` is the restart delay in
 * milliseconds, counted from the time at which the service went down. `asked` is 1 if a command
 * had asked ./run to end. `final` is present if ./run
 * ended unasked and is not started again, with its exit code or 128 + signal. `problem` is present
 * if ./run could not be executed, and has the text of the message: printable ASCII, to the end of
 * the line. `ran` is there for each of the last runs: see past-runs.ts.
 *
 * The format grows without a version: a reader ignores unknown words, and extra values after those
 * that it knows. A word never changes its meaning; another meaning gets another word. The lines
 * down to `problem` are within the first 512 bytes, of which a reader of a former version reads no
 * more, so that it finds them whole.
 *
 * Pure: values in, text out, and back.
 */
import { runLines } from "./past-runs.ts";
import type { UnixTime } from "./tai.ts";

/** Runits writes no longer file. */
export const HISTORY_MAX_BYTES = 1_280;

const PROBLEM = "problem ";
/** The longest problem text that leaves room for the other lines. */
const PROBLEM_MAX = 320;

/** The largest pid, an int. */
const PID_MAX = 0x7fff_ffff;
const BYTE_MAX = 255;
const NANOSECONDS_MAX = 999_999_999;

/** The last exit before the first one. */
const NO_EXIT: ExitResult = { code: 0, status: 0 };

/** How ./run ended, as the arguments of ./finish; code -1 and status 0 if unknown. */
export interface ExitResult {
  /** 0 to 255, or -1 after a signal. */
  readonly code: number;
  /** The signal, plus 128 if it left a core file; 0 after an exit. */
  readonly status: number;
}

/** Added to the signal in the status argument of ./finish if the process left a core file. */
const CORE_BIT = 128;

/** A shell adds the number of the signal that killed a process. */
const EXIT_SIGNAL = 128;
const EXIT_UNKNOWN = 111;

/** How a process ended, as the host reports it. */
interface ProcessExit {
  readonly code: number | undefined;
  readonly signal: number | undefined;
  readonly core: boolean;
}

/** @param exit `undefined` if nobody knows how the process ended */
export function exitResult(exit: ProcessExit | undefined): ExitResult {
  const core = exit?.core === true ? CORE_BIT : 0;
  return { code: exit?.code ?? -1, status: (exit?.signal ?? 0) + core };
}

/** An exit in words, such as `code 1` or `signal 11 and a core file`. */
export function exitText({ code, status }: ExitResult): string {
  if (code >= 0) return `code ${code}`;
  if (status === 0) return "unknown"; // a supervisor took the process over from one that was killed
  return status < CORE_BIT ? `signal ${status}` : `signal ${status - CORE_BIT} and a core file`;
}

/** The exit code that a shell would give; 111, as for a program that cannot be run, if unknown. */
export function shellCode({ code, status }: ExitResult): number {
  if (code >= 0) return code;
  return status === 0 ? EXIT_UNKNOWN : EXIT_SIGNAL + (status % CORE_BIT);
}

export interface History {
  /** How often ./run has exited since the supervisor began. */
  readonly exitCount: number;
  readonly lastExit: ExitResult;
  /** The time of the last exit; `undefined` before the first one. */
  readonly lastExitAt: UnixTime | undefined;
  /** The restart delay, counted from the time in the status; 0 if there is none. */
  readonly restartDelayMs: number;
  /** The service has failed, and is not restarted without a command. */
  readonly failed: boolean;
  /** Why ./run could not be executed, if that is how it ended last. */
  readonly problem: string | undefined;
  /** The lines of the last runs: see past-runs.ts. */
  readonly runs: string;
  /** A command had asked ./run to end; `undefined` before the first exit. */
  readonly isAsked?: boolean | undefined;
  /**
   * The exit code of a tree for which the service is essential, as a shell would give it: set if
   * ./run has ended unasked and is not started again.
   */
  readonly finalCode?: number | undefined;
}

/** The content of the file. */
export interface HistoryRecord extends History {
  /** The process that wrote it. */
  readonly supervisor: number;
}

export function historyText({ supervisor, ...history }: HistoryRecord): string {
  const { exitCount, lastExit, lastExitAt, restartDelayMs, failed, problem, finalCode } = history;
  const { runs, isAsked } = history;
  let text = `supervisor ${supervisor}\nendings ${exitCount}\n`;
  if (lastExitAt !== undefined) {
    text += `ended ${lastExit.code} ${lastExit.status} ${lastExitAt.seconds} ${lastExitAt.nanoseconds}\n`;
  }
  text += `rest ${restartDelayMs}\nfailed ${failed ? 1 : 0}\n`;
  if (isAsked !== undefined) text += `asked ${isAsked ? 1 : 0}\n`;
  if (finalCode !== undefined) text += `final ${finalCode}\n`;
  if (problem !== undefined) text += `${PROBLEM}${problem.slice(0, PROBLEM_MAX)}\n`;
  return text + runs;
}

/** @returns `undefined` if the text is not a history file */
export function readHistory(text: string): HistoryRecord | undefined {
  const lines = new Map<string, number[]>();
  let problem: string | undefined;
  for (const line of text.split("\n")) {
    const [word = "", ...values] = line.split(" ");
    lines.set(word, values.map(Number));
    if (line.startsWith(PROBLEM)) problem = textIn(line.slice(PROBLEM.length));
  }
  const one = (word: string, max: number) => numberIn(lines.get(word)?.[0], 0, max);
  const supervisor = one("supervisor", PID_MAX);
  const exitCount = one("endings", Number.MAX_SAFE_INTEGER);
  const restartDelayMs = one("rest", Number.MAX_SAFE_INTEGER);
  if (supervisor === undefined || exitCount === undefined || restartDelayMs === undefined) {
    return undefined;
  }
  if (supervisor === 0) return undefined;
  const failed = one("failed", 1) === 1;
  const asked = one("asked", 1);
  const finalCode = one("final", BYTE_MAX);
  const common = {
    supervisor,
    exitCount,
    restartDelayMs,
    failed,
    problem,
    runs: runLines(text),
    ...(asked !== undefined && { isAsked: asked === 1 }),
    ...(finalCode !== undefined && { finalCode }),
  };
  const last = lines.get("ended");
  if (last === undefined) return { ...common, lastExit: NO_EXIT, lastExitAt: undefined };
  const code = numberIn(last[0], -1, BYTE_MAX);
  const status = numberIn(last[1], 0, BYTE_MAX);
  const seconds = numberIn(last[2], -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const nanoseconds = numberIn(last[3], 0, NANOSECONDS_MAX);
  if (code === undefined || status === undefined) return undefined;
  if (seconds === undefined || nanoseconds === undefined) return undefined;
  return { ...common, lastExit: { code, status }, lastExitAt: { seconds, nanoseconds } };
}

/** A whole number within these bounds; `undefined` for any other value. */
function numberIn(value: number | undefined, min: number, max: number): number | undefined {
  if (value === undefined || !Number.isInteger(value)) return undefined;
  return min <= value && value <= max ? value : undefined;
}

/** Accepts printable text only, because the text comes from a file and goes to a terminal. */
function textIn(text: string): string | undefined {
  const isShown = [...text].every((character) => character >= " " && character <= "~");
  return isShown && text !== "" ? text : undefined;
}
