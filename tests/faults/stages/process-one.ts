/**
 * Stages of runit as process 1, from the boot to the end. Whatever fails meanwhile, process 1
 * lives, each of its stages runs, and the system ends as it was asked to.
 */
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { noNamespace, Process1 } from "../../support/process-one.ts";
import { NeverHappened } from "../../support/wait.ts";
import type { Case } from "../fault-case.ts";
import { unkept, type Verdict } from "../fault-tree.ts";
import { type Errno, FAILURES } from "../faulty/failures.ts";
import { FaultSwitch, faulty } from "../switch.ts";
import type { Scene, Stage } from "./stage.ts";

const KIND = "a call fails: runit as process 1";
const STORM_MS = 1_000;
const STORMS: readonly Errno[] = ["EAGAIN", "EMFILE", "ENFILE", "ENOMEM", "ENOSPC"];

const sh = (text: string) => `#!/bin/sh\n${text}\n`;
const NOTE = 'echo >>"/run/ran-$(basename "$0")"';
const POWER_OFF = "kill -PWR 1; exec sleep 1000";

interface Part {
  readonly name: string;
  /** Files that differ from the usual ones. */
  readonly files?: Readonly<Record<string, string>>;
  /** The stages that run; all of them otherwise. */
  readonly ran?: readonly number[];
  /** The end of the namespace: INT is power off, which is the usual one. */
  readonly end?: NodeJS.Signals;
}

/** The first part in which a call is made is the one in which it fails: the one that asks most. */
const PARTS: readonly Part[] = [
  {
    name: "a reboot by ctrl-alt-del",
    files: {
      // As a user who presses the keys again if nothing happens.
      "etc/runit/2": sh(`${NOTE}; while :; do kill -INT 1; sleep 1; done`),
      "etc/runit/ctrlaltdel": sh(
        "for f in stopit reboot; do >/run/runit.$f; chmod 100 /run/runit.$f; done",
      ),
    },
    end: "SIGHUP",
  },
  { name: "boot and power off" },
  {
    name: "a stage 2 that crashes and leaves a process",
    files: {
      "etc/runit/2": sh(
        `[ -e /run/ran-2 ] && { ${POWER_OFF}; }; ${NOTE}; setsid sleep 1000 & kill -KILL $$`,
      ),
    },
  },
  {
    name: "a stage 1 that is killed",
    files: { "etc/runit/1": sh(`${NOTE}; kill -KILL $$`) },
    ran: [1, 3],
  },
  {
    name: "stages that hang",
    files: {
      "etc/runit/2": sh(`${NOTE}; trap '' TERM; kill -PWR 1; while :; do sleep 0.1; done`),
      "etc/runit/3": sh(`${NOTE}; exec sleep 1000`),
      "etc/runit/timeout-stage2": "100\n",
      "etc/runit/timeout-stage3": "500\n",
    },
  },
];

class Boot implements Scene {
  readonly faults: FaultSwitch;
  readonly #machine: Process1;
  readonly #part: Part;
  readonly #closing: (() => Promise<void>)[] = [];

  constructor(part: Part) {
    this.#part = part;
    const files = {
      "etc/runit/1": sh(NOTE),
      "etc/runit/2": sh(`${NOTE}; ${POWER_OFF}`),
      "etc/runit/3": sh(NOTE),
      ...part.files,
    };
    const cleanup = { after: (end: () => Promise<void>) => void this.#closing.push(end) };
    const runit = join(faulty.bin, "runit");
    const before = "export RUNITS_FAULTS=$HOME/faults;";
    this.#machine = new Process1(cleanup, files, { runit, before, waits: true });
    this.faults = new FaultSwitch(this.#machine.box.dir);
  }

  async act(): Promise<void> {
    this.#machine.write("go", "");
    const end = await this.#machine.end().catch((error: Error) => {
      throw new NeverHappened(error.message);
    });
    const { end: expected = "SIGINT" } = this.#part;
    if (end !== expected) throw new NeverHappened(`ended with ${end}:\n${this.#machine.output()}`);
  }

  async judge(): Promise<Verdict> {
    const { ran = [1, 2, 3] } = this.#part;
    const output = this.#machine.output();
    const complaints = ran
      .filter((stage) => this.#machine.read(`run/ran-${stage}`) === "")
      .map((stage) => `stage ${stage} has not run:\n${output}`);
    if (/uncaught|has failed/.test(output)) complaints.push(output);
    return { complaints, linesLost: 0, linesDoubled: 0, doubleStarts: 0 };
  }

  async close(): Promise<void> {
    for (const end of this.#closing.splice(0)) await end();
  }
}

export const PROCESS_ONE_STAGES: readonly Stage[] =
  noNamespace === false
    ? PARTS.map((part) => ({ kind: KIND, name: part.name, open: async () => new Boot(part) }))
    : [];

/** Of something the system has nothing left, for the first second. */
async function playStorm(part: Part, errno: Errno): Promise<Verdict> {
  const boot = new Boot(part);
  try {
    const calls = Object.entries(FAILURES).filter(([, { errnos }]) => errnos.includes(errno));
    boot.faults.storm(
      errno,
      calls.map(([name]) => name),
    );
    const isOver = pause(STORM_MS).then(() => boot.faults.clear());
    await Promise.all([boot.act(), isOver]);
    return await boot.judge();
  } catch (error) {
    return unkept(error);
  } finally {
    await boot.close();
  }
}

export const PROCESS_ONE_CASES: readonly Case[] = (noNamespace === false ? PARTS : []).flatMap(
  (part) =>
    STORMS.map((errno) => ({
      kind: "process 1 boots while the system is out of something",
      name: `${errno}: ${part.name}`,
      isOursAlone: true,
      play: () => playStorm(part, errno),
    })),
);
