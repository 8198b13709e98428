/**
 * Services that need each other: 1,000 in ten layers, each with three needs in the layer before,
 * beside the same services without needs; and one service that 1,000 others need.
 *
 * Each service reports its readiness as it starts, so the time is that of the supervisors alone.
 * s6-rc would be the peer, but Debian 12 has no package of it.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../tests/support/wait.ts";
import { nowMs } from "../driver.ts";
import { atMost, type Found, Refused, type Row } from "../measurement.ts";
import type { Measurement, Session } from "../session.ts";
import { mustFit, Tree } from "../tree.ts";

const SERVICES = 1_000;
const LAYERS = 10;
const NEEDS = 3;
const HUB = "s0";

const row = (name: string, goals: Row["goals"], unit = "s"): Row => ({
  name,
  unit,
  better: "lower",
  goals,
});
const LAYERED = row("time up, 1,000 services in ten layers", []);
const PLAIN = row("time up, the same 1,000 services without needs", []);
const RATIO = row("ten layers, as a multiple of no needs", [atMost(1.3), atMost(1.3, "dense")], "");
const WOKEN = row("time up of 1,000 services that need one, from its start", []);
const STOPPED = row("time down of one service that 1,000 need", []);

/** Starts tree after tree, and ends each. */
class Trees {
  readonly #stamp: string;
  readonly #subject: ConstructorParameters<typeof Tree>[0];
  #tree: Tree | undefined;

  constructor(stamp: string, subject: ConstructorParameters<typeof Tree>[0]) {
    this.#stamp = stamp;
    this.#subject = subject;
  }

  make(needsOf: (index: number) => readonly number[]): Tree {
    const description = (stamps: string) => ({
      run: `echo >&3\nexec ${this.#stamp} stamp ${stamps}`,
      files: { "notification-fd": "3\n" },
    });
    const tree = new Tree(this.#subject, { services: SERVICES, description });
    this.#tree = tree;
    for (let index = 0; index < SERVICES; index += 1) {
      const needs = needsOf(index);
      const directory = join(tree.service(`s${index}`), "needs");
      if (needs.length > 0) mkdirSync(directory);
      for (const needed of needs) writeFileSync(join(directory, `s${needed}`), "");
    }
    return tree;
  }

  async close(): Promise<void> {
    await this.#tree?.close();
    this.#tree = undefined;
  }
}

/** @returns in seconds */
async function timeUp(tree: Tree, startMs: number, count = SERVICES): Promise<number> {
  const stamps = await tree.untilStamps(count);
  const lastMs = stamps.reduce((last, stamp) => Math.max(last, stamp), 0);
  return (lastMs - startMs) / 1_000;
}

/** Each service needs three of the layer before, spread evenly. */
function layeredNeeds(index: number): readonly number[] {
  const width = SERVICES / LAYERS;
  const layer = Math.floor(index / width);
  if (layer === 0) return [];
  const others = Array.from({ length: NEEDS }, (_, each) => (index * 7 + each * 31) % width);
  return others.map((other) => (layer - 1) * width + other);
}

async function measureLayers(trees: Trees): Promise<Found> {
  const run = async (needsOf: typeof layeredNeeds) => {
    const tree = trees.make(needsOf);
    const seconds = await timeUp(tree, tree.start());
    await trees.close();
    return seconds;
  };
  const plain = await run(() => []);
  const layered = await run(layeredNeeds);
  return new Map([
    [PLAIN.name, plain],
    [LAYERED.name, layered],
    [RATIO.name, layered / plain],
  ]);
}

async function measureHub(trees: Trees, subject: Tree["subject"]): Promise<Found> {
  const { up, down } = subject;
  if (up === undefined || down === undefined) throw new Refused("no command that waits");
  const tree = trees.make((index) => (index === 0 ? [] : [0]));
  const hub = tree.service(HUB);
  writeFileSync(join(hub, "down"), "");
  tree.start();
  const isWaiting = (index: number) => {
    const { stdout } = spawnSync(up(hub)[0] ?? "", ["status", tree.service(`s${index}`)]);
    return stdout.toString().includes("waiting for");
  };
  const look = () => isWaiting(1) && isWaiting(SERVICES - 1);
  await eventually(
    "dependants that wait",
    () => look() || undefined,
    () => tree.said,
    60_000,
  );
  rmSync(join(hub, "down"));
  const upMs = nowMs();
  act(up(hub));
  const woken = await timeUp(tree, upMs);
  const downMs = nowMs();
  act(down(hub));
  const stopped = (nowMs() - downMs) / 1_000;
  await trees.close();
  return new Map([
    [WOKEN.name, woken],
    [STOPPED.name, stopped],
  ]);
}

function act([file = "", ...words]: readonly string[]): void {
  const env = { ...process.env, SVWAIT: "120" };
  const { status, stdout } = spawnSync(file, words, { env });
  if (status !== 0) throw new Refused(`${words.join(" ")}: ${stdout}`);
}

const measurement = (
  rows: readonly Row[],
  measure: (trees: Trees, subject: Tree["subject"]) => Promise<Found>,
): Measurement => ({
  rows,
  subjects: ["ours", "dense"],
  rounds: { quick: 1, full: 5 },
  warmsUp: false,
  open({ driver }, subject): Session {
    mustFit(2 * SERVICES);
    const trees = new Trees(driver.path, subject);
    return { measure: () => measure(trees, subject), close: () => trees.close() };
  },
});

export const dependencies: readonly Measurement[] = [
  measurement([PLAIN, LAYERED, RATIO], measureLayers),
  measurement([WOKEN, STOPPED], measureHub),
];
