/**
 * Parses a service's history, for `sv why` and others, and for services that have failed. A program
 * of its own, sv/history, which sv loads when it needs it.
 */
import * as posix from "posix";
import { isPosixError } from "../../base/errors.ts";
import { type HistoryRecord, readHistory } from "../../protocol/history.ts";
import { pastRuns } from "../../protocol/past-runs.ts";
import { readHistoryFile } from "./history-file.ts";
import type { NamedService } from "./service.ts";

export function historyOf(service: NamedService): HistoryRecord | undefined {
  const text = readHistoryFile(service);
  return text === undefined ? undefined : parseHistory(text);
}

/**
 * Whether the last run that has ended was a crash.
 *
 * @param text of supervise/history
 * @param lastingMs a run that lasted as long was a good start
 */
export function endsInCrash(text: string, lastingMs: number): boolean {
  const history = parseHistory(text);
  if (history?.isAsked !== false) return false;
  const [last] = pastRuns(history.runs);
  return last !== undefined && last.ranMs < lastingMs;
}

/**
 * @param text of supervise/history
 * @returns `undefined` if it is not a history, or its supervisor has ended
 */
export function parseHistory(text: string): HistoryRecord | undefined {
  const history = readHistory(text);
  return history !== undefined && isAlive(history.supervisor) ? history : undefined;
}

/** Whether there is a process of that id, ours or not. */
function isAlive(pid: number): boolean {
  try {
    posix.kill(pid, 0);
    return true;
  } catch (error) {
    if (!isPosixError(error)) throw error;
    return error.code === "EPERM";
  }
}
