/**
 * Reads the state of a service that a predecessor left: its process, its state, its log pipe. The
 * caller must hold the lock under supervise/: then no other supervisor is running.
 */

import type { Report } from "../base/report.ts";
import type { RecordedReports } from "../protocol/adopt.ts";
import { HISTORY_MAX_BYTES, type History, readHistory } from "../protocol/history.ts";
import { superviseFile } from "../protocol/service-directory.ts";
import { readStat } from "../protocol/status.ts";
import { AdoptFile } from "./adopt-file.ts";
import { type Pipe, reopenPipe } from "./log-pipe.ts";
import { Orphan } from "./orphan.ts";
import type { PolicyFiles } from "./policy-files.ts";
import type { ProcessGroup } from "./process-group.ts";
import { readStatus } from "./read-status.ts";
import { type RecoveredService, recoverService } from "./recovered-state.ts";
import { ROLE_PATHS } from "./role-paths.ts";
import type { Surroundings } from "./service-owner.ts";
import type { Moment, Role } from "./state.ts";

/** Longer than any text in supervise/stat. */
const STAT_MAX_BYTES = 64;

export interface Takeover extends RecoveredService {
  /** The process, while it exists. */
  readonly orphan: Orphan | undefined;
  /** The id of the log pipe that it was started with. */
  readonly pipe: string | undefined;
  /** The ids of the pipes to which it writes, if it was started with `keep-output`. */
  readonly output: readonly string[] | undefined;
  /** How it reports readiness. */
  readonly recorded: RecordedReports;
  /** The process group that ./run leads or has led. */
  readonly group: ProcessGroup | undefined;
}

/**
 * @returns `undefined` if there was no predecessor, or if it exited normally
 * @throws {PosixError} the state cannot be read now
 */
export function readPredecessor(
  { home, report, context }: Surroundings,
  role: Role,
  at: Moment,
): Takeover | undefined {
  const { supervise } = ROLE_PATHS[role];
  const file = new AdoptFile(home, supervise, report);
  const record = file.read();
  if (record === undefined) return undefined;
  // While no log service runs, only the supervisor can read the log pipe: the next one comes first.
  const orphan = Orphan.find(record, role === "main", context.reactor);
  const status = readStatus(home, supervise);
  const stat = readStat(home.readOwn(superviseFile(supervise, "stat"), STAT_MAX_BYTES) ?? "");
  const history = historyIn(home.readOwn(superviseFile(supervise, "history"), HISTORY_MAX_BYTES));
  const saved = { record, isAlive: orphan !== undefined, status, stat, history };
  const { pid, phase, pipe, output, session } = record;
  const group = phase === "run" && session !== undefined ? { leader: pid, session } : undefined;
  const found = { orphan, pipe, output, group, recorded: record };
  return { ...recoverService(role, saved, at), ...found };
}

/**
 * The time limit of a process that was taken over, which starts again: the time already passed was
 * not recorded.
 *
 * @returns `undefined` if there is none
 */
export function takeoverTimeoutMs(
  takeover: Takeover | undefined,
  limits: PolicyFiles,
): number | undefined {
  if (takeover?.orphan === undefined) return undefined;
  const { phase, termSent } = takeover.service;
  if (phase === "finish") return limits.finishTimeoutMs();
  return termSent ? limits.killTimeoutMs() : undefined;
}

/**
 * Finds the predecessor's log pipe, if this process or one of the two services has it.
 *
 * @param inherited the log pipes that this process held before it re-execed; the pipe that is used
 * is removed
 * @throws {PosixError} the search failed now, and may succeed later
 */
export function keepLogPipe(
  takeovers: readonly Takeover[],
  inherited: Map<string, Pipe> | undefined,
  report: Report,
): Pipe | undefined {
  const pids: number[] = [];
  const ids: string[] = [];
  for (const { pipe, orphan } of takeovers) {
    if (pipe === undefined) continue;
    const kept = inherited?.get(pipe);
    if (kept !== undefined) {
      inherited?.delete(pipe);
      return kept;
    }
    if (orphan === undefined) continue;
    pids.push(orphan.pid);
    ids.push(pipe);
  }
  for (const id of ids) {
    const pipe = reopenPipe(id, pids);
    if (pipe !== undefined) return pipe;
  }
  // A log service on its own may just be ending: if nobody else had the pipe, it has read to the
  // end.
  const hasMain = takeovers.some(({ service, orphan }) => service.role === "main" && orphan);
  if (hasMain && ids.length > 0) report.warn("unable to keep log pipe");
  return undefined;
}

function historyIn(text: string | undefined): History | undefined {
  return text === undefined ? undefined : readHistory(text);
}
