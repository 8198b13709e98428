/**
 * Circles of dependencies. An entry of `after` on a circle counts for nothing. A circle that is
 * left then has entries of `needs` alone: its services never start, and if they are up, none of
 * them waits for another of them at a stop.
 *
 * Pure: a graph in, its circles out.
 */
import type { Dependency } from "../protocol/dependency.ts";

/** The dependencies of each service, by the path of its service directory. */
export type Graph = ReadonlyMap<string, readonly Edge[]>;

/** A dependency, with the path of the service directory that it leads to. */
export interface Edge extends Pick<Dependency, "kind" | "name"> {
  readonly to: string;
}

/** The circles that a service is on. */
export interface Circles {
  /** The paths of the services whose `after` entries in this service are void. */
  readonly voidAfter: ReadonlySet<string>;
  /** The paths of the services that depend on this one, and for which its stop need not wait. */
  readonly voidHolders: ReadonlySet<string>;
  /** The names on one circle, from this service on; `undefined` if it is on none. */
  readonly names: readonly string[] | undefined;
}

/**
 * @param own the path of the service
 * @param graph contains at least every service that `own` leads to
 */
export function circlesOf(own: string, graph: Graph): Circles {
  const edges = graph.get(own) ?? [];
  const back = edges.filter(({ to }) => pathBetween(graph, to, own) !== undefined);
  if (back.length === 0) return NO_CIRCLES;
  const needsOnly = withoutVoid(graph);
  const holders = [...graph].filter(([from, list]) => {
    const edge = list.find(({ to }) => to === own);
    if (edge === undefined || pathBetween(graph, own, from) === undefined) return false;
    return edge.kind === "after" || pathBetween(needsOnly, own, from) !== undefined;
  });
  const [first] = back;
  const names = first === undefined ? [] : [first, ...(pathBetween(graph, first.to, own) ?? [])];
  return {
    voidAfter: new Set(back.filter(({ kind }) => kind === "after").map(({ to }) => to)),
    voidHolders: new Set(holders.map(([from]) => from)),
    names: names.map(({ name }) => name),
  };
}

const NO_CIRCLES: Circles = {
  voidAfter: new Set(),
  voidHolders: new Set(),
  names: undefined,
};

/** The graph without the `after` entries that are on a circle. */
function withoutVoid(graph: Graph): Graph {
  const isKept = (from: string, { kind, to }: Edge) =>
    kind === "needs" || pathBetween(graph, to, from) === undefined;
  return new Map(
    [...graph].map(([from, list]) => [from, list.filter((edge) => isKept(from, edge))]),
  );
}

/** The shortest way; empty from a service to itself. */
function pathBetween(graph: Graph, from: string, to: string): readonly Edge[] | undefined {
  /** The last edge, and the service before it, on the way to each service. */
  const cameBy = new Map<string, readonly [before: string, edge: Edge] | undefined>([
    [from, undefined],
  ]);
  for (const at of cameBy.keys()) {
    if (at === to) break;
    for (const edge of graph.get(at) ?? []) {
      if (!cameBy.has(edge.to)) cameBy.set(edge.to, [at, edge]);
    }
  }
  if (!cameBy.has(to)) return undefined;
  const way: Edge[] = [];
  for (let last = cameBy.get(to); last !== undefined; last = cameBy.get(last[0])) way.push(last[1]);
  return way.reverse();
}
