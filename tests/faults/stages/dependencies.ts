/**
 * The stop of a service that another one needs, and the start of both. Whatever fails meanwhile, a
 * service starts after the one that it needs, and ends before it.
 */
import { dependent, orderOf, untilOrder } from "../../support/dependencies.ts";
import type { Verdict } from "../fault-tree.ts";
import { FaultyScan, FORMS } from "../faulty-scan.ts";
import type { FaultSwitch } from "../switch.ts";
import type { Scene, Stage } from "./stage.ts";

const SERVICES = { db: dependent("db"), web: dependent("web", { needs: ["db"] }) };
const STARTS = ["start db", "start web"];
const WANTED = [...STARTS, "term web", "end web", "term db", "end db", ...STARTS];

class Dependence implements Scene {
  readonly faults: FaultSwitch;
  readonly #scan: FaultyScan;

  constructor(args: readonly string[]) {
    this.#scan = new FaultyScan(SERVICES, { args });
    this.faults = this.#scan.faults;
  }

  async begin(): Promise<this> {
    await untilOrder(this.#scan.tree, "start web");
    return this;
  }

  async act(): Promise<void> {
    this.#scan.tree.service("db").control("d");
    await untilOrder(this.#scan.tree, "end db");
    this.#scan.tree.service("db").control("u");
    await untilOrder(this.#scan.tree, "start web", 2);
  }

  async judge(): Promise<Verdict> {
    const complaints: string[] = [];
    const order = orderOf(this.#scan.tree).join();
    if (order !== WANTED.join()) complaints.push(`order: ${order}`);
    return this.#scan.verdict(complaints);
  }

  async close(): Promise<void> {
    await this.#scan.close();
  }
}

export const DEPENDENCY_STAGES: readonly Stage[] = FORMS.map(({ name, args }) => ({
  kind: "a call fails: a service stops before the one that it needs",
  name,
  open: () => new Dependence(args).begin(),
}));
