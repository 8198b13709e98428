/**
 * Supervisors are killed at random moments while a service that others need, directly and through
 * each other, is stopped and started: the order of starts and ends stays right, and nothing starts
 * twice. `npm run order` plays 50 rounds.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import {
  DEPENDENCIES,
  dependent,
  killSupervisor,
  orderOf,
  untilOrder,
} from "../../support/dependencies.ts";
import { type Scan, testBothWays } from "../../support/scan.ts";

const ROUNDS = Number(process.env.ROUNDS ?? 3);
/** A stop or a start of all takes about as long. */
const MOMENT_MS = 150;

const NEEDS: Readonly<Record<string, readonly string[]>> = {
  db: [],
  cache: ["db"],
  queue: ["db"],
  app: ["cache", "queue"],
  web: ["app", "db"],
};
const NAMES = Object.keys(NEEDS);
const LAST = "web";

/** What is wrong with the order of these records, such as `start db`. */
function mistakesIn(records: readonly string[]): string[] {
  const alive = new Set<string>();
  const stopping = new Set<string>();
  const dependantsOf = (name: string) => NAMES.filter((each) => NEEDS[each]?.includes(name));
  return records.flatMap((record, at) => {
    const [what, name = ""] = record.split(" ");
    const wrong: string[] = [];
    if (what === "start") {
      if (alive.has(name)) wrong.push("it runs already");
      const missing = NEEDS[name]?.filter((each) => !alive.has(each) || stopping.has(each)) ?? [];
      wrong.push(...missing.map((each) => `it needs ${each}`));
      alive.add(name);
    } else if (what === "term") {
      wrong.push(...dependantsOf(name).flatMap((each) => (alive.has(each) ? [each] : [])));
      stopping.add(name);
    } else {
      alive.delete(name);
      stopping.delete(name);
    }
    return wrong.map((text) => `${at}: ${record}: ${text}`);
  });
}

/** Commands db, and kills a supervisor meanwhile; a command that dies with one is given again. */
async function command(tree: Scan, byte: "d" | "u"): Promise<void> {
  const db = tree.service("db");
  db.control(byte);
  await pause(Math.random() * MOMENT_MS);
  await killSupervisor(tree, NAMES[Math.floor(Math.random() * NAMES.length)] ?? LAST);
  await db.untilSupervised();
  const want = byte === "d" ? "down" : "up";
  if (db.status().want !== want) db.control(byte);
}

describe(`the order of starts and ends, in ${ROUNDS} rounds`, DEPENDENCIES, () => {
  testBothWays("supervisors are killed while services wait", {}, async (t, start) => {
    const services = NAMES.map((name) => [name, dependent(name, { needs: NEEDS[name] ?? [] })]);
    const tree = start(t, Object.fromEntries(services));
    await untilOrder(tree, `start ${LAST}`);
    for (let round = 1; round <= ROUNDS; round += 1) {
      await command(tree, "d");
      await untilOrder(tree, "end db", round);
      await command(tree, "u");
      await untilOrder(tree, `start ${LAST}`, round + 1);
      assert.deepEqual(mistakesIn(orderOf(tree)), [], orderOf(tree).join(", "));
    }
  });
});
