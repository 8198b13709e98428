/**
 * The state with which a supervisor begins after its predecessor was killed, combined from the
 * predecessor's adoption record, status, stat and history.
 *
 * The process itself writes the adoption record, before its exec; the supervisor writes the status
 * after that. So the record may be one process ahead of the status, and the status may be ahead of
 * the record by later changes to that process.
 *
 * Pure: records in, a service out.
 */
import type { AdoptRecord } from "../protocol/adopt.ts";
import type { History } from "../protocol/history.ts";
import type { StatFlags, StatusRecord } from "../protocol/status.ts";
import type { UnixTime } from "../protocol/tai.ts";
import { NO_CRASHES } from "./restart-policy.ts";
import {
  type Moment,
  newService,
  type Role,
  type RunExits,
  type Service,
  type Want,
} from "./state.ts";

/**
 * TERM and KILL, as in the status argument of ./finish. In a history of a former version, which
 * does not record whether the exit was asked for, these count as asked.
 */
const STOP_SIGNALS: readonly number[] = [15, 9];

/** The files that the predecessor left for one service. */
interface SavedState {
  readonly record: AdoptRecord;
  /** The recorded process exists, with the recorded process identity. */
  readonly isAlive: boolean;
  /** `undefined` if it cannot be read. */
  readonly status: StatusRecord | undefined;
  /** The line of supervise/stat; `undefined` if it cannot be read. */
  readonly stat: StatFlags | undefined;
  /** `undefined` if ./run has not exited yet. */
  readonly history: History | undefined;
}

export interface RecoveredService {
  readonly service: Service;
  /** Its process has ended, and no supervisor has handled that yet; the exit status is lost. */
  readonly hasEnded: boolean;
  /** The history has that exit already. */
  readonly isCounted: boolean;
  /** The published files describe this process. */
  readonly isPublished: boolean;
}

export function recoverService(role: Role, saved: SavedState, at: Moment): RecoveredService {
  const { record, isAlive, status, stat, history } = saved;
  const { pid, phase, since, startedMs } = record;
  const isPublished = status !== undefined && status.pid === pid && status.phase === phase;
  // stat is written before status, so it may be newer, but may describe another process.
  const flags = isPublished && stat?.phase === phase ? stat : undefined;
  const want = flags?.want ?? (stat?.want === "exit" ? "exit" : (status?.want ?? "up"));
  const fresh: Service = {
    ...newService(role, "up", at),
    ...(history && past(history)),
    want: wantOf(role, want),
  };
  if (!isAlive && status !== undefined && hasGoneDown(status, record)) {
    const service: Service = { ...fresh, since: status.since, startedMs };
    return { service, hasEnded: false, isCounted: true, isPublished };
  }
  if (!isAlive && history !== undefined && isFinishDue(status, record)) {
    const finishing: Service = { ...fresh, phase: "finish", since, startedMs };
    const service: Service = { ...finishing, exitRequested: !fresh.exits.isUnasked };
    return { service, hasEnded: false, isCounted: true, isPublished };
  }
  const { paused = false, termSent = false } = flags ?? (isPublished ? status : {});
  const running: Service = { ...fresh, phase, pid, since, startedMs };
  const isAsked = history !== undefined && !running.exits.isUnasked;
  const isCounted = !isAlive && phase === "run" && isLater(history?.lastExitAt, since);
  const wasAsked = phase === "finish" || isCounted ? isAsked : termSent;
  // The end of its input ends a log service, and a supervisor that was killed may have caused it:
  // what the main service writes must not wait for a restart delay.
  const exitRequested = role === "log" || wasAsked;
  const service: Service = { ...running, paused, termSent, exitRequested };
  return { service, hasEnded: !isAlive, isCounted, isPublished };
}

/**
 * The history of the service; the exact times of its crashes, except the last, are not recorded.
 */
function past({
  exitCount,
  lastExit,
  lastExitAt,
  restartDelayMs,
  failed,
  problem,
  runs,
  isAsked = STOP_SIGNALS.includes(lastExit.status),
  finalCode,
}: History): Partial<Service> {
  const exits: RunExits = {
    count: exitCount,
    last: lastExit,
    lastAt: lastExitAt,
    problem,
    runs,
    isUnasked: !isAsked,
    isFinal: finalCode !== undefined,
  };
  return { exits, failed, crashes: { ...NO_CRASHES, restartDelayMs } };
}

/** The exit of the recorded process was published, and ./finish has not begun. */
function isFinishDue(status: StatusRecord | undefined, { phase, since }: AdoptRecord): boolean {
  if (phase !== "run" || status?.phase !== "finish" || status.pid !== 0) return false;
  return status.since.seconds === since.seconds && status.since.nanoseconds === since.nanoseconds;
}

/** The service went down after the recorded process was started. */
export function hasGoneDown(status: StatusRecord, { since }: Pick<AdoptRecord, "since">): boolean {
  return status.phase === "down" && status.pid === 0 && isLater(status.since, since);
}

function isLater(one: UnixTime | undefined, other: UnixTime): boolean {
  if (one === undefined) return false;
  return one.seconds === other.seconds
    ? one.nanoseconds > other.nanoseconds
    : one.seconds > other.seconds;
}

/**
 * A log service that was about to exit continues: the exit of the main service decides anew whether
 * it has to exit, and its former want is not recorded.
 */
function wantOf(role: Role, want: Want): Want {
  return role === "log" && want === "exit" ? "up" : want;
}
