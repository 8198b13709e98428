/**
 * The services that a service depends on or waits for, from the files needs/ and after/ and what
 * supervisors publish about them.
 */
import * as posix from "posix";
import { Directory } from "../../base/directory.ts";
import { ignoringErrors, isPosixError } from "../../base/errors.ts";
import type { Dependency } from "../../protocol/dependency.ts";
import type { StatusRecord } from "../../protocol/status.ts";
import { dependantsIn } from "../../supervisor/dependants.ts";
import { readEntries } from "../../supervisor/dependency-entries.ts";
import { lookAt } from "../../supervisor/look.ts";
import { placeOf, siblingPath } from "../../supervisor/place.ts";
import { permitsStart, SUPERVISOR_WAIT_MS } from "../../supervisor/sight.ts";
import { NamedService } from "./service.ts";
import type { ServiceFiles } from "./service-report.ts";

/** A service that another one depends on, as an entry of that one names it. */
interface Needed {
  readonly entry: Dependency;
  readonly service: NamedService;
}

/** The services that this one waits for, under the names that its entries or links have. */
export function waitsOf(service: ServiceFiles, record: StatusRecord): NamedService[] {
  const { phase, want, termSent } = record;
  if (phase === "down" && want === "up") return obstaclesOf(service);
  return phase === "run" && !termSent && isStopRecorded(service) ? holdersOf(service) : [];
}

export function dependenciesOf(service: ServiceFiles): Needed[] {
  return (
    withHome(service, (home) => {
      const place = placeOf(service.path, home.fd);
      if (place === undefined) return [];
      return readEntries(home).map((entry) => {
        const path = siblingPath(place.scanned, entry);
        return { entry, service: new NamedService(entry.name, path) };
      });
    }) ?? []
  );
}

/** Whether the stop of the service waits, or has waited, for its dependants. */
export function isStopRecorded(service: ServiceFiles): boolean {
  const path = service.at("supervise/stopping");
  // Not by ignoringErrors: a list of services comes here thousands of times.
  try {
    return posix.mode(service.dir, path, posix.AT_SYMLINK_NOFOLLOW) !== undefined;
  } catch (error) {
    if (isPosixError(error)) return false;
    throw error;
  }
}

/** The services that keep this one from starting. */
function obstaclesOf(service: ServiceFiles): NamedService[] {
  const sights = dependenciesOf(service).map((needed) => ({
    ...needed,
    seen: lookAt(needed.service.path, false),
  }));
  const obstacles = (waitedMs: number) =>
    sights
      .filter(({ entry, seen }) => !permitsStart(entry, seen, waitedMs))
      .map((needed) => needed.service);
  // Nobody publishes since when it waits. What is only waited for at first is named if it is all.
  const lasting = obstacles(SUPERVISOR_WAIT_MS);
  return lasting.length > 0 ? lasting : obstacles(0);
}

/** The services that are to stop before this one, if it is to stop. */
function holdersOf(service: ServiceFiles): NamedService[] {
  const dependants = withHome(service, ({ fd }) => dependantsIn(fd, "supervise/")) ?? [];
  // A supervisor that was killed has left its link, which counts as long as its process lives.
  const supervised = dependants.filter(({ path }) => lookAt(path, false).isSupervised);
  const holders = supervised.length > 0 ? supervised : dependants;
  return holders.map(({ name, path }) => new NamedService(name, path));
}

function withHome<T>(service: ServiceFiles, use: (home: Directory) => T): T | undefined {
  const home = ignoringErrors(() => Directory.open(service.path));
  if (home === undefined) return undefined;
  try {
    return ignoringErrors(() => use(home));
  } finally {
    home.close();
  }
}
