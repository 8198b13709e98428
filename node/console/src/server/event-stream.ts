/**
 * The stream of one page: lines of JSON, first the whole state, then what changes. A page that
 * reads slowly gets the newest state of each service, and of a log the newest lines with the number
 * of those in between: what waits here is bounded.
 */
import { randomBytes } from "node:crypto";
import type { Board, BoardListener, BoardSample, BoardService } from "../services/board.ts";
import { LogFollower, type LogLine } from "../sv/log-reader.ts";
import { serviceAt } from "../sv/reader.ts";
import type { User } from "./tokens.ts";

/** A line comes at least so often, so that a page notices a connection that is dead. */
const ALIVE_MS = 15_000;
/** So many services are in one chunk of the stream: all of a large tree would be a megabyte. */
const BATCH = 100;
/** Of more lines that wait, the oldest are left out. */
const LINES_MAX = 5_000;
/** So many changes, and then other events get their turn. */
const COLLECT_MS = 10;
const ID_BYTES = 16;

/** What every page has to know of the console itself. */
export interface Greeting {
  readonly host: string;
  readonly home: string;
  readonly version: string;
  /** The command that gives the console the right to control a service, without the name. */
  readonly grant: string;
  readonly sample_ms: number;
}

interface StreamOptions {
  readonly board: Board;
  readonly user: User;
  readonly greeting: Greeting;
  readonly onClosed: () => void;
}

export class EventStream implements BoardListener {
  readonly id = randomBytes(ID_BYTES).toString("hex");
  readonly user: User;
  readonly readable: ReadableStream<Uint8Array>;
  readonly #board: Board;
  readonly #onClosed: () => void;
  readonly #unsubscribe: () => void;
  /** Messages that are sent once, in order. */
  readonly #messages: object[];
  readonly #changed: Set<string>;
  #uncharted: readonly string[];
  /** Since the last ones were sent; `undefined`: there were none. */
  #samples: ReadonlyMap<string, BoardSample> | undefined;
  /** That of the board which the page knows. */
  #problem: string | undefined;
  #follower: LogFollower | undefined;
  #followed: string | undefined;
  #lines: LogLine[] = [];
  #skipped = 0;
  #wake: (() => void) | undefined;
  #isClosed = false;
  #isCancelled = false;

  constructor({ board, user, greeting, onClosed }: StreamOptions) {
    this.#board = board;
    this.user = user;
    this.#onClosed = onClosed;
    const { name, rights } = user;
    this.#messages = [
      { type: "hello", stream: this.id, user: { name, rights }, ...greeting },
      { type: "services", names: board.names(), problem: board.problem },
    ];
    this.#changed = new Set(board.names());
    this.#uncharted = board.names();
    this.#problem = board.problem;
    this.#unsubscribe = board.subscribe(this);
    this.readable = new ReadableStream<Uint8Array>(
      { pull: (controller) => this.#pull(controller), cancel: () => this.#cancel() },
      { highWaterMark: 1 },
    );
  }

  onService(name: string): void {
    this.#changed.add(name);
    this.#wake?.();
  }

  onSamples(changed: ReadonlyMap<string, BoardSample>): void {
    this.#samples = new Map([...(this.#samples ?? []), ...changed]);
    const { problem } = this.#board;
    if (problem !== this.#problem) this.#messages.push({ type: "problem", problem });
    this.#problem = problem;
    this.#wake?.();
  }

  /** Follows the log of this service, and no other any more. @param count of the last lines */
  follow(name: string | undefined, count: number): void {
    this.#follower?.close();
    this.#follower = undefined;
    this.#followed = name;
    this.#lines = [];
    this.#skipped = 0;
    if (name === undefined) return;
    this.#messages.push({ type: "log-start", service: name });
    this.#follower = new LogFollower(serviceAt(this.#board.home, name), {
      count,
      onLines: (lines) => this.#addLines(lines),
      onProblem: (problem) => {
        this.#messages.push({ type: "log-problem", service: name, problem });
        this.#wake?.();
      },
    });
    this.#wake?.();
  }

  /** Ends the stream. The page asks for another one, and gets it if it still has the right to. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unsubscribe();
    this.#follower?.close();
    this.#wake?.();
    this.#onClosed();
  }

  #cancel(): void {
    this.#isCancelled = true;
    this.close();
  }

  #addLines(lines: readonly LogLine[]): void {
    this.#lines.push(...lines.slice(-LINES_MAX));
    this.#skipped += Math.max(0, lines.length - LINES_MAX);
    if (this.#lines.length > LINES_MAX) {
      this.#skipped += this.#lines.length - LINES_MAX;
      this.#lines = this.#lines.slice(-LINES_MAX);
    }
    this.#wake?.();
  }

  /** Called when the page can take more; waits until there is something. */
  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    if (!this.#hasNews()) await this.#news();
    if (this.#isClosed) {
      // It may be closed because the page has gone, and the stream with it.
      if (!this.#isCancelled) controller.close();
      return;
    }
    const messages = [...this.#take()];
    if (messages.length === 0) messages.push({ type: "alive" });
    const text = messages.map((message) => `${JSON.stringify(message)}\n`).join("");
    controller.enqueue(Buffer.from(text));
  }

  #hasNews(): boolean {
    return (
      this.#isClosed ||
      this.#messages.length > 0 ||
      this.#uncharted.length > 0 ||
      this.#changed.size > 0 ||
      this.#samples !== undefined ||
      this.#lines.length > 0
    );
  }

  async #news(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ALIVE_MS);
      this.#wake = () => {
        this.#wake = undefined;
        clearTimeout(timer);
        // What comes together goes together.
        setTimeout(resolve, COLLECT_MS);
      };
    });
  }

  *#take(): Generator<object> {
    const messages = this.#messages.splice(0);
    yield* messages;
    for (const name of [...this.#changed].slice(0, BATCH)) {
      const service: BoardService | undefined = this.#board.service(name);
      yield service === undefined ? { type: "gone", name } : { type: "service", service };
      this.#changed.delete(name);
    }
    // The page shows the state before it gets the charts.
    if (this.#changed.size === 0 && messages.length === 0) yield* this.#takeCharts();
    if (this.#samples !== undefined && this.#uncharted.length === 0) {
      yield { type: "samples", samples: Object.fromEntries(this.#samples) };
      this.#samples = undefined;
    }
    if (this.#lines.length > 0) {
      const [lines, skipped] = [this.#lines, this.#skipped];
      [this.#lines, this.#skipped] = [[], 0];
      yield { type: "log", service: this.#followed, lines, skipped };
    }
  }

  *#takeCharts(): Generator<object> {
    const batch = this.#uncharted.slice(0, BATCH);
    this.#uncharted = this.#uncharted.slice(BATCH);
    if (batch.length === 0) return;
    yield {
      type: "charts",
      charts: Object.fromEntries(batch.map((name) => [name, this.#board.charts(name)])),
    };
  }
}
