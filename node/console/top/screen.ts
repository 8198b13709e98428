/**
 * What the screen shows: the services in their order, which of them is chosen, the log that is
 * followed. It draws nothing; who draws subscribes, and gets changes at most every 100 ms, but
 * those that come from a key at once.
 */
import { type CommandWord, hindrance } from "../shared/command-words.ts";
import { comparisons, matches, type Order } from "../shared/order.ts";
import type { Board, BoardService } from "../src/services/board.ts";
import type { Command, Machine } from "../src/services/machine.ts";
import { LogTail } from "./log-tail.ts";

const COLLECT_MS = 100;
const COMMAND_MS = 7_000;

const ORDERS: readonly Order[] = ["name", "state", "cpu", "memory", "restarts"];

interface Notice {
  readonly text: string;
  readonly isBad: boolean;
}

/** What the keys belong to. */
type Mode =
  | { readonly kind: "list" | "filter" | "help" | "log" }
  | { readonly kind: "menu"; readonly at: number }
  | { readonly kind: "question"; readonly service: BoardService; readonly word: CommandWord };

interface ScreenOptions {
  readonly board: Board;
  readonly machine: Machine;
  /** The command that gives this user the right to a service. */
  readonly grant: string;
}

export class Screen {
  readonly board: Board;
  readonly #machine: Machine;
  readonly #grant: string;
  readonly #compare = comparisons((name) => this.board.sample(name));
  readonly #listeners = new Set<() => void>();
  readonly #ended = new AbortController();
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | undefined;
  #version = 0;
  #shown: readonly BoardService[] | undefined;
  #mode: Mode = { kind: "list" };
  #order: Order = "name";
  #filter = "";
  #chosen: string | undefined;
  /** Where it was in the list, if it has gone. */
  #at = 0;
  #notice: Notice | undefined;
  #tail: LogTail | undefined;
  #first = 0;
  /** So many lines has the last drawing; a page is as long. */
  rows = 1;

  constructor({ board, machine, grant }: ScreenOptions) {
    this.board = board;
    this.#machine = machine;
    this.#grant = grant;
    this.#unsubscribe = board.subscribe({
      onService: () => this.#soon(),
      onSamples: () => this.#soon(),
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#ended.abort();
    this.#unsubscribe();
    this.#tail?.close();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Grows with each change. */
  readonly version = (): number => this.#version;

  get mode(): Mode {
    return this.#mode;
  }

  get order(): Order {
    return this.#order;
  }

  get filter(): string {
    return this.#filter;
  }

  get notice(): Notice | undefined {
    return this.#notice;
  }

  get tail(): LogTail | undefined {
    return this.#tail;
  }

  /** The services that the filter lets through, in their order. */
  shown(): readonly BoardService[] {
    this.#shown ??= this.board
      .services()
      .filter(({ name }) => matches(name, this.#filter))
      .sort(this.#compare[this.#order]);
    return this.#shown;
  }

  /** The place of the chosen service in {@link shown}; 0 if there is none. */
  chosenAt(): number {
    const shown = this.shown();
    const found = shown.findIndex(({ name }) => name === this.#chosen);
    this.#at = Math.max(0, found >= 0 ? found : Math.min(this.#at, shown.length - 1));
    this.#chosen = shown[this.#at]?.name;
    return this.#at;
  }

  chosen(): BoardService | undefined {
    return this.shown()[this.chosenAt()];
  }

  /** The first service that is drawn, so that the one at `at` is among those of `rows` lines. */
  firstOf(at: number, rows: number): number {
    const last = Math.max(0, this.shown().length - rows);
    this.#first = Math.min(last, Math.max(at - rows + 1, Math.min(this.#first, at)));
    return Math.max(0, this.#first);
  }

  move(by: number): void {
    const shown = this.shown();
    const at = Math.min(shown.length - 1, Math.max(0, this.chosenAt() + by));
    this.#chosen = shown[at]?.name;
    this.#changed();
  }

  setMode(mode: Mode): void {
    if (mode.kind !== "log") {
      this.#tail?.close();
      this.#tail = undefined;
    }
    this.#mode = mode;
    this.#changed();
  }

  setFilter(filter: string): void {
    this.#filter = filter;
    this.#changed();
  }

  nextOrder(): void {
    this.#order = ORDERS[(ORDERS.indexOf(this.#order) + 1) % ORDERS.length] ?? "name";
    this.#changed();
  }

  /** Follows the log of the chosen service. */
  followLog(): void {
    const service = this.chosen();
    if (service === undefined) return;
    this.#tail = new LogTail(this.board.home, service.name, () => this.#soon());
    this.setMode({ kind: "log" });
  }

  /** Asks first if the command stops something. */
  choose(word: CommandWord): void {
    const service = this.chosen();
    this.setMode({ kind: "list" });
    if (service === undefined) return;
    const hindered = hindrance(service, { name: "You", grant: this.#grant });
    if (hindered !== undefined) {
      this.#say({ text: [hindered.text, hindered.command ?? ""].join(" "), isBad: true });
    } else if (word.asks !== undefined) {
      this.setMode({ kind: "question", service, word });
    } else void this.give(service, word);
  }

  /** Gives a command, and says how it went. */
  async give({ name }: BoardService, { command }: CommandWord): Promise<void> {
    this.#say({ text: `${name}: ${command} ...`, isBad: false });
    const limits = { timeoutMs: COMMAND_MS, signal: this.#ended.signal };
    try {
      const failure = await this.#machine.command(name, command as Command, limits);
      const text = failure === undefined ? `${name}: ${command} done` : failure.message;
      this.board.refresh(name);
      this.#say({ text, isBad: failure !== undefined });
    } catch (error) {
      if (!this.#ended.signal.aborted) throw error;
    }
  }

  forgetNotice(): void {
    if (this.#notice === undefined) return;
    this.#notice = undefined;
    this.#changed();
  }

  #say(notice: Notice): void {
    this.#notice = notice;
    this.#changed();
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => this.#changed(), COLLECT_MS);
  }

  #changed(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#shown = undefined;
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}
