/**
 * The stop of a tree by runsvdir as process 1. Whatever fails meanwhile, the service and then its
 * log service end by themselves, and process 1 ends with 0.
 */
import { children } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { canUnshare, NAMESPACE } from "../../support/stop.ts";
import { NeverHappened } from "../../support/wait.ts";
import type { Verdict } from "../fault-tree.ts";
import { FaultyScan, FORMS } from "../faulty-scan.ts";
import type { FaultSwitch } from "../switch.ts";
import type { Scene, Stage } from "./stage.ts";

const WEB = {
  run: "trap 'echo bye; exit 0' TERM; echo hello; while :; do sleep 0.05; done",
  log: { run: "exec cat >>lines" },
};

class Stop implements Scene {
  readonly faults: FaultSwitch;
  readonly #scan: FaultyScan;

  constructor(args: readonly string[]) {
    this.#scan = new FaultyScan({ web: WEB }, { args, via: NAMESPACE });
    this.faults = this.#scan.faults;
  }

  async begin(): Promise<this> {
    await this.#scan.tree
      .service("web")
      .log.untilTrue("first line", () => this.#lines().length > 0);
    return this;
  }

  async act(): Promise<void> {
    sendSignal(
      await this.#scan.tree.until("process 1", () => children(this.#scan.tree.runsvdir.pid)[0]),
      "SIGTERM",
    );
    const { code } = await this.#scan.tree.runsvdir.exit().catch((error: Error) => {
      throw new NeverHappened(error.message);
    });
    if (code !== 0) throw new NeverHappened(`exit code ${code}:\n${this.#scan.tree.stderr}`);
  }

  async judge(): Promise<Verdict> {
    const complaints: string[] = [];
    const lines = this.#lines();
    // More may follow: a ./finish of which runsv could not see that it is missing.
    if (!lines.join().startsWith("hello,bye")) complaints.push(`log: ${lines.join()}`);
    return this.#scan.verdict(complaints);
  }

  async close(): Promise<void> {
    await this.#scan.close();
  }

  #lines(): readonly string[] {
    return this.#scan.tree.service("web").log.lines("lines");
  }
}

export const STOP_STAGES: readonly Stage[] = canUnshare
  ? FORMS.map(({ name, args }) => ({
      kind: "a call fails: runsvdir as process 1 stops its services",
      name,
      open: () => new Stop(args).begin(),
    }))
  : [];
