/**
 * The stop of a service that another one needs, and the start of both. Whatever fails meanwhile, a
 * service starts after the one that it needs, and ends before it.
 */
import { dependent, orderOf, untilOrder } from "../../support/dependencies.ts";
import { type Scan, scan } from "../../support/scan.ts";
import type { Verdict } from "../fault-tree.ts";
import { FaultSwitch, faulty } from "../switch.ts";
import type { Scene, Stage } from "./stage.ts";

const SERVICES = { db: dependent("db"), web: dependent("web", { needs: ["db"] }) };
const STARTS = ["start db", "start web"];
const WANTED = [...STARTS, "term web", "end web", "term db", "end db", ...STARTS];

class Dependence implements Scene {
  readonly faults: FaultSwitch;
  readonly #scan: Scan;
  readonly #closing: (() => Promise<void>)[] = [];

  constructor(args: readonly string[]) {
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
    await untilOrder(this.#scan, "start web");
    return this;
  }

  async act(): Promise<void> {
    this.#scan.service("db").control("d");
    await untilOrder(this.#scan, "end db");
    this.#scan.service("db").control("u");
    await untilOrder(this.#scan, "start web", 2);
  }

  async judge(): Promise<Verdict> {
    const complaints: string[] = [];
    const order = orderOf(this.#scan).join();
    if (order !== WANTED.join()) complaints.push(`order: ${order}`);
    if (this.#scan.stderr.includes("uncaught")) complaints.push(this.#scan.stderr);
    return { complaints, linesLost: 0, linesDoubled: 0, doubleStarts: 0 };
  }

  async close(): Promise<void> {
    for (const end of this.#closing.splice(0)) await end();
  }
}

const WAYS = [
  { name: "forked", args: [] },
  { name: "--dense", args: ["--dense"] },
] as const;

export const DEPENDENCY_STAGES: readonly Stage[] = WAYS.map(({ name, args }) => ({
  kind: "a call fails: a service stops before the one that it needs",
  name,
  open: () => new Dependence(args).begin(),
}));
