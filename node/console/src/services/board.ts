/**
 * What the console knows of all services: their states, each looked at again after a change, and
 * charts of processor time and memory, from samples at fixed intervals. Streams subscribe to it.
 */
import { accessSync, constants, lstatSync, readdirSync } from "node:fs";
import { setImmediate as otherEvents } from "node:timers/promises";
import type { ShownService } from "../../shared/service.ts";
import { isService, membersOf, type ServiceMembers, serviceAt } from "../sv/reader.ts";
import { ChartRecorder, type Charts, type Sample } from "./charts.ts";

/** Between two samples. */
export const SAMPLE_MS = 5_000;
/** So many services are looked at before other events get their turn. */
const BATCH = 20;

/** A service as the API shows it: the members of `sv list --json`, and some of the console. */
export type BoardService = ServiceMembers & ShownService;

export interface BoardSample {
  readonly cpu: Sample;
  readonly memory: Sample;
}

export interface BoardListener {
  /** `undefined`: the service is gone. */
  onService(name: string, service: BoardService | undefined): void;
  /** @param changed samples of services that differ from those before; the others are the same */
  onSamples(changed: ReadonlyMap<string, BoardSample>): void;
}

interface Entry {
  service: BoardService;
  /** The service without what changes with every look. */
  text: string;
  readonly recorder: ChartRecorder;
}

/** Members that change with every look, and are no news. */
const PASSING = [
  "observed",
  "info",
  "cpu_seconds",
  "resident_bytes",
  "next_try_seconds",
] as const satisfies readonly (keyof BoardService)[];

/** Node has this in the place of bytes of a name that are not UTF-8. */
const NOT_UTF8 = "\ufffd";

const NO_SAMPLE: BoardSample = { cpu: null, memory: null };

export class Board {
  readonly home: string;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<BoardListener>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** Why services are missing; `undefined` if none are. */
  problem: string | undefined;

  constructor(home: string) {
    this.home = home;
  }

  /** Looks at all services for the first time, and then at intervals. */
  async start(): Promise<void> {
    await this.#sample();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  subscribe(listener: BoardListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  services(): readonly BoardService[] {
    return [...this.#entries.values()].map(({ service }) => service);
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  service(name: string): BoardService | undefined {
    return this.#entries.get(name)?.service;
  }

  charts(name: string): Charts | undefined {
    return this.#entries.get(name)?.recorder.charts();
  }

  /** The last sample of a service. */
  sample(name: string): BoardSample {
    return this.#entries.get(name)?.recorder.last ?? NO_SAMPLE;
  }

  /** Looks at a service again, after a change. */
  refresh(name: string): void {
    if (this.#isClosed) return;
    const found = serviceAt(this.home, name);
    if (name.includes("/") || this.#isNameless(name) || !isService(found)) {
      this.#forget(name);
      return;
    }
    const known = this.#entries.get(name);
    // Its processes are looked at with the next sample.
    const { cpu_seconds, resident_bytes } = known?.service ?? {};
    const kept = {
      ...(cpu_seconds !== undefined && { cpu_seconds }),
      ...(resident_bytes !== undefined && { resident_bytes }),
    };
    this.#put(name, { ...kept, ...membersOf(found, "without") });
  }

  async #sample(): Promise<void> {
    const startMs = performance.now();
    const names = this.#list();
    for (const name of this.names()) if (!names.has(name)) this.#forget(name);
    const changed = new Map<string, BoardSample>();
    let count = 0;
    for (const name of names) {
      if (this.#isClosed) return;
      const found = serviceAt(this.home, name);
      if (isService(found)) {
        const members = membersOf(found, "rss");
        const { recorder } = this.#put(name, members);
        const reading = {
          cpuS: members.cpu_seconds,
          bytes: members.resident_bytes,
          pid: members.pid,
        };
        const isNews = recorder.record(reading, performance.now());
        if (isNews) changed.set(name, recorder.last);
      }
      count += 1;
      if (count % BATCH === 0) await otherEvents();
    }
    for (const listener of this.#listeners) listener.onSamples(changed);
    if (this.#isClosed) return;
    const leftMs = Math.max(0, SAMPLE_MS - (performance.now() - startMs));
    this.#timer = setTimeout(() => void this.#sample(), leftMs);
  }

  /** The entries of the directory; those that are known if it cannot be read for now. */
  #list(): ReadonlySet<string> {
    try {
      const names = readdirSync(this.home).filter((name) => !name.startsWith("."));
      const nameless = names.filter((name) => this.#isNameless(name));
      this.problem = nameless.length === 0 ? undefined : namelessText(nameless.length);
      return new Set(names.filter((name) => !nameless.includes(name)).sort());
    } catch (error) {
      const { code = "", message } = error as NodeJS.ErrnoException;
      this.problem = message;
      return code === "ENOENT" ? new Set() : new Set(this.names());
    }
  }

  /** Whether the bytes of a name are lost, because they are not UTF-8. */
  #isNameless(name: string): boolean {
    if (!name.includes(NOT_UTF8)) return false;
    return lstatSync(`${this.home}/${name}`, { throwIfNoEntry: false }) === undefined;
  }

  #put(name: string, members: ServiceMembers): Entry {
    const service = { ...members, may_control: mayControl(members.directory) };
    const { observed: _, info: _info, cpu_seconds: _cpu, ...others } = service;
    const { resident_bytes: _bytes, next_try_seconds: _next, ...lasting } = others;
    const text = JSON.stringify(lasting);
    const known = this.#entries.get(name);
    if (known?.text === text) {
      // Objects that stay make no garbage: a thousand new ones at each look would.
      keepPassing(known.service, service);
      return known;
    }
    const entry = known ?? { service, text, recorder: new ChartRecorder() };
    if (known === undefined) this.#entries.set(name, entry);
    entry.service = service;
    entry.text = text;
    for (const listener of this.#listeners) listener.onService(name, service);
    return entry;
  }

  #forget(name: string): void {
    if (!this.#entries.delete(name)) return;
    for (const listener of this.#listeners) listener.onService(name, undefined);
  }
}

function namelessText(count: number): string {
  const which = count === 1 ? "1 service is" : `${count} services are`;
  return `${which} missing here, because the name is not UTF-8: sv list shows all`;
}

/** Takes over the members that pass from a look at the same service with the same text. */
function keepPassing(kept: BoardService, fresh: BoardService): void {
  const passing: Partial<Record<(typeof PASSING)[number], unknown>> = kept;
  for (const member of PASSING) {
    if (fresh[member] !== undefined) passing[member] = fresh[member];
    else if (passing[member] !== undefined) delete passing[member];
  }
}

function mayControl(directory: string): boolean {
  try {
    accessSync(`${directory}/supervise/control`, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
