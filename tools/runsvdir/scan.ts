/**
 * The decisions of runsvdir after a scan of its directory: which services are new, which are gone,
 * and when to restart a supervisor that has exited.
 *
 * Pure: names and numbers in, decisions out.
 * Source: runit 2.1.2, runsvdir(8); the differences are in docs/differences.md.
 */

/** A known service directory, identified by device and inode. */
export interface SupervisedService {
  readonly id: string;
  /** The entry's name when its supervisor was started; a later rename does not change it. */
  readonly name: string;
  /** The pid of its runsv, or the host's number for its supervisor; 0 if there is none. */
  readonly pid: number;
  /** A supervisor that this runsvdir did not start supervises it, so it needs no other. */
  readonly hasForeignSupervisor: boolean;
  readonly startedMs: number; // on the monotonic clock, like all times here
  /** How often in a row its runsv exited soon after its start. */
  readonly failures: number;
  /** The time of the first failure in a row; `undefined` if the last start did not fail. */
  readonly failingSinceMs: number | undefined;
  /** No runsv is started before this time. */
  readonly notBeforeMs: number;
  /** The time since which stat of its entry has failed; `undefined` while it succeeds. */
  readonly unseenSinceMs: number | undefined;
}

/** An entry of the directory, as the scan found it. */
export type Entry =
  | {
      readonly name: string;
      readonly kind: "directory";
      readonly id: string;
      /**
       * How long to wait before starting a new service: it may still be being copied, or renamed.
       */
      readonly settlesInMs: number;
    }
  | { readonly name: string; readonly kind: "other" }
  /**
   * The entry exists, but stat failed; `gone` if it leads nowhere, which may be only for a moment.
   */
  | { readonly name: string; readonly kind: "unknown"; readonly gone: boolean };

interface Decision {
  /** The current services, by {@link SupervisedService.id}. */
  readonly services: Map<string, SupervisedService>;
  /**
   * New directories that are still left alone, by {@link SupervisedService.id}, with the time each
   * was first seen.
   */
  readonly arriving: ReadonlyMap<string, number>;
  /** Those of the services whose runsv is to be started. */
  readonly start: readonly SupervisedService[];
  /** Services whose entry is gone: their runsv is to exit. */
  readonly stop: readonly SupervisedService[];
  /**
   * The time to look again: by then an entry may count differently without a further change in the
   * directory.
   */
  readonly againAtMs: number | undefined;
}

/** An entry may lead nowhere for this long before its service counts as removed. */
export const GONE_AFTER_MS = 5_000;
/** A runsv that exits this soon after its start has failed; its restart is delayed. */
export const FAILED_WITHIN_MS = 1_000;
/** The delay after the first failure; it doubles with each further one. */
export const RETRY_MS = 1_000;
export const RETRY_MAX_MS = 30_000;
/**
 * Most failing supervisors are repaired soon, by somebody who watches: for this long the delay
 * stays at most {@link RETRY_SOON_MAX_MS}.
 */
export const RETRY_SOON_FOR_MS = 60_000;
export const RETRY_SOON_MAX_MS = 5_000;
/** A new directory in which files come and go is left alone for at most this long. */
export const SETTLE_MAX_MS = 5_000;
/**
 * A killed runsv is restarted at once, unless it was killed this often in a row soon after its
 * start.
 */
const KILLS_FREE = 3;
/**
 * The delay after a runsv that was commanded to exit: whoever did that usually removes the entry
 * next.
 */
export const EXITED_REST_MS = 1_000;

/** @param arriving from the previous decision */
export function decide(
  known: ReadonlyMap<string, SupervisedService>,
  entries: readonly Entry[],
  nowMs: number,
  arriving: ReadonlyMap<string, number> = new Map(),
): Decision {
  const names = new Set(entries.map(({ name }) => name));
  const byName = new Map([...known.values()].map((service) => [service.name, service]));
  const kept = new Map<string, SupervisedService>();
  const stillArriving = new Map<string, number>();
  let againAtMs = Number.POSITIVE_INFINITY;
  const lookAt = (atMs: number) => {
    againAtMs = Math.min(againAtMs, atMs);
  };
  for (const entry of entries) {
    if (entry.kind === "directory") {
      if (kept.has(entry.id)) continue; // two names for one directory: the first counts
      const service = known.get(entry.id);
      if (service !== undefined) {
        const isLasting = entry.name === service.name || !isTemporaryName(entry.name, names);
        kept.set(entry.id, renamedTo(service, isLasting ? entry.name : service.name));
        continue;
      }
      const sinceMs = arriving.get(entry.id) ?? nowMs;
      const settledAtMs = Math.min(nowMs + entry.settlesInMs, sinceMs + SETTLE_MAX_MS);
      if (settledAtMs > nowMs) {
        stillArriving.set(entry.id, sinceMs);
        lookAt(settledAtMs);
      } else {
        kept.set(entry.id, newService(entry.id, entry.name, nowMs));
      }
    } else if (entry.kind === "unknown") {
      const service = byName.get(entry.name);
      if (service === undefined) continue;
      const unseenSinceMs = service.unseenSinceMs ?? nowMs;
      if (entry.gone && nowMs - unseenSinceMs >= GONE_AFTER_MS) continue;
      if (!kept.has(service.id)) kept.set(service.id, { ...service, unseenSinceMs });
      lookAt(unseenSinceMs + GONE_AFTER_MS);
    }
  }
  return {
    services: kept,
    arriving: stillArriving,
    start: [...kept.values()].filter((service) => isDue(service, nowMs)),
    stop: [...known.values()].filter(({ id }) => !kept.has(id)),
    againAtMs: Number.isFinite(againAtMs) ? againAtMs : undefined,
  };
}

/** Whether its runsv is to be started now. */
export function isDue(service: SupervisedService, nowMs: number): boolean {
  const { notBeforeMs, unseenSinceMs } = service;
  return isUnsupervised(service) && unseenSinceMs === undefined && notBeforeMs <= nowMs;
}

/**
 * `ln -f` names a link like this before renaming it over the old one: this start and some letters
 * and digits.
 */
const LN_NAME = { start: "Cu", length: 8 }; // Source: GNU coreutils, force-link.c
/** Separates a name from a temporary suffix: `web.new`, `web~`. */
const BEFORE_ADDITION = [".", "~"];

/**
 * Whether an entry may be about to be renamed over another one, by somebody who replaces that
 * atomically.
 *
 * @param names the names of all entries
 */
export function isTemporaryName(name: string, names: ReadonlySet<string>): boolean {
  if (name.startsWith(LN_NAME.start) && name.length === LN_NAME.length) return true;
  return BEFORE_ADDITION.some((mark) => {
    const at = name.lastIndexOf(mark);
    return at > 0 && names.has(name.slice(0, at));
  });
}

/** A runsv that is not running is started by the current name of its entry. */
function renamedTo(service: SupervisedService, name: string): SupervisedService {
  return {
    ...service,
    name: isUnsupervised(service) ? name : service.name,
    unseenSinceMs: undefined,
  };
}

function isUnsupervised({ pid, hasForeignSupervisor }: SupervisedService): boolean {
  return pid === 0 && !hasForeignSupervisor;
}

function newService(id: string, name: string, nowMs: number): SupervisedService {
  return {
    id,
    name,
    pid: 0,
    hasForeignSupervisor: false,
    startedMs: 0,
    failures: 0,
    failingSinceMs: undefined,
    notBeforeMs: nowMs,
    unseenSinceMs: undefined,
  };
}

/** The service after a scan found a supervisor that this runsvdir did not start. */
export function withForeignSupervisor(service: SupervisedService): SupervisedService {
  return { ...service, hasForeignSupervisor: true };
}

/**
 * The service after that supervisor has exited.
 *
 * @param wasTold it was commanded to exit, by somebody who usually removes the entry next
 */
export function afterForeignExit(
  service: SupervisedService,
  wasTold: boolean,
  nowMs: number,
): SupervisedService {
  const notBeforeMs = wasTold ? nowMs + EXITED_REST_MS : nowMs;
  return { ...withoutFailures(service), hasForeignSupervisor: false, notBeforeMs };
}

/** The service after its runsv was started. */
export function afterStart(
  service: SupervisedService,
  pid: number,
  nowMs: number,
): SupervisedService {
  return { ...service, pid, startedMs: nowMs };
}

/** The service whose runsv has been a child of this process since before its re-exec. */
export function withInherited(
  service: SupervisedService,
  pid: number,
  nowMs: number,
): SupervisedService {
  const startedMs = Math.max(1, nowMs - FAILED_WITHIN_MS); // some time before
  return { ...service, pid, startedMs };
}

/**
 * The exit of a runsv: its exit code, or the signal that killed it, which is not a failure of its
 * own.
 */
export type SupervisorExit = { readonly code: number } | { readonly signal: number };

/** The service after its runsv has exited. */
export function afterExit(
  service: SupervisedService,
  end: SupervisorExit,
  nowMs: number,
): SupervisedService {
  const gone: SupervisedService = { ...service, pid: 0 };
  if ("code" in end && end.code === 0) {
    return { ...withoutFailures(gone), notBeforeMs: nowMs + EXITED_REST_MS };
  }
  if (nowMs - service.startedMs >= FAILED_WITHIN_MS) {
    return { ...withoutFailures(gone), notBeforeMs: nowMs };
  }
  return afterFailure(gone, "signal" in end ? KILLS_FREE : 0, nowMs);
}

/**
 * The warning about an exit; `undefined` if a command asked for it, or if runsv has reported it.
 *
 * @param next the service as {@link afterExit} returns it
 */
export function exitReport(
  next: SupervisedService,
  end: SupervisorExit,
  nowMs: number,
): string | undefined {
  const isKilled = "signal" in end;
  const how = isKilled ? `was killed by signal ${end.signal}` : `exited ${end.code}`;
  const waitS = Math.round((next.notBeforeMs - nowMs) / 1_000);
  if (next.failures > 0) return `runsv ${next.name} ${how}, next try in ${waitS}s`;
  return isKilled ? `runsv ${next.name} ${how}, started again` : undefined;
}

/**
 * The service after its runsv could not be started, or exited at once.
 *
 * @param free how many failures in a row are followed by an immediate start
 */
export function afterFailure(
  service: SupervisedService,
  free: number,
  nowMs: number,
): SupervisedService {
  const failingSinceMs = service.failingSinceMs ?? nowMs;
  const isNew = nowMs - failingSinceMs < RETRY_SOON_FOR_MS;
  const mostMs = isNew ? RETRY_SOON_MAX_MS : RETRY_MAX_MS;
  const counted = service.failures - free;
  const waitMs = counted < 0 ? 0 : Math.min(RETRY_MS * 2 ** counted, mostMs);
  const failures = service.failures + 1;
  return { ...service, failures, failingSinceMs, notBeforeMs: nowMs + waitMs };
}

/**
 * The service after a change in its directory, which may have repaired the cause of the failures.
 */
export function afterRepair(service: SupervisedService, nowMs: number): SupervisedService {
  const { startedMs, notBeforeMs } = service;
  return { ...service, notBeforeMs: Math.min(notBeforeMs, Math.max(nowMs, startedMs + RETRY_MS)) };
}

/** The service with its failures forgotten. */
export function withoutFailures(service: SupervisedService): SupervisedService {
  return { ...service, failures: 0, failingSinceMs: undefined };
}
