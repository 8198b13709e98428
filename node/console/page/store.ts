/**
 * The state of the page: what the stream has brought. Each component listens to its topic, so that
 * a change of one service draws one row.
 */
import { useEffect, useReducer } from "preact/hooks";
import { Failure, request, send } from "./api.ts";
import type { Charts, Hello, Line, Message, Sample, Service, Use } from "./types.ts";

/** - `service:NAME`, `charts:NAME`: of one service; `list`: which there are, and their states */
type Topic = "list" | "log" | "connection" | `service:${string}` | `charts:${string}`;

type Connection = "connecting" | "open" | "lost" | "unauthorized";

const SAMPLES = 60;
const RETRY_MS = { first: 250, most: 5_000 };
/** The server says something every 15 s. */
const SILENCE_MS = 40_000;
/** Of more lines, the oldest are left out. */
export const LINES_MAX = 5_000;
const LINES_AT_START = 500;

class Store {
  readonly services = new Map<string, Service>();
  readonly charts = new Map<string, Charts>();
  hello: Hello | undefined;
  problem: string | undefined;
  connection: Connection = "connecting";
  /** The lines of the log that is followed. */
  lines: readonly Line[] = [];
  logProblem: string | undefined;
  /** How many lines were left out because they came too fast. */
  skipped = 0;
  #followed: string | undefined;
  readonly #listeners = new Map<Topic, Set<() => void>>();
  readonly #versions = new Map<Topic, number>();
  #abort = new AbortController();
  /** Whether a chunk of the stream has changed the list, which is drawn once then. */
  #isListNew = false;

  listen(topic: Topic, listener: () => void): () => void {
    const set = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, set.add(listener));
    return () => set.delete(listener);
  }

  /** Grows with each change of a topic. */
  version(topic: Topic): number {
    return this.#versions.get(topic) ?? 0;
  }

  /** Reads the stream, and another one whenever it has ended. */
  async run(): Promise<void> {
    for (let delayMs = RETRY_MS.first; ; ) {
      this.#abort = new AbortController();
      try {
        await this.#read();
        delayMs = RETRY_MS.first;
      } catch (error) {
        if (error instanceof Failure && (error.status === 401 || error.status === 403)) {
          this.#setConnection("unauthorized");
          return;
        }
      }
      this.#setConnection("lost");
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      delayMs = Math.min(RETRY_MS.most, delayMs * 2);
    }
  }

  /** Follows the log of a service; of none if it is `undefined`. */
  follow(name: string | undefined): void {
    this.#followed = name;
    this.lines = [];
    this.skipped = 0;
    this.logProblem = undefined;
    this.#notify("log");
    if (this.connection === "open") void this.#askForLog();
  }

  async #askForLog(): Promise<void> {
    const stream = this.hello?.stream ?? "";
    const body = { service: this.#followed ?? null, lines: LINES_AT_START };
    // If it fails, the stream has ended, and the next one asks again.
    await send("PUT", `api/v1/events/${stream}/log`, body).catch(() => {});
  }

  async #read(): Promise<void> {
    const { signal } = this.#abort;
    const response = await request("api/v1/events", { signal });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const timer = setTimeout(() => this.#abort.abort(), SILENCE_MS);
      const { done, value } = await reader.read().finally(() => clearTimeout(timer));
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#take(JSON.parse(line) as Message);
      if (this.#isListNew) this.#notify("list");
      this.#isListNew = false;
    }
  }

  #take(message: Message): void {
    switch (message.type) {
      case "hello":
        this.hello = message;
        return;
      case "services":
        this.#keep(message.names);
        this.problem = message.problem;
        this.#setConnection("open");
        if (this.#followed !== undefined) this.follow(this.#followed);
        return;
      case "service": {
        const { name } = message.service;
        this.services.set(name, message.service);
        this.#notify(`service:${name}`);
        this.#isListNew = true;
        return;
      }
      case "gone":
        this.#forget(message.name);
        this.#isListNew = true;
        return;
      case "problem":
        this.problem = message.problem;
        this.#isListNew = true;
        return;
      case "charts":
        for (const [name, charts] of Object.entries(message.charts)) {
          this.charts.set(name, charts);
          this.#notify(`charts:${name}`);
        }
        return;
      case "samples":
        this.#addSamples(new Map(Object.entries(message.samples)));
        return;
      case "log-start":
        this.lines = [];
        this.#notify("log");
        return;
      case "log-problem":
        if (message.service === this.#followed) this.logProblem = message.problem;
        this.#notify("log");
        return;
      case "log":
        if (message.service !== this.#followed) return;
        this.lines = [...this.lines, ...message.lines].slice(-LINES_MAX);
        this.skipped += message.skipped;
        this.#notify("log");
        return;
      case "alive":
        return;
    }
  }

  /** Forgets what is no more; the states of these follow, and replace those that are known. */
  #keep(names: readonly string[]): void {
    const kept = new Set(names);
    for (const name of [...this.services.keys()]) if (!kept.has(name)) this.#forget(name);
    this.#notify("list");
  }

  #forget(name: string): void {
    this.services.delete(name);
    this.charts.delete(name);
    this.#notify(`service:${name}`);
  }

  /** @param changed the samples of services that have other ones than the last time */
  #addSamples(changed: ReadonlyMap<string, Use>): void {
    for (const name of this.services.keys()) {
      const known = this.charts.get(name) ?? { cpu: [], memory: [] };
      const use = changed.get(name);
      // The same line as before is not drawn again.
      if (use === undefined && isFlat(known.cpu) && isFlat(known.memory)) continue;
      this.charts.set(name, {
        cpu: withSample(known.cpu, use?.cpu),
        memory: withSample(known.memory, use?.memory),
      });
      this.#notify(`charts:${name}`);
    }
  }

  #setConnection(connection: Connection): void {
    this.connection = connection;
    this.#notify("connection");
  }

  #notify(topic: Topic): void {
    this.#versions.set(topic, this.version(topic) + 1);
    for (const listener of this.#listeners.get(topic) ?? []) listener();
  }
}

function withSample(samples: readonly Sample[], sample: Sample | undefined): readonly Sample[] {
  const added = sample === undefined ? (samples.at(-1) ?? null) : sample;
  return [...samples, added].slice(-SAMPLES);
}

/** Whether one more sample like the last would change nothing. */
function isFlat(samples: readonly Sample[]): boolean {
  return samples.length === SAMPLES && samples.every((sample) => sample === samples[0]);
}

export const store = new Store();

/** Draws the component again whenever one of these topics has news. */
export function useTopics(...topics: readonly Topic[]): void {
  const [, draw] = useReducer<number, undefined>((count) => count + 1, 0);
  const drawn = topics.map((topic) => store.version(topic)).join();
  useEffect(() => {
    const ends = topics.map((topic) => store.listen(topic, () => draw(undefined)));
    // Something may have come between drawing and listening.
    if (topics.map((topic) => store.version(topic)).join() !== drawn) draw(undefined);
    return () => {
      for (const end of ends) end();
    };
  }, [topics.join("\n")]);
}
