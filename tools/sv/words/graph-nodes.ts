/**
 * Finds the dependencies of services, for `sv graph` and for the console in node/.
 */
import * as posix from "posix";
import { Directory } from "../../../base/directory.ts";
import { ignoringErrors } from "../../../base/errors.ts";
import { readEntries } from "../../../supervisor/dependency-entries.ts";
import { placeOf, siblingPath } from "../../../supervisor/place.ts";
import { NamedService } from "../service.ts";
import type { GraphNode } from "./graph-text.ts";
import { type Json, nameMembers } from "./json.ts";
import { problemText } from "./service-info.ts";
import { viewOf } from "./view.ts";

/** The nodes of these services, and of all that they lead to, by their ids. */
export function nodesFrom(services: readonly NamedService[]): ReadonlyMap<string, GraphNode> {
  const now = posix.clockReal();
  const nodes = new Map<string, GraphNode>();
  const left = [...services];
  for (let service = left.shift(); service !== undefined; service = left.shift()) {
    const id = idOf(service.path);
    if (nodes.has(id)) continue;
    const needed = dependenciesOf(service.path);
    const view = viewOf(service, { now });
    const { name, summary, live } = view;
    const edges = needed.map(({ kind, path }) => ({ kind, to: idOf(path) }));
    const problem = problemText(view);
    nodes.set(id, { id, name, summary, problem, edges, waitsFor: live?.waitsFor ?? [] });
    left.push(...needed.map((one) => new NamedService(one.name, one.path)));
  }
  return nodes;
}

/** The entries of `needs` and `after` with their paths; none if they cannot be read. */
function dependenciesOf(path: string) {
  return (
    ignoringErrors(() => {
      const home = Directory.open(path);
      try {
        const scanned = placeOf(path, home.fd)?.scanned ?? `${path}/..`;
        return readEntries(home).map((one) => ({ ...one, path: siblingPath(scanned, one) }));
      } finally {
        home.close();
      }
    }) ?? []
  );
}

/** The directory, whatever its path; the path, if there is none. */
export function idOf(path: string): string {
  return ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0))?.id ?? path;
}

/** A node as an object of the JSON output. */
export function nodeMembers(
  { name, summary, problem, edges, waitsFor }: GraphNode,
  nodes: ReadonlyMap<string, GraphNode>,
): { readonly [member: string]: Json } {
  const named = (kind: string): Json =>
    edges
      .filter((edge) => edge.kind === kind)
      .map(({ to }) => nameMembers("name", nodes.get(to)?.name ?? ""));
  return {
    ...nameMembers("name", name),
    summary,
    ...(problem === "" ? {} : nameMembers("problem", problem)),
    needs: named("needs"),
    after: named("after"),
    waits_for: waitsFor.map((one) => nameMembers("name", one)),
  };
}
