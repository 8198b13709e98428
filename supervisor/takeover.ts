/**
 * Reads the state of a service that a predecessor left: its process, its state, its log pipe. The
 * caller must hold the lock under supervise/: then no other supervisor is running.
 */
import type { Directory } from "../base/directory.ts";
import type { Reactor } from "../base/reactor.ts";
import { HISTORY_MAX_BYTES, type History, readHistory } from "../protocol/history.ts";
import {
  decodeStatus,
  readStat,
  STATUS_BYTES,
  StatusFormatError,
  type StatusRecord,
} from "../protocol/status.ts";
import type { AdoptFile } from "./adopt-file.ts";
import { Orphan } from "./orphan.ts";
import { type RecoveredService, recoverService } from "./recovered-state.ts";
import type { Moment, Role } from "./state.ts";

/** Longer than any text in supervise/stat. */
const STAT_MAX_BYTES = 64;

export interface Takeover extends RecoveredService {
  /** The process, while it exists. */
  readonly orphan: Orphan | undefined;
  /** The id of the log pipe that it was started with. */
  readonly pipe: string | undefined;
}

/**
 * @returns `undefined` if there was no predecessor, or if it exited normally
 * @throws {PosixError} the state cannot be read now
 */
export function readPredecessor(
  role: Role,
  file: AdoptFile,
  home: Directory,
  supervise: string,
  reactor: Reactor,
  at: Moment,
): Takeover | undefined {
  const record = file.read();
  if (record === undefined) return undefined;
  const orphan = Orphan.find(record, reactor);
  const status = statusIn(home.readOwn(`${supervise}/status`, STATUS_BYTES + 1));
  const stat = readStat(home.readOwn(`${supervise}/stat`, STAT_MAX_BYTES) ?? "");
  const history = historyIn(home.readOwn(`${supervise}/history`, HISTORY_MAX_BYTES));
  const saved = { record, isAlive: orphan !== undefined, status, stat, history };
  return { ...recoverService(role, saved, at), orphan, pipe: record.pipe };
}

function statusIn(bytes: string | undefined): StatusRecord | undefined {
  if (bytes === undefined) return undefined;
  try {
    return decodeStatus(bytes);
  } catch (error) {
    if (error instanceof StatusFormatError) return undefined;
    throw error;
  }
}

function historyIn(text: string | undefined): History | undefined {
  return text === undefined ? undefined : readHistory(text);
}
