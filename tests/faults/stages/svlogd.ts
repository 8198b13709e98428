/**
 * Stages of svlogd by itself: numbered lines go in while a call fails, and each is in the logs
 * once.
 */
import { join } from "node:path";
import { Sandbox } from "../../support/sandbox.ts";
import { LogDir, LogTool } from "../../support/svlogd.ts";
import { NeverHappened } from "../../support/wait.ts";
import type { Verdict } from "../fault-tree.ts";
import { FaultSwitch, faulty } from "../switch.ts";
import type { Scene, Stage } from "./stage.ts";

const LINES_AT_ONCE = 40;
/** The exit code of svlogd if it cannot start. */
const EXIT_FATAL = 111;

class Logging {
  readonly #box = new Sandbox();
  readonly faults = new FaultSwitch(this.#box.dir);
  readonly #dir: LogDir;
  readonly #options: readonly string[];
  #tool: LogTool | undefined;
  #written = 0;
  #said = "";

  constructor(options: readonly string[], config: string) {
    this.#dir = new LogDir(join(this.#box.dir, "log"), config);
    this.#options = options;
  }
  /** As runsv does it: one that could not begin is started again. */
  async start(): Promise<void> {
    for (;;) {
      const words = [...this.#options, this.#dir.path];
      const options = { argv0: "svlogd", env: this.faults.env };
      const tool = new LogTool(this.#box, join(faulty.bin, "svlogd"), words, options);
      this.#tool = tool;
      if (!(await this.#fails(tool.idle()))) return;
      this.#said += tool.stderr;
    }
  }
  async reread(): Promise<void> {
    if (await this.#fails(this.tool.signal("SIGHUP"))) await this.start();
  }
  /** Whether it ends, because it has no directory, in place of its work. */
  async #fails(does: Promise<void>): Promise<boolean> {
    const end = this.tool.running.ended.then(({ code }) => code === EXIT_FATAL);
    return await Promise.race([end, does.then(() => false)]);
  }
  get tool(): LogTool {
    if (this.#tool === undefined) throw new Error("not started");
    return this.#tool;
  }
  write(): void {
    for (let n = 0; n < LINES_AT_ONCE; n++) this.tool.write(`line ${++this.#written}\n`);
  }
  configure(config: string): void {
    this.#dir.configure(config);
  }
  hasRotated(): boolean {
    return this.#dir.old().length > 0;
  }
  /** Ends its input, and it after that; lines that wait are written first. */
  async end(): Promise<void> {
    const code = await this.tool.end().catch((error: Error) => {
      throw new NeverHappened(error.message);
    });
    if (code !== 0) throw new NeverHappened(`exit code ${code}: ${this.tool.stderr}`);
  }
  async judge(): Promise<Verdict> {
    if (!this.#hasEnded()) await this.end();
    const seen = new Map<string, number>();
    for (const [line] of this.#dir.whole().matchAll(/line \d+$/gm)) {
      seen.set(line, (seen.get(line) ?? 0) + 1);
    }
    const lines = Array.from({ length: this.#written }, (_, n) => `line ${n + 1}`);
    const said = this.#said + this.tool.stderr;
    return {
      complaints: said.includes("uncaught") ? [said] : [],
      linesLost: lines.filter((line) => !seen.has(line)).length,
      linesDoubled: [...seen.values()].filter((times) => times > 1).length,
      doubleStarts: 0,
    };
  }
  #hasEnded(): boolean {
    return !this.#box.processes().includes(this.tool.running.pid);
  }
  close(): Promise<void> {
    return this.#box.close();
  }
}

interface Part {
  readonly name: string;
  readonly options?: readonly string[];
  readonly config?: string;
  readonly isStart?: true;
  readonly act: (logging: Logging) => Promise<void>;
}

const PARTS: readonly Part[] = [
  {
    name: "start, write, end",
    isStart: true,
    options: ["-tt"],
    config: "s100000\n",
    act: async (logging) => {
      await logging.start();
      logging.write();
      await logging.end();
    },
  },
  {
    name: "rotate by size",
    config: "s200\nn100\n",
    act: async (logging) => {
      logging.write();
      await logging.tool.idle();
      logging.write();
      await logging.end();
    },
  },
  {
    name: "rotate by ALRM, with a processor",
    options: ["-t"],
    config: "s100000\n!cat\n",
    act: async (logging) => {
      logging.write();
      await logging.tool.signal("SIGALRM");
      logging.write();
      await logging.end();
    },
  },
  {
    name: "rotate by age",
    config: "t1\n",
    act: async (logging) => {
      logging.write();
      await logging.tool.until("rotation", () => logging.hasRotated());
      logging.write();
      await logging.end();
    },
  },
  {
    name: "HUP",
    config: "s100000\n",
    act: async (logging) => {
      logging.write();
      logging.configure("s300\nn100\n-*none*\n");
      await logging.reread();
      logging.write();
      await logging.end();
    },
  },
  {
    name: "TERM",
    act: async (logging) => {
      logging.write();
      await logging.tool.kill("SIGTERM");
    },
  },
];

async function open({ options = [], config = "", isStart, act }: Part): Promise<Scene> {
  const logging = new Logging(options, config);
  if (isStart !== true) await logging.start();
  return {
    faults: logging.faults,
    act: () => act(logging),
    judge: () => logging.judge(),
    close: () => logging.close(),
  };
}

export const SVLOGD_STAGES: readonly Stage[] = PARTS.map((part) => ({
  kind: "a call fails: svlogd",
  name: part.name,
  open: () => open(part),
}));
