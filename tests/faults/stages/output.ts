/**
 * Stages of a service with `keep-output`. Each start writes more than a pipe holds: whatever fails,
 * somebody has to read that, or the service would wait for ever.
 */
import { isAlive } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { type Scan, scan } from "../../support/scan.ts";
import { FOREVER } from "../../support/service.ts";
import { NeverHappened } from "../../support/wait.ts";
import type { Verdict } from "../fault-tree.ts";
import { FaultSwitch, faulty } from "../switch.ts";
import type { Scene, Stage } from "./stage.ts";

const WRITE = "dd if=/dev/zero bs=1024 count=200 2>/dev/null";
const RUN = [
  `${WRITE}; echo >>written`,
  `trap '${WRITE}; echo >>written' USR1`,
  "while :; do sleep 0.02; done",
].join("\n");
const SERVICES = {
  web: { run: RUN, files: { "keep-output": { text: "", mode: 0o644 } } },
  bystander: { run: FOREVER },
};

class Writing implements Scene {
  readonly faults: FaultSwitch;
  readonly #scan: Scan;
  readonly #kill: "daemon" | "supervisor";
  readonly #isDense: boolean;
  readonly #closing: (() => Promise<void>)[] = [];
  #written = 1;

  constructor(args: readonly string[], kill: "daemon" | "supervisor") {
    this.#kill = kill;
    this.#isDense = args.length > 0;
    let faults: FaultSwitch | undefined;
    this.#scan = scan({ after: (end) => void this.#closing.push(end) }, SERVICES, {
      suite: faulty,
      args,
      via: ["sh", "-c", 'RUNITS_FAULTS=$PWD/faults exec "$0" "$@"'],
      prepare: (dir) => {
        faults = new FaultSwitch(dir);
      },
    });
    if (faults === undefined) throw new Error("the sandbox was not prepared");
    this.faults = faults;
  }

  async begin(): Promise<this> {
    await this.#untilWritten();
    await this.#web.untilSupervised();
    return this;
  }

  async act(): Promise<void> {
    const { pid } = this.#web.status();
    if (this.#kill === "daemon") {
      sendSignal(pid, "SIGKILL");
    } else {
      const supervisor = await this.#scan.untilSupervisor("web");
      sendSignal(supervisor, "SIGKILL");
      await this.#scan.until("its end", () => (isAlive(supervisor) ? undefined : true));
      if (this.#isDense) this.#beginAsInit();
      sendSignal(pid, "SIGUSR1");
    }
    this.#written += 1;
    await this.#untilWritten();
  }

  async judge(): Promise<Verdict> {
    const complaints: string[] = [];
    try {
      await this.#web.untilSupervised();
      const { pid } = await this.#web.untilRunning();
      this.#web.control("t");
      await this.#web.untilRunning(pid);
      this.#written += 1;
      await this.#untilWritten();
      this.#web.control("d");
      await this.#web.untilStat("down");
    } catch (error) {
      if (!(error instanceof NeverHappened)) throw error;
      complaints.push(error.message);
    }
    if (this.#scan.stderr.includes("uncaught")) complaints.push(this.#scan.stderr);
    return { complaints, linesLost: 0, linesDoubled: 0, doubleStarts: 0 };
  }

  async close(): Promise<void> {
    for (const end of this.#closing.splice(0)) await end();
  }

  get #web() {
    return this.#scan.service("web");
  }

  /** A runsvdir that could not begin is started again. */
  #beginAsInit(): void {
    const scanner = this.#scan.startAgain();
    void scanner.ended.then(({ code }) => {
      if (code !== null && code !== 0) this.#beginAsInit();
    });
  }

  async #untilWritten(): Promise<void> {
    await this.#web.untilLines(this.#written, "written");
  }
}

/** Of the kinds of TREE_STAGES, so that calls that are made there as well are not played twice. */
function stagesOf(kind: string, args: readonly string[]): Stage[] {
  return (["daemon", "supervisor"] as const).map((kill) => ({
    kind,
    name: `keep-output, the ${kill} is killed`,
    open: () => new Writing(args, kill).begin(),
  }));
}

export const OUTPUT_STAGES: readonly Stage[] = [
  ...stagesOf("a call fails: runsvdir, runsv", []),
  ...stagesOf("a call fails: runsvdir --dense", ["--dense"]),
];
