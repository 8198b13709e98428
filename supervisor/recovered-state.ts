/**
 * What a supervisor begins with where an earlier one died: what the dead one's record, status, stat and history tell
 * of its service, put together.
 *
 * The record is written by the process itself, before its exec; the status by the supervisor, after that. So
 * the record may be ahead of the status by one process, and the status ahead of the record by what became of it.
 *
 * Pure: records in, a service out.
 */
import type { AdoptRecord } from "../protocol/adopt.ts";
import type { History } from "../protocol/history.ts";
import type { StatusRecord } from "../protocol/status.ts";
import type { UnixTime } from "../protocol/tai.ts";
import { NO_CRASHES } from "./restart-policy.ts";
import { type Moment, newService, type Role, type Service, type Want } from "./state.ts";

/** What the dead supervisor left of one service. */
export interface SavedState {
  readonly record: AdoptRecord;
  /** The recorded process is there, and is the one. */
  readonly isAlive: boolean;
  /** `undefined` where it cannot be read. */
  readonly status: StatusRecord | undefined;
  /** The text of supervise/stat. */
  readonly stat: string;
  /** `undefined` where ./run has not ended yet. */
  readonly history: History | undefined;
}

export interface RecoveredService {
  readonly service: Service;
  /** Its process has ended, and nobody has seen to that yet: how it ended cannot be told any more. */
  readonly hasEnded: boolean;
  /** What is published tells of this process. */
  readonly isPublished: boolean;
}

export function recoverService(role: Role, saved: SavedState, at: Moment): RecoveredService {
  const { record, isAlive, status, stat, history } = saved;
  const { pid, phase, since, startedMs } = record;
  const isPublished = status !== undefined && status.pid === pid && status.phase === phase;
  // Written before the status, so it may know more, but perhaps of another process.
  const told = isPublished && stat.startsWith(phase) ? flagsIn(stat) : undefined;
  const want = told?.want ?? (isExit(stat) ? "exit" : (status?.want ?? "up"));
  const fresh: Service = {
    ...newService(role, "up", at),
    ...(history && past(history)),
    want: wantOf(role, want),
  };
  if (!isAlive && status !== undefined && isSettled(status, record)) {
    const service: Service = { ...fresh, since: status.since, startedMs };
    return { service, hasEnded: false, isPublished };
  }
  if (!isAlive && history !== undefined && isFinishDue(status, record)) {
    const service: Service = { ...fresh, phase: "finish", since, startedMs };
    return { service, hasEnded: false, isPublished };
  }
  const { paused = false, termSent = false } = told ?? (isPublished ? status : {});
  const flags = { paused, termSent, asked: termSent };
  const service: Service = { ...fresh, phase, pid, since, startedMs, ...flags };
  return { service, hasEnded: !isAlive, isPublished };
}

/** What the service has been through; when exactly it died, beyond the last time, is not told. */
function past({ endings, ended, endedAt, restMs, failed, problem }: History): Partial<Service> {
  return { endings, ended, endedAt, failed, problem, deaths: { ...NO_CRASHES, restMs } };
}

/** The end of the recorded process was published, and ./finish has not begun. */
function isFinishDue(status: StatusRecord | undefined, { phase, since }: AdoptRecord): boolean {
  if (phase !== "run" || status?.phase !== "finish" || status.pid !== 0) return false;
  return status.since.seconds === since.seconds && status.since.nanoseconds === since.nanoseconds;
}

/** The service went down after the recorded process was started. */
function isSettled(status: StatusRecord, { since }: AdoptRecord): boolean {
  return status.phase === "down" && status.pid === 0 && isLater(status.since, since);
}

function isLater(one: UnixTime, other: UnixTime): boolean {
  return one.seconds === other.seconds
    ? one.nanoseconds > other.nanoseconds
    : one.seconds > other.seconds;
}

/** What supervise/stat tells of a service that is not down. */
function flagsIn(stat: string): Pick<Service, "want" | "paused" | "termSent"> {
  const want = isExit(stat) ? "exit" : stat.includes(", want down") ? "down" : "up";
  return { want, paused: stat.includes(", paused"), termSent: stat.includes(", got TERM") };
}

function isExit(stat: string): boolean {
  return stat.endsWith(", want exit\n");
}

/**
 * A log service that was about to end goes on: that it has to end is decided anew, by the main service's end,
 * and what was wanted of it before is not told.
 */
function wantOf(role: Role, want: Want): Want {
  return role === "log" && want === "exit" ? "up" : want;
}
