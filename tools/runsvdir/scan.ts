/**
 * What runsvdir decides when it has looked at its directory: which services are new, which are gone, and when
 * a supervisor that ended is started again.
 *
 * Pure: names and numbers in, decisions out.
 * Source: runit 2.1.2, runsvdir(8); the differences are in docs/differences.md.
 */

/** A service directory that is known, by device and inode. */
export interface Service {
  readonly id: string;
  /** The entry's name when its supervisor was started; a later rename changes nothing. */
  readonly name: string;
  /** Of the runsv that was started for it, or what else names that; 0 while there is none. */
  readonly pid: number;
  /** It has a supervisor that was not started here, and needs none. */
  readonly hasForeignSupervisor: boolean;
  readonly startedMs: number; // on the monotonic clock, as all times here
  /** How often in a row its runsv ended soon after its start. */
  readonly failures: number;
  /** Since when; `undefined` where the last one did not. */
  readonly failingSinceMs: number | undefined;
  /** No runsv is started before. */
  readonly notBeforeMs: number;
  /** Since when its entry could not be looked at; `undefined` while it can. */
  readonly unseenSinceMs: number | undefined;
}

/** What one entry of the directory turned out to be. */
export type Entry =
  | {
      readonly name: string;
      readonly kind: "directory";
      readonly id: string;
      /** How long to wait before a new service is started: it may still be being filled, or named. */
      readonly settlesInMs: number;
    }
  | { readonly name: string; readonly kind: "other" }
  /** It is there, but stat failed; `gone` when it leads nowhere, which a moment may mend. */
  | { readonly name: string; readonly kind: "unknown"; readonly gone: boolean };

export interface Decision {
  /** Services as they stand now, by {@link Service.id}. */
  readonly services: Map<string, Service>;
  /** New directories that are still left alone, by {@link Service.id}, and since when. */
  readonly arriving: ReadonlyMap<string, number>;
  /** Among them, those whose runsv is to be started. */
  readonly start: readonly Service[];
  /** No longer there: their runsv is to end. */
  readonly stop: readonly Service[];
  /** An entry may mean something else by then, without a further change in the directory: look again at this time. */
  readonly againAtMs: number | undefined;
}

/** How long an entry may lead nowhere before its service is taken for removed. */
export const GONE_AFTER_MS = 5_000;
/** A runsv that ends this soon after its start has failed, and is not started again at once. */
export const FAILED_WITHIN_MS = 1_000;
/** The wait after a first failure; it doubles with each further one. */
export const RETRY_MS = 1_000;
export const RETRY_MAX_MS = 30_000;
/** What makes a supervisor fail is most often mended soon, by somebody who watches: for so long it is tried more often. */
export const RETRY_SOON_FOR_MS = 60_000;
export const RETRY_SOON_MAX_MS = 5_000;
/** A new directory in which files come and go is left alone for no longer than this. */
export const SETTLE_MAX_MS = 5_000;
/** A runsv that is killed is back at once, unless it is killed this often in a row soon after its start. */
export const KILLS_FREE = 3;
/** How long a runsv that was told to exit stays gone: whoever told it mostly removes the entry next. */
export const EXITED_REST_MS = 1_000;

/** @param arriving from the decision before */
export function decide(
  known: ReadonlyMap<string, Service>,
  entries: readonly Entry[],
  nowMs: number,
  arriving: ReadonlyMap<string, number> = new Map(),
): Decision {
  const names = new Set(entries.map(({ name }) => name));
  const byName = new Map([...known.values()].map((service) => [service.name, service]));
  const kept = new Map<string, Service>();
  const stillArriving = new Map<string, number>();
  let againAtMs = Number.POSITIVE_INFINITY;
  const lookAt = (atMs: number) => {
    againAtMs = Math.min(againAtMs, atMs);
  };
  for (const entry of entries) {
    if (entry.kind === "directory") {
      if (kept.has(entry.id)) continue; // two names for one directory: the first one counts
      const service = known.get(entry.id);
      if (service !== undefined) {
        const isLasting = entry.name === service.name || !isPassing(entry.name, names);
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
export function isDue(service: Service, nowMs: number): boolean {
  const { notBeforeMs, unseenSinceMs } = service;
  return isUnsupervised(service) && unseenSinceMs === undefined && notBeforeMs <= nowMs;
}

/** As `ln -f` names a link before it renames it over the old one: so, and some more letters and digits. */
const LN_NAME = { start: "Cu", length: 8 }; // Source: GNU coreutils, force-link.c
/** What stands between a name and what is added to it until it is renamed: `web.new`, `web~`. */
const BEFORE_ADDITION = [".", "~"];

/**
 * Whether an entry may be about to be renamed: over another one, by somebody who replaces that in one step.
 *
 * @param names of all entries
 */
export function isPassing(name: string, names: ReadonlySet<string>): boolean {
  if (name.startsWith(LN_NAME.start) && name.length === LN_NAME.length) return true;
  return BEFORE_ADDITION.some((mark) => {
    const at = name.lastIndexOf(mark);
    return at > 0 && names.has(name.slice(0, at));
  });
}

/** A runsv that is not running is started by the name that its entry has now. */
function renamedTo(service: Service, name: string): Service {
  return {
    ...service,
    name: isUnsupervised(service) ? name : service.name,
    unseenSinceMs: undefined,
  };
}

function isUnsupervised({ pid, hasForeignSupervisor }: Service): boolean {
  return pid === 0 && !hasForeignSupervisor;
}

function newService(id: string, name: string, nowMs: number): Service {
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

/** The service after a supervisor was found at work that was not started here. */
export function withForeignSupervisor(service: Service): Service {
  return { ...service, hasForeignSupervisor: true };
}

/**
 * The service after that supervisor has ended.
 *
 * @param wasTold it was told to exit, by somebody who mostly removes the entry next
 */
export function afterForeignExit(service: Service, wasTold: boolean, nowMs: number): Service {
  const notBeforeMs = wasTold ? nowMs + EXITED_REST_MS : nowMs;
  return { ...working(service), hasForeignSupervisor: false, notBeforeMs };
}

/** The service after its runsv has been started. */
export function started(service: Service, pid: number, nowMs: number): Service {
  return { ...service, pid, startedMs: nowMs };
}

/** How a runsv ended: by its own exit code, or killed by a signal, which is none of its own doing. */
export type End = { readonly code: number } | { readonly signal: number };

/** The service after its runsv has ended. */
export function ended(service: Service, end: End, nowMs: number): Service {
  const gone: Service = { ...service, pid: 0 };
  if ("code" in end && end.code === 0) {
    return { ...working(gone), notBeforeMs: nowMs + EXITED_REST_MS };
  }
  if (nowMs - service.startedMs >= FAILED_WITHIN_MS) {
    return { ...working(gone), notBeforeMs: nowMs };
  }
  return failed(gone, "signal" in end ? KILLS_FREE : 0, nowMs);
}

/**
 * The service after its runsv could not be started, or ended at once.
 *
 * @param free how many failures in a row are followed by a start at once
 */
export function failed(service: Service, free: number, nowMs: number): Service {
  const failingSinceMs = service.failingSinceMs ?? nowMs;
  const isNew = nowMs - failingSinceMs < RETRY_SOON_FOR_MS;
  const mostMs = isNew ? RETRY_SOON_MAX_MS : RETRY_MAX_MS;
  const counted = service.failures - free;
  const waitMs = counted < 0 ? 0 : Math.min(RETRY_MS * 2 ** counted, mostMs);
  const failures = service.failures + 1;
  return { ...service, failures, failingSinceMs, notBeforeMs: nowMs + waitMs };
}

/** The service after its directory has changed, which may have mended what makes its runsv fail. */
export function mended(service: Service, nowMs: number): Service {
  const { startedMs, notBeforeMs } = service;
  return { ...service, notBeforeMs: Math.min(notBeforeMs, Math.max(nowMs, startedMs + RETRY_MS)) };
}

/** The service as it is looked at anew, whatever has failed before. */
export function working(service: Service): Service {
  return { ...service, failures: 0, failingSinceMs: undefined };
}
