/**
 * The stop of a tree by runsvdir as process 1. Whatever fails meanwhile, the service and then its
 * log service end by themselves, and process 1 ends with 0.
 */
import { children } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { type Scan, scan } from "../../support/scan.ts";
import { canUnshare, NAMESPACE } from "../../support/stop.ts";
import { NeverHappened } from "../../support/wait.ts";
import type { Verdict } from "../fault-tree.ts";
import { FaultSwitch, faulty } from "../switch.ts";
import type { Scene, Stage } from "./stage.ts";

const WEB = {
  run: "trap 'echo bye; exit 0' TERM; echo hello; while :; do sleep 0.05; done",
  log: { run: "exec cat >>lines" },
};
/** The switch is in the sandbox, which is made after these words. */
const OBEYS = 'RUNITS_FAULTS=$PWD/faults exec "$0" "$@"';

class Stop implements Scene {
  readonly faults: FaultSwitch;
  readonly #scan: Scan;
  readonly #closing: (() => Promise<void>)[] = [];

  constructor(args: readonly string[]) {
    let faults: FaultSwitch | undefined;
    this.#scan = scan(
      { after: (end) => void this.#closing.push(end) },
      { web: WEB },
      {
        suite: faulty,
        args,
        via: [...NAMESPACE, "sh", "-c", OBEYS],
        prepare: (dir) => {
          faults = new FaultSwitch(dir);
        },
      },
    );
    if (faults === undefined) throw new Error("the sandbox was not prepared");
    this.faults = faults;
  }

  async begin(): Promise<this> {
    await this.#scan.service("web").log.untilTrue("first line", () => this.#lines().length > 0);
    return this;
  }

  async act(): Promise<void> {
    sendSignal(
      await this.#scan.until("process 1", () => children(this.#scan.runsvdir.pid)[0]),
      "SIGTERM",
    );
    const { code } = await this.#scan.runsvdir.exit().catch((error: Error) => {
      throw new NeverHappened(error.message);
    });
    if (code !== 0) throw new NeverHappened(`exit code ${code}:\n${this.#scan.stderr}`);
  }

  async judge(): Promise<Verdict> {
    const complaints: string[] = [];
    const lines = this.#lines();
    // More may follow: a ./finish of which runsv could not see that it is missing.
    if (!lines.join().startsWith("hello,bye")) complaints.push(`log: ${lines.join()}`);
    if (this.#scan.stderr.includes("uncaught")) complaints.push(this.#scan.stderr);
    return { complaints, linesLost: 0, linesDoubled: 0, doubleStarts: 0 };
  }

  async close(): Promise<void> {
    for (const end of this.#closing.splice(0)) await end();
  }

  #lines(): readonly string[] {
    return this.#scan.service("web").log.lines("lines");
  }
}

const WAYS = [
  { name: "forked", args: [] },
  { name: "--dense", args: ["--dense"] },
] as const;

export const STOP_STAGES: readonly Stage[] = canUnshare
  ? WAYS.map(({ name, args }) => ({
      kind: "a call fails: runsvdir as process 1 stops its services",
      name,
      open: () => new Stop(args).begin(),
    }))
  : [];
