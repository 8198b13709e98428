/**
 * Looks for circles of dependencies on disk. A service that waits on a circle waits for one that
 * waits as well, so a search first follows one obstacle after the other, which is cheap; only if
 * that leads round, it reads the whole graph.
 */
import * as posix from "posix";
import type { Directory } from "../base/directory.ts";
import { ignoringErrors } from "../base/errors.ts";
import type { Dependency } from "../protocol/dependency.ts";
import { type Circles, circlesOf, type Edge } from "./circles.ts";
import { dependantsIn, isAlive } from "./dependants.ts";
import { readEntries } from "./dependency-entries.ts";
import { lookAt, openDirectory } from "./look.ts";
import { siblingPath } from "./place.ts";
import { permitsStart, SUPERVISOR_WAIT_MS } from "./sight.ts";

/** A graph with more services is not searched any further. */
const SERVICES_MAX = 10_000;

/** A service directory, open, and the scanned directory that its entry is in. */
interface OpenService {
  readonly home: Directory;
  readonly scanned: string;
}

/**
 * @param own the service that waits for its start, or for its stop
 * @param servicesMax how many services to follow
 * @returns `undefined` if that leads nowhere, or too far
 * @throws {PosixError} a resource has run out
 */
export function searchCircles(
  own: OpenService,
  waitsFor: "start" | "stop",
  servicesMax: number,
): Circles | undefined {
  const follow = waitsFor === "start" ? firstObstacle : firstHolder;
  const seen = new Set([posix.fstat(own.home.fd).id]);
  for (let path = follow(own); path !== undefined; path = at(path, follow)) {
    if (seen.size > servicesMax) return undefined;
    const id = idOf(path);
    if (id === undefined) return undefined;
    if (seen.has(id)) return allCircles(own);
    seen.add(id);
  }
  return undefined;
}

/** The path of the first service that keeps another from starting, if it waits itself. */
function firstObstacle(service: OpenService): string | undefined {
  for (const entry of entriesOf(service)) {
    const path = siblingPath(service.scanned, entry);
    const seen = lookAt(path, false);
    if (permitsStart(entry, seen, SUPERVISOR_WAIT_MS)) continue;
    const isWaiting = seen.isSupervised && seen.isWanted && seen.since === undefined;
    return isWaiting ? path : undefined;
  }
  return undefined;
}

/** The path of the first service that holds another one, if that waits to stop. */
function firstHolder({ home: { fd } }: OpenService): string | undefined {
  const stopping = "supervise/stopping";
  const isWaiting = posix.stat(fd, stopping, posix.AT_SYMLINK_NOFOLLOW) !== undefined;
  return isWaiting ? dependantsIn(fd, "supervise/").find(isAlive)?.path : undefined;
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
