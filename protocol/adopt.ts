/**
 * The record by which a supervisor takes over the process of one that died: `supervise/adopt`. It says which
 * process it is, beyond its number, and what `status` has no room for.
 *
 * A line of JSON, with blanks up to a fixed length: the next record is written over it in one write, which
 * needs no room on a full disk. Its last entry may be a seal, by which a supervisor of root's knows its own record in a
 * directory that a user may write to.
 *
 * Pure: text in, values out.
 */
import type { UnixTime } from "./tai.ts";

export const ADOPT_BYTES = 320;
const VERSION = 1;
/** Before the seal, which is the last entry. */
const SEAL = ',"seal":"';
/** What a seal adds to a record. */
const SEAL_LENGTH = 26;
const PHASES = ["run", "finish"] as const;

export interface AdoptRecord {
  /** The boot of the system, or of the container, that the process belongs to; see base/processes.ts. */
  readonly life: string;
  readonly pid: number;
  /** When the process began, in the kernel's own count: with the number, no other process has it. */
  readonly startTicks: number;
  readonly phase: (typeof PHASES)[number];
  /** When ./run was started: in `finish`, the one that has ended. */
  readonly since: UnixTime;
  /** The same on the monotonic clock, whole milliseconds. */
  readonly startedMs: number;
  /** The log pipe, as {@link Stat.id} names it; `undefined` where there is none. */
  readonly pipe: string | undefined;
  /** The file that the record was written to, as {@link Stat.id} names it: in a copy it tells of no process. */
  readonly file: string;
}

/** A record that is cut short, or none at all. */
export class AdoptFormatError extends RangeError {
  override readonly name = "AdoptFormatError";
}

/**
 * @param sealOf gives the seal of a text, 16 digits, or `undefined` for none
 * @throws {AdoptFormatError} the texts in it are too long
 */
export function encodeAdopt(
  record: AdoptRecord,
  sealOf: (text: string) => string | undefined = () => undefined,
): string {
  const bare = JSON.stringify({ version: VERSION, ...record });
  const seal = bare.length + SEAL_LENGTH < ADOPT_BYTES ? sealOf(bare) : undefined;
  const text = seal === undefined ? bare : `${bare.slice(0, -1)}${SEAL}${seal}"}`;
  if (text.length >= ADOPT_BYTES) throw new AdoptFormatError(`Too long: ${text}`);
  return `${text.padEnd(ADOPT_BYTES - 1)}\n`;
}

/** @throws {AdoptFormatError} */
export function decodeAdopt(text: string): AdoptRecord {
  const record = text.length === ADOPT_BYTES ? recordIn(parse(text)) : undefined;
  if (record === undefined) throw new AdoptFormatError(`Cannot decode: ${text}`);
  return record;
}

/** Whether the record has the seal that `sealOf` gives for it. */
export function isSealed(text: string, sealOf: (text: string) => string | undefined): boolean {
  const at = text.lastIndexOf(SEAL);
  if (at < 0) return false;
  const seal = sealOf(`${text.slice(0, at)}}`);
  return seal !== undefined && text.slice(at).trimEnd() === `${SEAL}${seal}"}`;
}

function parse(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {};
  }
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function recordIn(found: Record<string, unknown>): AdoptRecord | undefined {
  const { version, life, pid, startTicks, startedMs, pipe, file } = found;
  const phase = PHASES.find((name) => name === found.phase);
  const since = timeIn(found.since);
  const isComplete = typeof life === "string" && phase !== undefined && since !== undefined;
  if (version !== VERSION || !isComplete) return undefined;
  if (!isCount(pid) || pid === 0 || !isCount(startTicks) || !isCount(startedMs)) return undefined;
  if (pipe !== undefined && typeof pipe !== "string") return undefined;
  if (typeof file !== "string") return undefined;
  return { life, pid, startTicks, phase, since, startedMs, pipe, file };
}

function timeIn(value: unknown): UnixTime | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { seconds, nanoseconds } = value as Partial<Record<keyof UnixTime, unknown>>;
  if (typeof seconds !== "number" || !Number.isSafeInteger(seconds)) return undefined;
  if (!isCount(nanoseconds) || nanoseconds > 999_999_999) return undefined;
  return { seconds, nanoseconds };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
