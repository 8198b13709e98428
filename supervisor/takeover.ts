/**
 * Finds out what an earlier supervisor, which died, has left of a service: its process, its state, its log pipe.
 * The lock under supervise/ must be held: then nobody else supervises it now.
 */
import type { Directory } from "../base/directory.ts";
import type { Reactor } from "../base/reactor.ts";
import { HISTORY_MAX_BYTES, type History, readHistory } from "../protocol/history.ts";
import {
  decodeStatus,
  STATUS_BYTES,
  StatusFormatError,
  type StatusRecord,
} from "../protocol/status.ts";
import type { AdoptFile } from "./adopt-file.ts";
import { Orphan } from "./orphan.ts";
import { type RecoveredService, recoverService } from "./recovered-state.ts";
import type { Moment, Role } from "./state.ts";

/** More than the longest text in supervise/stat. */
const STAT_MAX_BYTES = 64;

export interface Takeover extends RecoveredService {
  /** The process, while it is there. */
  readonly orphan: Orphan | undefined;
  /** The log pipe that it was started with. */
  readonly pipe: string | undefined;
}

/**
 * @returns `undefined` where there was no supervisor before, or one that has ended as it should
 * @throws {PosixError} it cannot be told now
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
  const stat = home.readOwn(`${supervise}/stat`, STAT_MAX_BYTES) ?? "";
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
