/**
 * The state that a supervisor passes to the program that it becomes, when it re-execs in its own
 * place: the value of a variable of the environment, `RUNITS_HANDOVER`, words with numbers:
 *
 *     pid=4711 mask=1,2 home=5 locks=4 pipes=8,9 kept=3,6,7 text=10,11
 *
 * Processes and what is under supervise/ are taken over as from a supervisor that was killed; this is what only the
 * process itself has. Words that are not known are passed over, for the other side may be of another version.
 *
 * Pure: text in, values out.
 */

export const HANDOVER = "RUNITS_HANDOVER";

/** Another one for each format that a program of the one before cannot take over. */
export const HANDOVER_VERSION = 1;
/** The option by which an executable is asked whether it can take over; its operand is {@link HANDOVER_VERSION}. */
export const CAN_TAKE_OVER = "--can-take-over";

/** The line that answers this, of the tool that was asked; no other program prints it by chance. */
export function takeOverLine(tool: string): string {
  return `runits ${tool} can take over, format ${HANDOVER_VERSION}\n`;
}

/** Standard input, output and error are never handed over. */
const DESCRIPTOR_MIN = 3;
/** What an int has room for. */
const INT_MAX = 0x7fff_ffff;
/** No system has signals beyond. */
const SIGNAL_MAX = 128;

/** The two ends of a pipe, as descriptors. */
export type PipeEnds = readonly [reader: number, writer: number];

export interface Handover {
  /** The process that it is for. Whoever else has the variable in its environment has inherited it by accident. */
  readonly pid: number;
  /** The signals that the process was started with blocked. */
  readonly mask: readonly number[];
  /** The service directory of a runsv. */
  readonly home: number | undefined;
  /** Of a runsv, locked: nobody may take it for ended in the meantime. */
  readonly locks: readonly number[];
  /** Log pipes, which may have bytes in them that nobody else holds. */
  readonly pipes: readonly PipeEnds[];
  /** What is only to stay open until its like has been opened anew, so that nobody takes the supervisor for gone. */
  readonly kept: readonly number[];
  /** The pipe to the log in the command line. */
  readonly text: PipeEnds | undefined;
}

/** The value. */
export function handoverText({ pid, mask, home, locks, pipes, kept, text }: Handover): string {
  const words = [`pid=${pid}`, `mask=${mask.join()}`];
  if (home !== undefined) words.push(`home=${home}`);
  if (locks.length > 0) words.push(`locks=${locks.join()}`);
  words.push(`pipes=${pipes.flat().join()}`, `kept=${kept.join()}`);
  if (text !== undefined) words.push(`text=${text.join()}`);
  return words.join(" ");
}

/**
 * @returns `undefined` for what is no such value. Whether the descriptors are open, and what they are, it cannot know
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
  if (pid === undefined || pipes === undefined || text === undefined) return undefined;
  const [home] = numbers("home");
  const mask = numbers("mask");
  const kept = numbers("kept");
  if (!mask.every((signal) => signal >= 1 && signal <= SIGNAL_MAX)) return undefined;
  const locks = numbers("locks");
  const ends = [...numbers("pipes"), ...numbers("text")];
  const descriptors = [...numbers("home"), ...locks, ...ends, ...kept];
  if (!descriptors.every((fd) => fd >= DESCRIPTOR_MIN && fd <= INT_MAX)) return undefined;
  if (new Set(descriptors).size < descriptors.length) return undefined; // one would be closed twice
  return { pid, mask, home, locks, pipes, kept, text: text[0] };
}

function isNumber(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** @returns `undefined` where one is left over */
function pairs(numbers: readonly number[]): PipeEnds[] | undefined {
  const ends: PipeEnds[] = [];
  for (let at = 0; at < numbers.length; at += 2) {
    const [reader, writer] = numbers.slice(at, at + 2);
    if (reader === undefined || writer === undefined) return undefined;
    ends.push([reader, writer]);
  }
  return ends;
}
