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
  mistakesIn,
  type Needs,
  orderOf,
  untilOrder,
} from "../../support/dependencies.ts";
import { type Scan, testBothWays } from "../../support/scan.ts";

const ROUNDS = Number(process.env.ROUNDS ?? 3);
/** A stop or a start of all takes about as long. */
const MOMENT_MS = 150;

const NEEDS: Needs = {
  db: [],
  cache: ["db"],
  queue: ["db"],
  app: ["cache", "queue"],
  web: ["app", "db"],
};
const NAMES = Object.keys(NEEDS);
const LAST = "web";

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
      assert.deepEqual(mistakesIn(orderOf(tree), NEEDS), [], orderOf(tree).join(", "));
    }
  });
});
