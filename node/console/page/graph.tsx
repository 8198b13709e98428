/** What services need and come after: a drawing, and the same as a list. */
import { useEffect, useState } from "preact/hooks";
import { toneOf } from "../shared/text.ts";
import { read } from "./api.ts";
import { layoutOf, type Place } from "./graph-layout.ts";
import { hrefOf } from "./route.ts";
import { StateBadge } from "./state-badge.tsx";
import { store, useTopics } from "./store.ts";
import type { GraphNode } from "./types.ts";

const BOX = { width: 150, height: 34, gapX: 70, gapY: 16, margin: 8 };
const NAME_MAX = 18;

export function Graph() {
  useTopics("list");
  const [nodes, setNodes] = useState<readonly GraphNode[] | undefined>(undefined);
  const names = [...store.services.keys()].join("\n");
  useEffect(() => {
    read<{ services: readonly GraphNode[] }>("api/v1/graph")
      .then(({ services }) => setNodes(services))
      .catch(() => {});
  }, [names]);
  if (nodes === undefined) return <main class="graph" />;
  const layout = layoutOf(nodes);
  const placed = new Map(layout.places.map((place) => [place.name, place]));
  const width = 2 * BOX.margin + layout.columns * (BOX.width + BOX.gapX) - BOX.gapX;
  const height = 2 * BOX.margin + layout.rows * (BOX.height + BOX.gapY) - BOX.gapY;
  return (
    <main class="graph">
      <h1>Dependencies</h1>
      {layout.places.length === 0 && (
        <p class="empty">No service needs another one: there is no directory needs or after.</p>
      )}
      {layout.places.length > 0 && (
        <section class="drawing" tabIndex={0} aria-label="Drawing">
          <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
            <marker
              id="arrow"
              viewBox="0 0 8 8"
              refX="8"
              refY="4"
              markerWidth="8"
              markerHeight="8"
              orient="auto"
            >
              <path d="M 0 0 L 8 4 L 0 8 z" />
            </marker>
            {layout.edges.map(({ from, to, kind }) => {
              const [one, other] = [placed.get(from), placed.get(to)];
              if (one === undefined || other === undefined) return null;
              return (
                <path
                  key={`${from} ${to} ${kind}`}
                  class={kind}
                  d={curve(one, other)}
                  marker-end="url(#arrow)"
                />
              );
            })}
            {layout.places.map((place) => (
              <Box key={place.name} place={place} />
            ))}
          </svg>
        </section>
      )}
      {layout.places.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Service</th>
              <th scope="col">State</th>
              <th scope="col">Needs</th>
              <th scope="col">Comes after</th>
            </tr>
          </thead>
          <tbody>
            {nodes
              .filter(({ name }) => placed.has(name))
              .map(({ name, needs, after }) => (
                <tr key={name}>
                  <th scope="row">
                    <a href={hrefOf(name)}>{name}</a>
                  </th>
                  <td>
                    <StateBadge summary={store.services.get(name)?.summary ?? "unsupervised"} />
                  </td>
                  <td>{needs.map((one) => one.name).join(", ")}</td>
                  <td>{after.map((one) => one.name).join(", ")}</td>
                </tr>
              ))}
          </tbody>
        </table>
      )}
      {layout.places.length > 0 && (
        <p class="faint">
          An arrow leads to what a service needs; a dashed one, to what it comes after.
        </p>
      )}
      {layout.alone.length > 0 && (
        <p class="faint">{layout.alone.length} more depend on nothing.</p>
      )}
    </main>
  );
}

function cornerOf({ column, row }: Place): readonly [x: number, y: number] {
  return [BOX.margin + column * (BOX.width + BOX.gapX), BOX.margin + row * (BOX.height + BOX.gapY)];
}

/** From the left of a service to the right of the one that it needs. */
function curve(one: Place, other: Place): string {
  const [x1, top1] = cornerOf(one);
  const [x2, top2] = cornerOf(other);
  const [y1, y2] = [top1 + BOX.height / 2, top2 + BOX.height / 2];
  const end = x2 + BOX.width;
  const bend = Math.max(24, Math.abs(x1 - end) / 2);
  return `M ${x1} ${y1} C ${x1 - bend} ${y1} ${end + bend} ${y2} ${end} ${y2}`;
}

function Box({ place }: { readonly place: Place }) {
  const { name } = place;
  const [x, y] = cornerOf(place);
  const tone = toneOf(store.services.get(name)?.summary ?? place.summary);
  const text = name.length > NAME_MAX ? `${name.slice(0, NAME_MAX - 1)}…` : name;
  return (
    <g class={`box ${tone}`} transform={`translate(${x} ${y})`}>
      <rect width={BOX.width} height={BOX.height} rx="8" />
      <circle cx="16" cy={BOX.height / 2} r="4" />
      <text x="28" y={BOX.height / 2} dominant-baseline="central">
        {text}
      </text>
    </g>
  );
}
