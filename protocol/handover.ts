/**
 * The handover: the state that a process passes to itself across a re-exec. It is the value of the
 * environment variable `RUNITS_HANDOVER`, words with numbers:
 *
 *     pid=4711 mask=1,2 home=5 locks=4 pipes=8,9 kept=3,6,7 text=10,11 scanned=12 children=4712
 *
 * Processes and the files under supervise/ are taken over as from a supervisor that was killed; the
 * handover holds only the state that the process alone has. The words `kept`, `text` and `children`
 * are {@link Handover.fifos}, {@link Handover.titlePipe} and {@link HandedOverTree.supervisors}.
 * Unknown words are ignored, because the other side may be of another version.
 *
 * Pure: text in, values out.
 */

export const HANDOVER = "RUNITS_HANDOVER";

/** Incremented for each format that a program of the version before cannot take over. */
export const HANDOVER_VERSION = 1;
/**
 * The option that asks an executable whether it can take over. Its operand is
 * {@link HANDOVER_VERSION}.
 */
export const CAN_TAKE_OVER = "--can-take-over";

/**
 * The line with which `tool` answers {@link CAN_TAKE_OVER}; no other program prints it by chance.
 */
export function takeOverLine(tool: string): string {
  return `runits ${tool} can take over, format ${HANDOVER_VERSION}\n`;
}

/** Standard input, output and error are never handed over. */
const DESCRIPTOR_MIN = 3;
/** The largest int. */
const INT_MAX = 0x7fff_ffff;
/** The largest signal number of any system. */
const SIGNAL_MAX = 128;
/**
 * So many supervisors at most are handed over: a variable of the environment has room for 128 KiB.
 */
const SUPERVISORS_MAX = 8_000;

/** The two ends of a pipe, as descriptors. */
export type PipeEnds = readonly [reader: number, writer: number];

/** A descriptor by which a process of ./run reports readiness. */
export type ReportEnd = readonly [fd: number, pid: number];

/** What may hold bytes that no other process has. */
export interface HandedOverBytes {
  /** Log pipes, which may hold the only copy of unread bytes. */
  readonly pipes: readonly PipeEnds[];
  /** Pipes of `notification-fd` and sockets of `notify-socket`. */
  readonly reports: readonly ReportEnd[];
}

/** The state of a runsvdir that its supervisors share. */
export interface HandedOverTree extends HandedOverBytes {
  /**
   * The pids of the supervisors that are its children. They stay its children across the re-exec,
   * and one whose supervise/ was removed can be found by nothing else.
   */
  readonly supervisors: readonly number[];
}

export interface Handover extends HandedOverTree {
  /**
   * The process that it is meant for. Any other process with the variable in its environment has
   * inherited it by accident.
   */
  readonly pid: number;
  /** The signals that were blocked when the process was started. */
  readonly mask: readonly number[];
  /** The service directory, for a runsv. */
  readonly home: number | undefined;
  /** The scanned directory that a runsv's service directory is in, if it is known. */
  readonly scanned: number | undefined;
  /** The locks of a runsv, still locked: no other program may take it for ended in the meantime. */
  readonly locks: readonly number[];
  /**
   * The FIFOs, which stay open only until the new program has opened them again, so that nobody
   * takes the supervisor for gone.
   */
  readonly fifos: readonly number[];
  /** The pipe to the log that runsvdir shows in its command line. */
  readonly titlePipe: PipeEnds | undefined;
}

/** The value of the variable. */
export function handoverText(handover: Handover): string {
  const { pid, mask, home, scanned, locks, pipes, fifos, reports, titlePipe } = handover;
  const supervisors = handover.supervisors.slice(0, SUPERVISORS_MAX);
  const words = [`pid=${pid}`, `mask=${mask.join()}`];
  if (home !== undefined) words.push(`home=${home}`);
  if (locks.length > 0) words.push(`locks=${locks.join()}`);
  words.push(`pipes=${pipes.flat().join()}`, `kept=${fifos.join()}`);
  if (titlePipe !== undefined) words.push(`text=${titlePipe.join()}`);
  if (scanned !== undefined) words.push(`scanned=${scanned}`);
  if (reports.length > 0) words.push(`reports=${reports.flat().join()}`);
  if (supervisors.length > 0) words.push(`children=${supervisors.join()}`);
  return words.join(" ");
}

/**
 * @returns `undefined` if the value is malformed. Does not check the descriptors: it cannot know
 * whether they are open, or which files they refer to
 */
export function readHandover(value: string): Handover | undefined {
  const words = new Map<string, readonly number[]>();
  for (const part of value.split(" ")) {
    const [word = "", numbers = ""] = part.split("=");
    words.set(word, numbers === "" ? [] : numbers.split(",").map(Number));
  }
  if (![...words.values()].flat().every(isNumber)) return undefined;
  const numbers = (word: string) => words.get(word) ?? [];
  const [pid] = numbers("pid");
  const pipes = pairs(numbers("pipes"));
  const text = pairs(numbers("text"));
  const reports = pairs(numbers("reports"));
  if (pid === undefined || pipes === undefined || text === undefined) return undefined;
  if (reports === undefined) return undefined;
  const [home] = numbers("home");
  const [scanned] = numbers("scanned");
  const mask = numbers("mask");
  const fifos = numbers("kept");
  if (!mask.every((signal) => signal >= 1 && signal <= SIGNAL_MAX)) return undefined;
  const locks = numbers("locks");
  const reporting = reports.map(([fd]) => fd);
  const ends = [...numbers("pipes"), ...numbers("text"), ...reporting];
  const descriptors = [...numbers("home"), ...numbers("scanned"), ...locks, ...ends, ...fifos];
  if (!descriptors.every((fd) => fd >= DESCRIPTOR_MIN && fd <= INT_MAX)) return undefined;
  if (new Set(descriptors).size < descriptors.length) return undefined; // closed twice
  const titlePipe = text[0];
  const supervisors = numbers("children");
  if (!supervisors.every((child) => child >= 1 && child <= INT_MAX)) return undefined;
  return { pid, mask, home, scanned, locks, pipes, fifos, reports, titlePipe, supervisors };
}

function isNumber(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** @returns `undefined` if the count is odd */
function pairs(numbers: readonly number[]): PipeEnds[] | undefined {
  const ends: PipeEnds[] = [];
  for (let at = 0; at < numbers.length; at += 2) {
    const [reader, writer] = numbers.slice(at, at + 2);
    if (reader === undefined || writer === undefined) return undefined;
    ends.push([reader, writer]);
  }
  return ends;
}
