/**
 * Looks for circles of dependencies on disk. A service that waits on a circle waits for one that
 * waits as well, so a search first follows one obstacle after the other, which is cheap; only if
 * that leads round, it reads the whole graph.
 *
 * If each service of a long chain followed all the others, which all wait, that would keep the
 * machine busier than their starts do. So beyond a few services a search ends at the first one that
 * ranks before its own, and leaves the rest of the way to that. Of a circle of any size, the
 * service that ranks first goes all the way round; once its entry is void, the others wait for it
 * no longer. The cost of a chain of n services is some n log n steps.
 */
import * as posix from "posix";
import type { Directory } from "../base/directory.ts";
import { ignoringErrors } from "../base/errors.ts";
import type { Dependency, DependencyKind } from "../protocol/dependency.ts";
import { type Circles, circlesOf, type Edge } from "./circles.ts";
import { dependantsIn, isAlive } from "./dependants.ts";
import { readEntries } from "./dependency-entries.ts";
import { lookAt, openDirectory } from "./look.ts";
import { siblingPath } from "./place.ts";
import { isWaitingItself, permitsStart, SUPERVISOR_WAIT_MS } from "./sight.ts";

/** A graph with more services is not searched any further. */
const SERVICES_MAX = 10_000;

/** The way from a service that waits to the one that it waits for. */
interface Step {
  /** The path of the other service. */
  readonly path: string;
  /** The dependency between the two. */
  readonly kind: DependencyKind;
}

/** A service directory, open, and the scanned directory that its entry is in. */
interface OpenService {
  readonly home: Directory;
  readonly scanned: string;
}

/**
 * @param own the service that waits for its start, or for its stop
 * @param fewServices how many services to follow in any case
 * @returns `undefined` if that leads nowhere, or too far
 * @throws {PosixError} a resource has run out
 */
export function searchCircles(
  own: OpenService,
  waitsFor: "start" | "stop",
  fewServices: number,
): Circles | undefined {
  const follow = waitsFor === "start" ? firstObstacle : firstHolder;
  let step = follow(own);
  if (step === undefined) return undefined;
  const ownId = posix.fstat(own.home.fd).id;
  const ownRank = rankOf(ownId, step.kind);
  const seen = new Set([ownId]);
  while (seen.size < SERVICES_MAX) {
    const id = idOf(step.path);
    if (id === undefined) return undefined;
    if (seen.has(id)) return allCircles(own);
    step = at(step.path, follow);
    if (step === undefined) return undefined;
    if (seen.size > fewServices && rankOf(id, step.kind) < ownRank) return undefined;
    seen.add(id);
  }
  return undefined;
}

/**
 * First the services that wait because of `after`, as only these can end a circle that has such
 * entries. The digits of the inode number are reversed because services that were made one after
 * the other often need each other in that order.
 */
function rankOf(id: string, kind: DependencyKind): string {
  return kind + [...id].reverse().join("");
}

/** The first service that keeps another from starting, if it waits itself. */
function firstObstacle(service: OpenService): Step | undefined {
  for (const entry of entriesOf(service)) {
    const path = siblingPath(service.scanned, entry);
    const seen = lookAt(path, false);
    if (permitsStart(entry, seen, SUPERVISOR_WAIT_MS)) continue;
    return isWaitingItself(seen) ? { path, kind: entry.kind } : undefined;
  }
  return undefined;
}

/** The first service that holds another one, if that waits to stop. */
function firstHolder({ home: { fd } }: OpenService): Step | undefined {
  const stopping = "supervise/stopping";
  const isWaiting = posix.stat(fd, stopping, posix.AT_SYMLINK_NOFOLLOW) !== undefined;
  const path = isWaiting ? dependantsIn(fd, "supervise/").find(isAlive)?.path : undefined;
  return path === undefined ? undefined : { path, kind: kindBetween(path, posix.fstat(fd).id) };
}

/**
 * @param path a service that depends on another one
 * @param id that of the other one
 */
function kindBetween(path: string, id: string): DependencyKind {
  const entry = at(path, (service) =>
    entriesOf(service).find((each) => idOf(siblingPath(service.scanned, each)) === id),
  );
  return entry?.kind ?? "needs";
}

/** All circles that the service is on, also if it does not wait. */
export function allCircles(own: OpenService): Circles {
  const start = posix.fstat(own.home.fd).id;
  const graph = new Map<string, Edge[]>();
  const paths = new Map<string, string>();
  const add = (id: string, service: OpenService) => {
    const edges: Edge[] = [];
    graph.set(id, edges);
    for (const entry of entriesOf(service)) {
      const path = siblingPath(service.scanned, entry);
      const to = idOf(path);
      if (to === undefined) continue;
      if (!paths.has(to) && paths.size < SERVICES_MAX) paths.set(to, path);
      edges.push({ kind: entry.kind, name: entry.name, to });
    }
  };
  add(start, own);
  for (const [id, path] of paths) {
    if (!graph.has(id)) at(path, (service) => add(id, service));
  }
  return circlesOf(start, graph);
}

function entriesOf({ home }: OpenService): Dependency[] {
  return ignoringErrors(() => readEntries(home)) ?? [];
}

/** @returns `undefined` if the directory cannot be opened */
function at<T>(path: string, use: (service: OpenService) => T): T | undefined {
  const home = openDirectory(path);
  if (home === undefined) return undefined;
  try {
    return use({ home, scanned: path.slice(0, path.lastIndexOf("/")) });
  } finally {
    home.close();
  }
}

/** Equal for two paths of one service directory. */
export function idOf(path: string): string | undefined {
  return ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0))?.id;
}
