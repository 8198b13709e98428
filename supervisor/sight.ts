/**
 * What a supervisor sees of a service that its own service depends on, and what follows from that.
 *
 * Pure: the caller has looked at the files.
 */
import type { Dependency } from "../protocol/dependency.ts";
import type { UnixTime } from "../protocol/tai.ts";

/** How long `after` waits for the supervisor of a service that exists. */
export const SUPERVISOR_WAIT_MS = 5_000;

export interface Sight {
  /** Its entry in the scanned directory leads to a directory. */
  readonly exists: boolean;
  /** A supervisor lives. */
  readonly isSupervised: boolean;
  /** Wanted up; without a supervisor, whether the next one will start it. */
  readonly isWanted: boolean;
  /** It is up and ready; a service that is being stopped may still be. */
  readonly isReady: boolean;
  /** It runs, and counts as ready after so many milliseconds. */
  readonly readyInMs?: number | undefined;
  /** It is being stopped, by a command or because of a service that it needs. */
  readonly isStopping: boolean;
  /** The start of its process, if that runs. */
  readonly since?: UnixTime | undefined;
  /** It has a supervisor, and its status could not be read. */
  readonly isUnreadable?: boolean;
}

/** A service that does not exist. */
export const NOTHING: Sight = {
  exists: false,
  isSupervised: false,
  isWanted: false,
  isReady: false,
  isStopping: false,
};

/** Whether nothing has changed between two looks. */
export function isSame(one: Sight, other: Sight): boolean {
  return (
    one.exists === other.exists &&
    one.isSupervised === other.isSupervised &&
    one.isWanted === other.isWanted &&
    one.isReady === other.isReady &&
    one.readyInMs === other.readyInMs &&
    one.isStopping === other.isStopping &&
    one.since?.seconds === other.since?.seconds &&
    one.since?.nanoseconds === other.since?.nanoseconds
  );
}

/** Whether a service that keeps another one from starting waits itself, as on a circle. */
export function isWaitingItself({ isSupervised, isWanted, since }: Sight): boolean {
  return isSupervised && isWanted && since === undefined;
}

/** @param waitedMs for how long the service has waited for its start */
export function permitsStart({ kind }: Dependency, seen: Sight, waitedMs: number): boolean {
  const { exists, isSupervised, isWanted, isStopping } = seen;
  if (seen.isReady && isSupervised && !isStopping) return true;
  if (kind === "needs") return false;
  if (!exists || !isWanted || isStopping) return true;
  return !isSupervised && waitedMs >= SUPERVISOR_WAIT_MS;
}

/** Whether the running service must stop because of this dependency. */
export function demandsStop({ kind }: Dependency, { exists, isStopping }: Sight): boolean {
  return kind === "needs" && (!exists || isStopping);
}

/** Whether a service whose process was started at `since` is to be restarted. */
export function demandsRestart({ restarts }: Dependency, seen: Sight, since: UnixTime): boolean {
  if (!restarts || !seen.isReady || !seen.isSupervised || seen.isStopping) return false;
  return seen.since !== undefined && isLater(seen.since, since);
}

function isLater(one: UnixTime, other: UnixTime): boolean {
  if (one.seconds !== other.seconds) return one.seconds > other.seconds;
  return one.nanoseconds > other.nanoseconds;
}
