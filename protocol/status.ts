/**
 * What a supervisor publishes under `supervise/`: the 20-byte record in `status`, for sv and for
 * every program that reads daemontools' record, and the line of text in `stat`.
 *
 *     offset  size  field
 *          0     8  when ./run was started or the service went down: TAI64 label, big-endian
 *          8     4  the same moment's nanoseconds, big-endian
 *         12     4  process id, little-endian; 0 while nothing runs
 *         16     1  1 while paused, else 0
 *         17     1  'u' wanted up; 'd' wanted down, or told to exit
 *         18     1  1 from SIGTERM until the process is gone, else 0
 *         19     1  0 down, 1 run, 2 finish
 *
 * Pure: bytes in, values out.
 * Source: runit 2.1.2, supervise/status and supervise/stat of runsv(8); the first 18 bytes are
 * daemontools' supervise(8).
 */
import { labelWords, secondsOfLabel, type UnixTime } from "./tai.ts";

export const STATUS_BYTES = 20;
const PHASES = ["down", "run", "finish"] as const;
const WANTS: ReadonlyMap<number, "up" | "down"> = new Map([
  ["u".charCodeAt(0), "up"],
  ["d".charCodeAt(0), "down"],
]);

export type Phase = (typeof PHASES)[number];

export interface StatusRecord {
  readonly phase: Phase;
  readonly since: UnixTime;
  readonly pid: number; // 0 while nothing runs
  readonly want: "up" | "down";
  readonly paused: boolean;
  readonly termSent: boolean;
}

/** A file cut short, a longer one, or one that is not a status record. */
export class StatusFormatError extends RangeError {
  override readonly name = "StatusFormatError";
}

export function encodeStatus(record: StatusRecord): Uint8Array {
  const view = new DataView(new ArrayBuffer(STATUS_BYTES));
  for (const [index, word] of labelWords(record.since).entries()) view.setUint32(index * 4, word);
  view.setUint32(12, record.pid, true);
  view.setUint8(16, record.paused ? 1 : 0);
  view.setUint8(17, (record.want === "up" ? "u" : "d").charCodeAt(0));
  view.setUint8(18, record.termSent ? 1 : 0);
  view.setUint8(19, PHASES.indexOf(record.phase));
  return new Uint8Array(view.buffer);
}

/** @throws {StatusFormatError} unless `bytes` are 20, and the state, the wish and the pid are such as there can be. */
export function decodeStatus(bytes: Uint8Array): StatusRecord {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isWhole = bytes.length === STATUS_BYTES;
  const phase = isWhole ? PHASES[view.getUint8(19)] : undefined;
  const want = isWhole ? WANTS.get(view.getUint8(17)) : undefined;
  const pid = isWhole ? view.getInt32(12, true) : -1;
  if (phase === undefined || want === undefined || pid < 0) {
    const rule = `a record has ${STATUS_BYTES} bytes, a pid, "u" or "d" behind it, and 0, 1 or 2 at the end`;
    throw new StatusFormatError(`Cannot decode status [${bytes.join(" ")}]: ${rule}`);
  }
  return {
    phase,
    since: {
      seconds: secondsOfLabel(view.getUint32(0), view.getUint32(4)),
      nanoseconds: view.getUint32(8),
    },
    pid,
    want,
    paused: view.getUint8(16) !== 0,
    termSent: view.getUint8(18) !== 0,
  };
}

/** What `stat` tells beyond the record: "told to exit" has a word of its own here. */
export interface StatText {
  readonly phase: Phase;
  readonly want: "up" | "down" | "exit";
  readonly paused: boolean;
  readonly termSent: boolean;
}

/** The line in `supervise/stat`, such as `run, paused, want down`; what is wanted of a service that is down stays unsaid. */
export function statText({ phase, want, paused, termSent }: StatText): string {
  let text: string = phase;
  if (paused) text += ", paused";
  if (termSent) text += ", got TERM";
  if (phase !== "down" && want !== "up") text += `, want ${want}`;
  return `${text}\n`;
}
