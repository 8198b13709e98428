/** All services, as a table that can be filtered and sorted. */
import type { VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { mainCommand, RESTART } from "../shared/command-words.ts";
import { comparisons, matches, type Order, SEVERITY } from "../shared/order.ts";
import { cpuText, memoryText, toneOf } from "../shared/text.ts";
import { SmallChart } from "./chart.tsx";
import { Hindrance } from "./command.tsx";
import { blindness, give, hindrance } from "./commands.ts";
import { hrefOf } from "./route.ts";
import { Since } from "./since.tsx";
import { StateBadge } from "./state-badge.tsx";
import { store, useTopics } from "./store.ts";
import type { Service } from "./types.ts";

/** Rows are drawn in portions, so that the first screen is there at once. */
const ROWS = { first: 40, more: 160 };

const compare = comparisons((name) => ({
  cpu: store.charts.get(name)?.cpu.at(-1),
  memory: store.charts.get(name)?.memory.at(-1),
}));

export function List() {
  useTopics("list");
  const [filter, setFilter] = useState("");
  const [state, setState] = useState<string | undefined>(undefined);
  const [order, setOrder] = useState<Order>("name");
  const all = [...store.services.values()];
  const shown = all
    .filter(({ name, summary }) => matches(name, filter) && (state ?? summary) === summary)
    .sort(compare[order]);
  const limit = useGrowingLimit(shown.length);
  const rowOf = useRows();
  return (
    <main class="list">
      <h1 class="hidden">Services</h1>
      <div class="tools">
        <Counts services={all} chosen={state} onChoose={setState} />
        <input
          type="search"
          class="filter"
          id="filter"
          placeholder="Filter by name"
          aria-label="Filter by name"
          value={filter}
          onInput={({ currentTarget }) => setFilter(currentTarget.value)}
        />
      </div>
      {store.problem !== undefined && <p class="problem">{store.problem}</p>}
      <Hindrance hindrance={blindness(all)} />
      <table>
        <thead>
          <tr>
            <Heading order="name" label="Service" chosen={order} onChoose={setOrder} />
            <Heading order="state" label="State" chosen={order} onChoose={setOrder} />
            <th scope="col" class="number since">
              For
            </th>
            <Heading
              order="restarts"
              label="Restarts"
              chosen={order}
              onChoose={setOrder}
              isNumber
            />
            <Heading order="cpu" label="CPU" chosen={order} onChoose={setOrder} isNumber />
            <Heading order="memory" label="Memory" chosen={order} onChoose={setOrder} isNumber />
            <th scope="col" class="actions">
              <span class="hidden">Commands</span>
            </th>
          </tr>
        </thead>
        <tbody>{shown.slice(0, limit).map(({ name }) => rowOf(name))}</tbody>
      </table>
      {shown.length === 0 && (
        <p class="empty">{all.length === 0 ? emptyText() : "None matches."}</p>
      )}
    </main>
  );
}

/** The same element for a name each time: then Preact draws a row only if its service has news. */
function useRows(): (name: string) => VNode {
  const rows = useRef(new Map<string, VNode>()).current;
  return (name) => {
    const row = rows.get(name) ?? <Row key={name} name={name} />;
    rows.set(name, row);
    return row;
  };
}

function emptyText(): string {
  return `There are no services in ${store.hello?.home ?? "the directory"} yet.`;
}

/** How many rows to draw: few at first, all in the end. */
function useGrowingLimit(count: number): number {
  const [limit, setLimit] = useState(ROWS.first);
  useEffect(() => {
    if (limit >= count) return;
    const timer = setTimeout(() => setLimit(limit + ROWS.more), 0);
    return () => clearTimeout(timer);
  }, [limit, count]);
  return limit;
}

interface HeadingProps {
  readonly order: Order;
  readonly label: string;
  readonly chosen: Order;
  readonly onChoose: (order: Order) => void;
  readonly isNumber?: boolean;
}

function Heading({ order, label, chosen, onChoose, isNumber = false }: HeadingProps) {
  const isChosen = order === chosen;
  const direction = order === "name" || order === "state" ? "ascending" : "descending";
  return (
    <th
      scope="col"
      class={`${order} ${isNumber ? "number" : ""}`}
      aria-sort={isChosen ? direction : "none"}
    >
      <button type="button" class="plain" onClick={() => onChoose(order)}>
        {label}
        <span class="arrow" aria-hidden="true">
          {isChosen ? (direction === "ascending" ? " ↑" : " ↓") : ""}
        </span>
      </button>
    </th>
  );
}

interface CountsProps {
  readonly services: readonly Service[];
  readonly chosen: string | undefined;
  readonly onChoose: (state: string | undefined) => void;
}

/** How many services are in each state; each count filters. */
function Counts({ services, chosen, onChoose }: CountsProps) {
  const counts = new Map<string, number>();
  for (const { summary } of services) counts.set(summary, (counts.get(summary) ?? 0) + 1);
  if (chosen !== undefined && !counts.has(chosen)) counts.set(chosen, 0);
  const states = [...counts.keys()].sort(
    (one, other) => SEVERITY.indexOf(toneOf(one)) - SEVERITY.indexOf(toneOf(other)),
  );
  return (
    <fieldset class="counts">
      <legend class="hidden">Filter by state</legend>
      <button type="button" aria-pressed={chosen === undefined} onClick={() => onChoose(undefined)}>
        <b>{services.length}</b> all
      </button>
      {states.map((state) => (
        <button
          type="button"
          key={state}
          class={toneOf(state)}
          aria-pressed={chosen === state}
          onClick={() => onChoose(chosen === state ? undefined : state)}
        >
          <b>{counts.get(state)}</b> {state}
        </button>
      ))}
    </fieldset>
  );
}

function Row({ name }: { readonly name: string }) {
  useTopics(`service:${name}`);
  const service = store.services.get(name);
  const isNew = useChange(service?.summary);
  if (service === undefined) return null;
  const { summary, info, since, restarts } = service;
  return (
    <tr class={isNew ? "changed" : ""} data-service={name}>
      <th scope="row" class="name">
        <a href={hrefOf(name)}>{name}</a>
      </th>
      <td class="state-cell">
        <StateBadge summary={summary} />
        {info !== "" && <span class="info">{info}</span>}
      </td>
      <td class="number since">
        <Since time={since} />
      </td>
      <td class="number restarts">{restarts ?? <span class="faint">–</span>}</td>
      <UseCells name={name} />
      <td class="actions">
        <RowCommands service={service} />
      </td>
    </tr>
  );
}

function UseCells({ name }: { readonly name: string }) {
  useTopics(`charts:${name}`);
  const { cpu, memory } = store.charts.get(name) ?? { cpu: [], memory: [] };
  return (
    <>
      <td class="number cpu">
        <SmallChart title="CPU" samples={cpu} least={5} text={cpuText} />
        <span>{cpuText(cpu.at(-1))}</span>
      </td>
      <td class="number memory">
        <SmallChart title="Memory" samples={memory} least={1_024} text={memoryText} />
        <span>{memoryText(memory.at(-1))}</span>
      </td>
    </>
  );
}

function RowCommands({ service }: { readonly service: Service }) {
  const hindered = hindrance(service);
  const title = hindered && [hindered.text, hindered.command].filter(Boolean).join(" ");
  return (
    <>
      {[mainCommand(service), RESTART].map((word) => (
        <button
          type="button"
          key={word.command}
          aria-disabled={hindered !== undefined}
          title={title}
          aria-label={`${word.label} ${service.name}`}
          onClick={() => void give(service, word)}
        >
          {word.label}
        </button>
      ))}
    </>
  );
}

/** Whether a value has just changed, for a moment. */
function useChange(value: string | undefined): boolean {
  const former = useRef(value);
  const [isNew, setNew] = useState(false);
  const hasChanged = useMemo(() => {
    const changed = former.current !== value && former.current !== undefined;
    former.current = value;
    return changed;
  }, [value]);
  useEffect(() => {
    if (!hasChanged) return;
    setNew(true);
    const timer = setTimeout(() => setNew(false), 1_500);
    return () => clearTimeout(timer);
  }, [value]);
  return isNew;
}
