/**
 * Not one start too many, in many rounds: a service that puts itself down as it ends, or that
 * somebody puts down as it crashes, under a supervisor that is stopped and continued at random.
 * `npm run rounds` plays 1,000 of each kind.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { whileHeld } from "../support/held.ts";
import { sendSignal } from "../support/sandbox.ts";
import { type Scan, type scan, testBothWays } from "../support/scan.ts";
import { type Description, FOREVER, type ServiceDirectory } from "../support/service.ts";

const ROUNDS = Number(process.env.ROUNDS ?? 25);
/** So many services play at once, for each round takes as long as a service needs to grow up. */
const SERVICES = Math.min(ROUNDS, 50);
/** A younger service would rest before its next start. */
const GROW_UP_MS = 1_100;
/** How long a supervisor is held, and how long it is left alone, at most. */
const HELD_MS = 20;
const ALONE_MS = 60;

const START = "echo start >>trace";
const GROW_UP = `sleep ${GROW_UP_MS / 1_000}`;
const SAY_DOWN = "printf d >supervise/control";

interface Kind {
  readonly name: string;
  readonly description: Description;
  /** The service that is put down; the main service if nothing else is said. */
  readonly isLog?: boolean;
  /** The event that strikes it once it runs. */
  readonly crash?: (service: ServiceDirectory, supervisor: number) => Promise<void>;
}

const SAYING_DOWN: Description = { run: `${START}; ${GROW_UP}; ${SAY_DOWN}`, down: true };
const KINDS: readonly Kind[] = [
  {
    name: "./finish says down",
    description: { run: `${START}; ${GROW_UP}`, finish: SAY_DOWN, down: true },
  },
  { name: "./run says down", description: SAYING_DOWN },
  { name: "log/run says down", description: { run: FOREVER, log: SAYING_DOWN }, isLog: true },
  {
    name: "somebody says down as it crashes",
    description: { run: `${START}; ${FOREVER}`, down: true },
    crash: async (service, supervisor) => {
      const { pid } = await service.untilRunning();
      await pause(GROW_UP_MS);
      const acts = [() => service.control("d"), () => killIfThere(pid)];
      // After the crash is in time only if the supervisor does not know of it yet.
      const isInOrder = Math.random() < 0.5;
      if (isInOrder) await bothWithin(acts);
      else await whileHeld(supervisor, () => bothWithin(acts.reverse()));
    },
  },
];

/** It may have ended by TERM. */
function killIfThere(pid: number): void {
  try {
    sendSignal(pid, "SIGKILL");
  } catch (error) {
    assert.match(String(error), /ESRCH/);
  }
}

async function bothWithin(acts: readonly (() => void)[]): Promise<void> {
  for (const act of acts) {
    act();
    await pause(Math.random() * 3);
  }
}

async function play(kind: Kind, service: ServiceDirectory, supervisor: number): Promise<void> {
  for (let round = 1; round <= Math.ceil(ROUNDS / SERVICES); round++) {
    const before = service.status().since;
    service.control("u");
    await service.untilLines(round);
    await kind.crash?.(service, supervisor);
    // The record may still be that of before the start.
    await service.until(
      "service left down",
      ({ phase, want, since }) =>
        phase === "down" && want === "down" && !isDeepStrictEqual(since, before),
    );
    assert.equal(service.lines().length, round, "starts");
  }
}

/** Stops and continues a supervisor at random, until `isOver`. */
async function disturb(supervisor: number, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await whileHeld(supervisor, () => pause(Math.random() * HELD_MS));
    await pause(Math.random() * ALONE_MS);
  }
}

async function playAll(kind: Kind, t: Parameters<typeof scan>[0], start: typeof scan) {
  const names = Array.from({ length: SERVICES }, (_, index) => `s${index}`);
  const scanner: Scan = start(t, Object.fromEntries(names.map((name) => [name, kind.description])));
  const players = await Promise.all(
    names.map(async (name) => {
      const supervisor = await scanner.untilSupervisor(name);
      const main = scanner.service(name);
      const service = kind.isLog === true ? main.log : main;
      await service.untilSupervised();
      return { supervisor, service };
    }),
  );
  let isOver = false;
  const supervisors = new Set(players.map(({ supervisor }) => supervisor));
  const disturbances = [...supervisors].map((pid) => disturb(pid, () => isOver));
  try {
    await Promise.all(players.map(({ service, supervisor }) => play(kind, service, supervisor)));
  } finally {
    isOver = true;
    await Promise.all(disturbances);
  }
}

describe(`not one start too many, in ${ROUNDS} rounds`, () => {
  for (const kind of KINDS) {
    testBothWays(kind.name, {}, (t, start) => playAll(kind, t, start));
  }
});
