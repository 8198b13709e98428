/**
 * Services that end as soon as they are started, and so are started again every second, for a long
 * time. They count their starts themselves. For a reading they are held: each runs then, and waits
 * until it is let go.
 */
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, renameSync, rmSync, statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { readHistory } from "../../protocol/history.ts";
import { eventually } from "../support/wait.ts";
import { soakScript } from "./programs.ts";
import type { Moment } from "./reading.ts";
import {
  type Account,
  figure,
  type Scenario,
  type Sizes,
  Stall,
  type Watcher,
} from "./scenario.ts";
import { FORMS, inTree, type SoakTree } from "./tree.ts";

const LOOK_EVERY_MS = 200;

class Restarts {
  readonly #tree: SoakTree;
  readonly #names: readonly string[];
  readonly #watcher: Watcher;
  /** The starts of each at the first reading. */
  #before: readonly number[] = [];

  constructor(tree: SoakTree, breadth: number, watcher: Watcher) {
    this.#tree = tree;
    this.#names = Array.from({ length: breadth }, (_, index) => `s${index}`);
    this.#watcher = watcher;
    for (const name of this.#names) tree.scan.add(name, { run: soakScript("brief") });
  }

  async run({ restarts, warmUpRestarts }: Sizes): Promise<void> {
    const before = warmUpRestarts * this.#names.length;
    await this.#untilRestarts(before);
    await this.#read("start");
    this.#before = this.#starts();
    await this.#untilRestarts(before + restarts / 2);
    await this.#read("middle");
    await this.#untilRestarts(before + restarts);
    await this.#read("end");
  }

  /** By the services' own count, and by that of their supervisors. */
  account(): Account {
    const faults: string[] = [];
    const starts = this.#starts();
    const since = starts.map((count, index) => count - (this.#before[index] ?? 0));
    const [fewest, most] = [Math.min(...since), Math.max(...since)];
    // All rest for a second after each end: one that is far behind was forgotten for a while.
    if (fewest < most / 2) faults.push(`one service was started ${most} times, another ${fewest}`);
    for (const [index, name] of this.#names.entries()) {
      const endings = readHistory(this.#tree.service(name).text("supervise/history"))?.exitCount;
      const count = starts[index] ?? 0;
      if (endings === count - 1) continue; // it is held now
      faults.push(`${name} was started ${count} times; its supervisor tells of ${endings} ends`);
    }
    const [restarts, breadth] = [this.#count(), starts.length].map(figure);
    const each = `each ${figure(fewest)} to ${figure(most)} after the warm-up`;
    return { did: `${restarts} restarts of ${breadth} services, ${each}`, faults };
  }

  #starts(): number[] {
    return this.#names.map((name) => {
      const file = `${this.#tree.path(name)}/starts`;
      return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    });
  }
  /** Restarts, without the first start of each; less than none while some have not been started. */
  #count(): number {
    return this.#starts().reduce((sum, count) => sum + count - 1, 0);
  }

  async #untilRestarts(restarts: number): Promise<void> {
    const stall = new Stall();
    for (;;) {
      const count = this.#count();
      this.#watcher.onProgress(count);
      if (count >= restarts) return;
      stall.check("restarts", count, () => this.#tree.scan.stderr);
      await pause(LOOK_EVERY_MS);
    }
  }

  async #read(moment: Moment): Promise<void> {
    const [gate, held, opened] = ["gate", "held", "opened"].map((name) => this.#tree.path(name));
    if (gate === undefined || held === undefined || opened === undefined) return;
    execFileSync("mkfifo", [gate]);
    const waiting = () => statSync(held, { throwIfNoEntry: false })?.size ?? 0;
    await eventually(
      "service held",
      () => waiting() === this.#names.length || undefined,
      () => `${waiting()} of ${this.#names.length} are; ${this.#tree.scan.stderr}`,
    );
    this.#watcher.onReading(moment, await this.#tree.readAtRest());
    if (moment === "end") return;
    // In this order: one that is started again meanwhile finds no gate, and is not held.
    renameSync(gate, opened);
    rmSync(held);
    closeSync(openSync(opened, constants.O_RDWR));
    rmSync(opened);
  }
}

export const restarts: readonly Scenario[] = FORMS.map((form) => ({
  name: `restarts, ${form}`,
  size: ({ breadth, restarts, warmUpRestarts }) => restarts + breadth * warmUpRestarts,
  play: (sizes, watcher) =>
    inTree(form, async (tree) => {
      const restarts = new Restarts(tree, sizes.breadth, watcher);
      await restarts.run(sizes);
      return restarts.account();
    }),
}));
