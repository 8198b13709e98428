/**
 * The file `supervise/ready`, in which a supervisor publishes the readiness of a service that
 * reports it: one with `notification-fd`, `notify-socket` or `check-period`. Two lines:
 *
 *     4711 @400000006b029194348f0e24
 *     listening on port 80
 *
 * First the pid of ./run and the TAI64N label of the moment at which it became ready, or `-` while
 * it is not ready, and the word `reloading` after a `RELOADING=1`; then the last text that it sent
 * with `STATUS=`, an empty line if there is none. A third line follows while it is not ready
 * because ./check has failed: `check`, and the exit code and the signal of the last one, as
 * ./finish gets them.
 * There is no file while ./run does not run, and none for a service that does not report readiness:
 * that one counts as ready once it has run for {@link UNREPORTED_READY_MS}.
 *
 * Pure: values in, text out, and back.
 */
import type { ExitResult } from "./history.ts";
import type { StatusRecord } from "./status.ts";
import { isEarlier, parseTai64nLabel, tai64nLabel, type UnixTime } from "./tai.ts";

/** No file is longer: a pid, a label, a text of {@link STATUS_TEXT_MAX}, the end of a ./check. */
export const READY_MAX_BYTES = 288;
/** The longest text of `STATUS=` that is published. */
export const STATUS_TEXT_MAX = 200;

const RELOADING = "reloading";
const CHECK = "check";

/** A service that does not report readiness counts as ready when it has run for so long. */
export const UNREPORTED_READY_MS = 1_000;

export interface ReadyRecord {
  /** The process of ./run. */
  readonly pid: number;
  /** When it became ready, not before its start; `undefined` while it is not ready. */
  readonly readyAt: UnixTime | undefined;
  /** It reads its configuration again; it is as ready as before. */
  readonly isReloading: boolean;
  /** Printable ASCII, at most {@link STATUS_TEXT_MAX} characters. */
  readonly text: string;
  /** How the last ./check failed, while the service is not ready; absent if that is not known. */
  readonly failedCheck?: ExitResult;
}

export function readyText({ pid, readyAt, isReloading, text, failedCheck }: ReadyRecord): string {
  const label = readyAt === undefined ? "-" : tai64nLabel(readyAt);
  const check = failedCheck && `${CHECK} ${failedCheck.code} ${failedCheck.status}\n`;
  return `${pid} ${label}${isReloading ? ` ${RELOADING}` : ""}\n${text}\n${check ?? ""}`;
}

/** @returns `undefined` if the text is not that of {@link readyText}, for instance cut off */
export function readReady(file: string): ReadyRecord | undefined {
  const [first = "", text, ...others] = file.split("\n");
  const [digits = "", label = "", word, ...words] = first.split(" ");
  const pid = Number(digits);
  const readyAt = parseTai64nLabel(label);
  if (text === undefined || others.pop() !== "" || others.length > 1) return undefined;
  if (words.length > 0) return undefined;
  if (!Number.isSafeInteger(pid) || pid <= 0 || !isText(text)) return undefined;
  if ((readyAt === undefined && label !== "-") || (word ?? RELOADING) !== RELOADING)
    return undefined;
  const record = { pid, readyAt, isReloading: word !== undefined, text };
  const [check] = others;
  if (check === undefined) return record;
  const failedCheck = checkIn(check);
  return failedCheck && { ...record, failedCheck };
}

function checkIn(line: string): ExitResult | undefined {
  const [word, code, status, ...more] = line.split(" ");
  const end = { code: Number(code), status: Number(status) };
  const isEnd = word === CHECK && more.length === 0;
  return isEnd && Number.isInteger(end.code) && Number.isInteger(end.status) ? end : undefined;
}

/**
 * The record, if it is about the process in `status`. Any other is a leftover: then, and without a
 * file, the service does not report readiness, or does not run. Neither file says whether its
 * supervisor lives; see `supervise/ok`.
 */
export function readyOf(
  { phase, pid, since }: Pick<StatusRecord, "phase" | "pid" | "since">,
  record: ReadyRecord | undefined,
): ReadyRecord | undefined {
  if (record === undefined || phase !== "run" || pid !== record.pid) return undefined;
  const { readyAt } = record;
  return readyAt === undefined || !isEarlier(readyAt, since) ? record : undefined;
}

/**
 * How long until a running service that does not report readiness counts as ready; 0 if it does.
 *
 * @param lastRanMs how long its last ./run ran, as `supervise/history` has it; `undefined` if
 * unknown
 */
export function msUntilReady(
  { since }: Pick<StatusRecord, "since">,
  lastRanMs: number | undefined,
  now: UnixTime,
): number {
  if (lastRanMs !== undefined && lastRanMs >= UNREPORTED_READY_MS) return 0;
  const ranMs =
    (now.seconds - since.seconds) * 1_000 + (now.nanoseconds - since.nanoseconds) / 1_000_000;
  // A clock that was set back must not make anybody wait for longer.
  return Math.min(Math.max(0, Math.ceil(UNREPORTED_READY_MS - ranMs)), UNREPORTED_READY_MS);
}

/** Accepts printable text only, because the text comes from a file and goes to a terminal. */
function isText(text: string): boolean {
  const isPrintable = [...text].every((character) => character >= " " && character <= "~");
  return isPrintable && text.length <= STATUS_TEXT_MAX;
}
