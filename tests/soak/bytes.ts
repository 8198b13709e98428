/**
 * Lines that come from a pipe into one svlogd, which rotates its logs every few megabytes and has
 * each of them read by a processor: that sees whether all lines are there, to the byte and in their
 * order, and keeps as its state how far.
 */
import { join } from "node:path";
import { LogDir, LogTool } from "../support/svlogd.ts";
import { soakProgram } from "./programs.ts";
import type { Moment } from "./reading.ts";
import { readAtRest } from "./reading.ts";
import { type Account, figure, type Scenario, type Sizes, type Watcher } from "./scenario.ts";
import { SoakBox } from "./tree.ts";

interface Mode {
  readonly name: string;
  readonly words: readonly string[];
  /** Of the file `config`. */
  readonly rules: readonly string[];
  /** The part of the text that is in the log, as soak.c names it. */
  readonly logged: "plain" | "selected";
}
const MODES: readonly Mode[] = [
  { name: "plain", words: [], rules: [], logged: "plain" },
  {
    name: "-tt and patterns",
    words: ["-tt"],
    rules: ["-*", "+* info  *", "+* error *"],
    logged: "selected",
  },
];

const SETTINGS = ["s4m", "n4"];
/**
 * Written at once, in lines; about 116 bytes each. Between two portions processors catch up, so
 * there is room for them.
 */
const PORTION_LINES = { least: 2 ** 14, most: 2 ** 20 };
const LINE_BYTES = 116;
/** A portion with its stamps, logs that wait included, twice. */
const ROOM_BYTES = 512 * 2 ** 20;

class Bytes {
  readonly #mode: Mode;
  readonly #box = new SoakBox(ROOM_BYTES);
  readonly #directory: LogDir;
  readonly #tool: LogTool;
  readonly #watcher: Watcher;
  #lines = 0;
  /** Written into the pipe, and the part of that which belongs in the log. */
  #fed = 0;
  #logged = 0;

  constructor(mode: Mode, watcher: Watcher) {
    this.#mode = mode;
    this.#watcher = watcher;
    const processor = `!exec ${soakProgram()} check ${mode.logged}`;
    const config = [...SETTINGS, ...mode.rules, processor, ""].join("\n");
    this.#directory = new LogDir(join(this.#box.dir, "main"), config);
    const svlogd = join(this.#box.suite.bin, "svlogd");
    this.#tool = new LogTool(this.#box, svlogd, [...mode.words, "main"], { argv0: "svlogd" });
  }

  async run({ bytes, warmUpBytes }: Sizes): Promise<void> {
    const { least, most } = PORTION_LINES;
    const portion = 4 * Math.ceil(Math.min(most, Math.max(least, bytes / LINE_BYTES / 16)) / 4);
    await this.#feed(warmUpBytes, portion);
    await this.#read("start");
    await this.#feed(warmUpBytes + bytes / 2, portion);
    await this.#read("middle");
    await this.#feed(warmUpBytes + bytes, portion);
    await this.#read("end");
  }

  /** Ends it, and reads the outcome. */
  async account(): Promise<Account> {
    const faults: string[] = [];
    await this.#tool.signal("SIGALRM"); // the last lines are read too
    await this.#untilProcessed();
    const [next, bytes, logs = 0] = this.#directory.text("state").split(" ").map(Number);
    if (next !== this.#lines) faults.push(`${this.#lines} lines were written, ${next} logged`);
    if (bytes !== this.#logged) faults.push(`${bytes} bytes are logged, not ${this.#logged}`);
    const rest = this.#directory.text();
    if (rest !== "") faults.push(`${rest.length} bytes are in no old log`);
    const code = await this.#tool.end();
    if (code !== 0) faults.push(`svlogd exited ${code}`);
    if (this.#tool.stderr !== "") faults.push(`svlogd wrote: ${this.#tool.stderr.slice(0, 500)}`);
    const did =
      `${figure(this.#fed)} bytes in ${figure(this.#lines)} lines, ${figure(this.#logged)} of them to be logged: ` +
      `all in ${figure(logs)} logs, once and in order`;
    return { did, faults };
  }

  close(): Promise<void> {
    return this.#box.close();
  }

  async #feed(untilBytes: number, portion: number): Promise<void> {
    while (this.#fed < untilBytes) {
      const to = this.#lines + portion;
      const command = [soakProgram(), "write", `${this.#lines}`, `${to}`];
      const told = await this.#tool.feed(this.#box, command);
      const [all = 0, selected = 0] = told.split(" ").map(Number);
      this.#lines = to;
      this.#fed += all;
      this.#logged += this.#mode.logged === "selected" ? selected : all;
      this.#watcher.onProgress(this.#fed);
      await this.#untilProcessed();
    }
  }

  /** Until all is taken from the pipe, and every rotated file was read. */
  async #untilProcessed(): Promise<void> {
    await this.#tool.idle();
    await this.#tool.until("end of processing", () => {
      if (this.#tool.stderr !== "") throw new Error(`svlogd wrote: ${this.#tool.stderr}`);
      return !this.#directory.isProcessing();
    });
  }

  async #read(moment: Moment): Promise<void> {
    const pids = [this.#tool.running.pid];
    this.#watcher.onReading(moment, await readAtRest(() => pids));
  }
}

async function play(mode: Mode, sizes: Sizes, watcher: Watcher): Promise<Account> {
  const bytes = new Bytes(mode, watcher);
  try {
    await bytes.run(sizes);
    return await bytes.account();
  } finally {
    await bytes.close();
  }
}

export const bytes: readonly Scenario[] = MODES.map((mode) => ({
  name: `bytes through svlogd, ${mode.name}`,
  size: ({ bytes, warmUpBytes }) => bytes + warmUpBytes,
  play: (sizes, watcher) => play(mode, sizes, watcher),
}));
