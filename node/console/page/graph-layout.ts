/**
 * Places the services of the dependency graph: each is right of all that it needs or comes after.
 *
 * Nodes in, places out: it looks at nothing else.
 */
import type { GraphNode } from "./types.ts";

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kind: "needs" | "after";
}

export interface Place {
  readonly name: string;
  readonly summary: string;
  readonly column: number;
  readonly row: number;
}

interface Layout {
  readonly places: readonly Place[];
  readonly edges: readonly Edge[];
  /** Services without any dependency. */
  readonly alone: readonly string[];
  readonly columns: number;
  readonly rows: number;
}

export function layoutOf(nodes: readonly GraphNode[]): Layout {
  const edges = nodes.flatMap(({ name, needs, after }): Edge[] => [
    ...needs.map((one) => ({ from: name, to: one.name, kind: "needs" as const })),
    ...after.map((one) => ({ from: name, to: one.name, kind: "after" as const })),
  ]);
  const linked = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const below = new Map<string, readonly string[]>(
    nodes.map(({ name, needs, after }) => [name, [...needs, ...after].map((one) => one.name)]),
  );
  const columnOf = new Map<string, number>();
  // A circle ends at the service that is on the way already.
  const visit = (name: string, way: ReadonlySet<string>): number => {
    const known = columnOf.get(name);
    if (known !== undefined) return known;
    const deeper = (below.get(name) ?? []).filter((next) => next !== name && !way.has(next));
    const columns = deeper.map((next) => visit(next, new Set([...way, name])) + 1);
    const column = Math.max(0, ...columns);
    columnOf.set(name, column);
    return column;
  };
  const rows: number[] = [];
  const places = nodes
    .filter(({ name }) => linked.has(name))
    .map(({ name, summary }): Place => {
      const column = visit(name, new Set());
      const row = rows[column] ?? 0;
      rows[column] = row + 1;
      return { name, summary, column, row };
    });
  return {
    places,
    edges,
    alone: nodes.filter(({ name }) => !linked.has(name)).map(({ name }) => name),
    columns: Math.max(0, rows.length),
    rows: Math.max(0, ...rows.map((count) => count ?? 0)),
  };
}
