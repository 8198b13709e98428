/**
 * Stages of a service with `keep-output`. Each start writes more than a pipe holds: whatever fails,
 * somebody has to read that, or the service would wait for ever.
 */
import { isAlive } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { FOREVER } from "../../support/service.ts";
import { NeverHappened } from "../../support/wait.ts";
import type { Verdict } from "../fault-tree.ts";
import { FaultyScan } from "../faulty-scan.ts";
import type { FaultSwitch } from "../switch.ts";
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
  readonly #scan: FaultyScan;
  readonly #kill: "daemon" | "supervisor";
  readonly #isDense: boolean;
  #written = 1;

  constructor(args: readonly string[], kill: "daemon" | "supervisor") {
    this.#kill = kill;
    this.#isDense = args.length > 0;
    this.#scan = new FaultyScan(SERVICES, { args });
    this.faults = this.#scan.faults;
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
      const supervisor = await this.#scan.tree.untilSupervisor("web");
      sendSignal(supervisor, "SIGKILL");
      await this.#scan.tree.until("its end", () => (isAlive(supervisor) ? undefined : true));
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
    return this.#scan.verdict(complaints);
  }

  async close(): Promise<void> {
    await this.#scan.close();
  }

  get #web() {
    return this.#scan.tree.service("web");
  }

  /** A runsvdir that could not begin is started again. */
  #beginAsInit(): void {
    const scanner = this.#scan.tree.startAgain();
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
