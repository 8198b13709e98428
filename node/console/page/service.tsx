/** One service: state and why, commands, charts, log, history and files. */
import { useEffect, useState } from "preact/hooks";
import { MORE, mainCommand, RESTART } from "../shared/command-words.ts";
import { cpuText, exitText, memoryText, spanText, timeText } from "../shared/text.ts";
import { pathOf, read } from "./api.ts";
import { LargeChart } from "./chart.tsx";
import { Command, Hindrance } from "./command.tsx";
import { give, hindrance } from "./commands.ts";
import { LogView } from "./log-view.tsx";
import { Since } from "./since.tsx";
import { StateBadge } from "./state-badge.tsx";
import { store, useTopics } from "./store.ts";
import type { Run, Service, ServiceFile, Why } from "./types.ts";

export function ServicePage({ name }: { readonly name: string }) {
  useTopics(`service:${name}`);
  const service = store.services.get(name);
  // What is read again whenever the state changes.
  const version = service && `${service.summary} ${service.since} ${service.restarts}`;
  const why = useRead<Why>(pathOf(name, "/why"), version);
  const history = useRead<{ runs: readonly Run[] }>(pathOf(name, "/history"), version);
  const files = useRead<{ files: readonly ServiceFile[] }>(pathOf(name, "/files"), name);
  if (service === undefined) {
    return (
      <main class="service">
        <h1>{name}</h1>
        <p class="empty">There is no such service.</p>
      </main>
    );
  }
  return (
    <main class="service">
      <header class="title">
        <h1>{name}</h1>
        <StateBadge summary={service.summary} />
        <span class="for">
          <Since time={service.since} />
        </span>
        <Commands service={service} />
      </header>
      <Hindrance id="hindrance" hindrance={hindrance(service)} />
      {why !== undefined && <Answer why={why} />}
      <div class="columns">
        <LogView name={name} />
        <aside>
          <UseCharts name={name} />
          <Facts service={service} />
        </aside>
      </div>
      <History runs={history?.runs ?? []} />
      <Files files={files?.files ?? []} />
    </main>
  );
}

/** An answer of the API; asked for again when `version` changes. */
function useRead<T>(path: string, version: string | undefined): T | undefined {
  const [answer, setAnswer] = useState<T | undefined>(undefined);
  useEffect(() => {
    if (version === undefined) return;
    const abort = new AbortController();
    // Without an answer the page shows the last one, and the stream says what is wrong.
    read<T>(path, abort.signal)
      .then(setAnswer)
      .catch(() => {});
    return () => abort.abort();
  }, [path, version]);
  return answer;
}

function Commands({ service }: { readonly service: Service }) {
  const isHindered = hindrance(service) !== undefined;
  return (
    <div class="commands">
      {[mainCommand(service), RESTART].map((word) => (
        <button
          type="button"
          key={word.command}
          aria-disabled={isHindered}
          aria-describedby={isHindered ? "hindrance" : undefined}
          onClick={() => void give(service, word)}
        >
          {word.label}
        </button>
      ))}
      <select
        aria-label="More commands"
        disabled={isHindered}
        value=""
        onChange={({ currentTarget }) => {
          const word = MORE.find(({ command }) => command === currentTarget.value);
          currentTarget.value = "";
          if (word !== undefined) void give(service, word);
        }}
      >
        <option value="">More…</option>
        {MORE.map(({ command, label }) => (
          <option key={command} value={command}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}

function Answer({ why }: { readonly why: Why }) {
  return (
    <details class={`why ${why.fine ? "" : "not-fine"}`} open={!why.fine}>
      <summary>
        <span>
          {why.answer}
          {why.command !== undefined && (
            <>
              ; try <Command text={why.command} />
            </>
          )}
        </span>
      </summary>
      <dl>
        {why.evidence.map(({ label, text }, index) => (
          <div key={`${index} ${label}`} class={label === "" ? "more" : ""}>
            <dt>{label}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function UseCharts({ name }: { readonly name: string }) {
  useTopics(`charts:${name}`);
  const { cpu, memory } = store.charts.get(name) ?? { cpu: [], memory: [] };
  const sampleS = (store.hello?.sample_ms ?? 0) / 1_000;
  return (
    <>
      <LargeChart title="CPU" samples={cpu} least={5} text={cpuText} sampleS={sampleS} />
      <LargeChart
        title="Memory"
        samples={memory}
        least={1_024}
        text={memoryText}
        sampleS={sampleS}
      />
    </>
  );
}

function Facts({ service }: { readonly service: Service }) {
  const { wanted, normally, pid, restarts, ready, supervisor, last_exit, log, directory } = service;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["Process", pid === undefined ? undefined : String(pid)],
    ["Ready", ready === undefined ? undefined : ready ? "yes" : "not yet"],
    ["Wanted", wanted],
    ["At boot", normally],
    ["Restarts", restarts === undefined ? undefined : String(restarts)],
    ["Last exit", last_exit && `${exitText(last_exit)}, ${timeText(last_exit.at)}`],
    ["Log service", log?.summary],
    ["Supervisor", supervisor],
    ["Directory", directory],
  ];
  return (
    <dl class="facts">
      {facts.map(
        ([label, value]) =>
          value !== undefined && (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

function History({ runs }: { readonly runs: readonly Run[] }) {
  if (runs.length === 0) return null;
  return (
    <section class="history" aria-labelledby="history-title">
      <h2 id="history-title">Last runs</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Ended</th>
            <th scope="col">After</th>
            <th scope="col">How</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run, index) => (
            <tr key={`${index} ${run.ended}`}>
              <td>{timeText(run.ended)}</td>
              <td>{run.ran_ms < 1_000 ? `${run.ran_ms} ms` : spanText(run.ran_ms / 1_000)}</td>
              <td class={run.code === 0 ? "" : "bad-text"}>{exitText(run)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Files({ files }: { readonly files: readonly ServiceFile[] }) {
  if (files.length === 0) return null;
  return (
    <section class="files" aria-labelledby="files-title">
      <h2 id="files-title">Files</h2>
      {files.map(({ path, mode, content, target, problem }) => (
        <details key={path}>
          <summary>
            <code>{path}</code> <span class="faint">{mode}</span>
          </summary>
          <pre tabIndex={0}>
            {content ?? problem ?? `a link to ${target}, which the console does not follow`}
          </pre>
        </details>
      ))}
    </section>
  );
}
