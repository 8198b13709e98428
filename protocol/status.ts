/**
 * The status record and the stat line that a supervisor publishes under `supervise/`: the 20 bytes
 * of `status`, for sv and for every program that reads daemontools' record, and the line of text in
 * `stat`.
 *
 *     offset  size  field
 *          0     8  when ./run was started or the service went down: TAI64 label, big-endian
 *          8     4  the same moment's nanoseconds, big-endian
 *         12     4  process id, little-endian; 0 while nothing runs
 *         16     1  1 while paused, else 0
 *         17     1  'u' wanted up; 'd' wanted down or exit
 *         18     1  1 from SIGTERM until the process is gone, else 0
 *         19     1  0 down, 1 run, 2 finish
 *
 * Pure: byte strings in, values out.
 * Source: runit 2.1.2, supervise/status and supervise/stat of runsv(8); the first 18 bytes are
 * daemontools' supervise(8).
 */
import { labelWords, secondsOfLabel, type UnixTime } from "./tai.ts";

export const STATUS_BYTES = 20;
const PHASES = ["down", "run", "finish"] as const;
const UP = 0x75; // "u"
const DOWN = 0x64; // "d"
const WANTS: Readonly<Record<string, "up" | "down">> = { u: "up", d: "down" };

export type Phase = (typeof PHASES)[number];

export interface StatusRecord {
  readonly phase: Phase;
  readonly since: UnixTime;
  readonly pid: number; // 0 while nothing runs
  readonly want: "up" | "down";
  readonly paused: boolean;
  readonly termSent: boolean;
}

/** Bytes that are not a status record, including a file that is too short or too long. */
export class StatusFormatError extends RangeError {
  override readonly name = "StatusFormatError";
}

/**
 * Makes no arrays of bytes, and one string: each start of a process encodes a record.
 *
 * @param state its want may also be `exit`, which the record does not distinguish from `down`
 */
export function encodeStatus(state: StatFlags & Pick<StatusRecord, "since" | "pid">): string {
  const { since, pid, want, paused, termSent, phase } = state;
  const words = labelWords(since);
  const high = words[0];
  const low = words[1];
  const nanoseconds = words[2];
  return String.fromCharCode(
    high >>> 24,
    (high >>> 16) & 0xff,
    (high >>> 8) & 0xff,
    high & 0xff,
    low >>> 24,
    (low >>> 16) & 0xff,
    (low >>> 8) & 0xff,
    low & 0xff,
    nanoseconds >>> 24,
    (nanoseconds >>> 16) & 0xff,
    (nanoseconds >>> 8) & 0xff,
    nanoseconds & 0xff,
    pid & 0xff,
    (pid >>> 8) & 0xff,
    (pid >>> 16) & 0xff,
    pid >>> 24,
    paused ? 1 : 0,
    want === "up" ? UP : DOWN,
    termSent ? 1 : 0,
    PHASES.indexOf(phase),
  );
}

/** @throws {StatusFormatError} it does not have 20 bytes, or its state, want or pid is not valid */
export function decodeStatus(bytes: string): StatusRecord {
  const isWhole = bytes.length === STATUS_BYTES;
  const phase = PHASES[bytes.charCodeAt(19)];
  const want = WANTS[bytes.charAt(17)];
  const pid = readLittleEndian(bytes, 12);
  if (!isWhole || phase === undefined || want === undefined || pid < 0) {
    const rule = `a record has ${STATUS_BYTES} bytes, a pid, "u" or "d" behind it, and 0, 1 or 2 at the end`;
    const found = Array.from(bytes, (byte) => byte.charCodeAt(0)).join(" ");
    throw new StatusFormatError(`Cannot decode status [${found}]: ${rule}`);
  }
  return {
    phase,
    since: {
      seconds: secondsOfLabel(readBigEndian(bytes, 0), readBigEndian(bytes, 4)),
      nanoseconds: readBigEndian(bytes, 8),
    },
    pid,
    want,
    paused: bytes.charCodeAt(16) !== 0,
    termSent: bytes.charCodeAt(18) !== 0,
  };
}

/** @returns `undefined` if the bytes are no record, whoever wrote them */
export function statusIn(bytes: string): StatusRecord | undefined {
  try {
    return decodeStatus(bytes);
  } catch (error) {
    if (error instanceof StatusFormatError) return undefined;
    throw error;
  }
}

/** Four bytes, unsigned. */
function readBigEndian(bytes: string, at: number): number {
  const high = (bytes.charCodeAt(at) << 8) | bytes.charCodeAt(at + 1);
  return high * 0x1_0000 + ((bytes.charCodeAt(at + 2) << 8) | bytes.charCodeAt(at + 3));
}

/** Four bytes, signed. */
function readLittleEndian(bytes: string, at: number): number {
  const low = bytes.charCodeAt(at) | (bytes.charCodeAt(at + 1) << 8);
  return low | (bytes.charCodeAt(at + 2) << 16) | (bytes.charCodeAt(at + 3) << 24);
}

const STAT_WANTS = ["up", "down", "exit"] as const;

/** The content of `stat`, in which the want `exit` is distinct from `down`. */
export interface StatFlags {
  readonly phase: Phase;
  readonly want: (typeof STAT_WANTS)[number];
  readonly paused: boolean;
  readonly termSent: boolean;
}

/**
 * The line in `supervise/stat`, such as `run, paused, want down`; it omits the want of a service
 * that is down.
 */
export function statText({ phase, want, paused, termSent }: StatFlags): string {
  let text: string = phase;
  if (paused) text += ", paused";
  if (termSent) text += ", got TERM";
  if (phase !== "down" && want !== "up") text += `, want ${want}`;
  return `${text}\n`;
}

/**
 * Reads the line of `stat`. A service that is down counts as wanted up, because its line has no
 * want.
 *
 * @returns `undefined` if the text is not such a line
 */
export function readStat(text: string): StatFlags | undefined {
  const phase = PHASES.find((name) => text.startsWith(name));
  if (phase === undefined || !text.endsWith("\n")) return undefined;
  const want = STAT_WANTS.find((name) => text.endsWith(`, want ${name}\n`)) ?? "up";
  const paused = text.includes(", paused");
  return { phase, want, paused, termSent: text.includes(", got TERM") };
}
