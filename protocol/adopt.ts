/**
 * The adoption record, `supervise/adopt`, by which a supervisor takes over the process of a
 * predecessor. It identifies the process beyond its pid, and holds the facts that `status` has no
 * room for.
 *
 * The record is one line of JSON, padded with blanks to one of two lengths, the larger if the
 * process reports readiness or has its output kept: the next record overwrites it in one write,
 * which needs no space on a full disk. Anything after the line is left of a longer record. The last
 * entry may be a seal, by which root's supervisor recognises its own record in a directory that a
 * user may write to.
 *
 * Pure: text in, values out.
 */
import type { UnixTime } from "./tai.ts";

export const ADOPT_BYTES = 320;
/** No record is longer. */
export const ADOPT_MAX_BYTES = 480;
const VERSION = 1;
/** Precedes the seal, which is the last entry. */
const SEAL = ',"seal":"';
/** The length that a seal adds to a record. */
const SEAL_LENGTH = 26;
/** A name of 16 random bytes. */
const SOCKET_DIGITS = 32;
const PHASES = ["run", "finish"] as const;

/** By which descriptor and socket a process reports readiness, if it does. */
export interface RecordedReports {
  /** The descriptor that ./run has, and the pipe, as {@link Stat.id} names it. */
  readonly notification?: readonly [descriptor: number, pipe: string] | undefined;
  /** The random digits in the name of its socket. */
  readonly socket?: string | undefined;
}

export interface AdoptRecord extends RecordedReports {
  /**
   * The boot id of the system, or of the container, that the process belongs to; see
   * base/process-identity.ts.
   */
  readonly bootId: string;
  readonly pid: number;
  /**
   * The start time of the process in the kernel's clock ticks: with the pid, it identifies one
   * process.
   */
  readonly startTicks: number;
  readonly phase: (typeof PHASES)[number];
  /** The start time of ./run; in `finish`, of the one that has ended. */
  readonly since: UnixTime;
  /** The same moment on the monotonic clock, in whole milliseconds. */
  readonly startedMs: number;
  /** The log pipe, as {@link Stat.id} names it; `undefined` if there is none. */
  readonly pipe: string | undefined;
  /**
   * The pipes to which it writes if its output is kept, that of standard output first; one if that
   * of standard error is the same.
   */
  readonly output?: readonly string[] | undefined;
  /**
   * The kernel's number of the session that the process leads, 0 if unknown; `undefined` if it
   * leads none: there is no file `kill-group`.
   */
  readonly session: number | undefined;
  /**
   * The file that the record was written to, as {@link Stat.id} names it: a copy of the record is
   * ignored.
   */
  readonly file: string;
}

/** A text that is not a complete record. */
export class AdoptFormatError extends RangeError {
  override readonly name = "AdoptFormatError";
}

/**
 * @param sealOf returns the seal of a text, 16 digits, or `undefined` for none
 * @throws {AdoptFormatError} the texts in the record are too long
 */
export function encodeAdopt(
  record: AdoptRecord,
  sealOf: (text: string) => string | undefined = () => undefined,
): string {
  const { notification, socket, output } = record;
  const isLong = notification !== undefined || socket !== undefined || output !== undefined;
  const bare = isLong ? withOptional(record) : jsonOf(record);
  const length = isLong ? ADOPT_MAX_BYTES : ADOPT_BYTES;
  const seal = bare.length + SEAL_LENGTH < length ? sealOf(bare) : undefined;
  const text = seal === undefined ? bare : `${bare.slice(0, -1)}${SEAL}${seal}"}`;
  if (text.length >= length) throw new AdoptFormatError(`Too long: ${text}`);
  return `${text.padEnd(length - 1)}\n`;
}

/**
 * Lists the members itself: each start of a process writes a record, in the process's way. Nothing
 * in a {@link Stat.id} has to be escaped.
 */
function jsonOf(record: AdoptRecord): string {
  const { bootId, phase, since, startedMs, pipe, pid, startTicks, session, file } = record;
  const pipeEntry = pipe === undefined ? "" : `"pipe":"${pipe}",`;
  const sessionEntry = session === undefined ? "" : `"session":${session},`;
  // A supervisor of a former version reads the boot id as `life`.
  return (
    `{"version":${VERSION},"life":${JSON.stringify(bootId)},"phase":"${phase}",` +
    `"since":{"seconds":${since.seconds},"nanoseconds":${since.nanoseconds}},` +
    `"startedMs":${startedMs},${pipeEntry}"pid":${pid},"startTicks":${startTicks},` +
    `${sessionEntry}"file":"${file}"}`
  );
}

function withOptional(record: AdoptRecord): string {
  const { notification, socket, output } = record;
  const entries = JSON.stringify({ notification, socket, output });
  return `${jsonOf(record).slice(0, -1)},${entries.slice(1)}`;
}

/** @throws {AdoptFormatError} */
export function decodeAdopt(text: string): AdoptRecord {
  const length = text.indexOf("\n") + 1;
  const isWhole = length === ADOPT_BYTES || length === ADOPT_MAX_BYTES;
  const record = isWhole ? recordIn(parse(text.slice(0, length))) : undefined;
  if (record === undefined) throw new AdoptFormatError(`Cannot decode: ${text}`);
  return record;
}

/** Whether the record has the seal that `sealOf` returns for it. */
export function isSealed(record: string, sealOf: (text: string) => string | undefined): boolean {
  const text = record.slice(0, record.indexOf("\n") + 1);
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
  const { version, life: bootId, pid, startTicks, startedMs, pipe, session, file } = found;
  const phase = PHASES.find((name) => name === found.phase);
  const since = timeIn(found.since);
  const isComplete = typeof bootId === "string" && phase !== undefined && since !== undefined;
  if (version !== VERSION || !isComplete) return undefined;
  if (!isCount(pid) || pid === 0 || !isCount(startTicks) || !isCount(startedMs)) return undefined;
  if (pipe !== undefined && typeof pipe !== "string") return undefined;
  if (session !== undefined && !isCount(session)) return undefined;
  if (typeof file !== "string") return undefined;
  const known = { bootId, pid, startTicks, phase, since, startedMs, pipe, session, file };
  const { notification, socket, output } = found;
  if (notification === undefined && socket === undefined && output === undefined) return known;
  return { ...known, ...reportsIn(notification, socket), ...outputIn(output) };
}

/** A part that makes no sense is left out: the process is the same without it. */
function reportsIn(notification: unknown, socket: unknown): RecordedReports {
  const [descriptor, pipe] = Array.isArray(notification) ? notification : [];
  return {
    ...(isCount(descriptor) && typeof pipe === "string" && { notification: [descriptor, pipe] }),
    ...(typeof socket === "string" && isSocketName(socket) && { socket }),
  };
}

function outputIn(output: unknown): Pick<AdoptRecord, "output"> {
  const isRight = Array.isArray(output) && output.every((id) => typeof id === "string");
  return isRight ? { output } : {};
}

function isSocketName(text: string): boolean {
  const isHexadecimal = [...text].every((digit) => "0123456789abcdef".includes(digit));
  return isHexadecimal && text.length === SOCKET_DIGITS;
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
