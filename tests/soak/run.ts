/**
 * `npm run soak [-- OPTION...]`: runs supervisors and svlogd for a long time, reports whether
 * anything grew or was lost, and writes the table of docs/reliability.md.
 *
 *   --only PATTERN  only the scenarios that have this in their name; may be given more than once
 *   --restarts N    1,800,000: restarts of 500 services, a second between two of each
 *   --commands N    10,000: to one service, one after the other
 *   --services N    100,000: services added and removed
 *   --bytes N       100g: through one svlogd; may end in k, m or g
 *   --page          writes the page also if one of these was given
 *
 * Full scenarios are kept in tests/soak/latest.json, life by life, and the page is made from
 * that; else all is in dist/soak/latest.json. Both are written after each reading. The exit code is
 * 1 if something grew or went wrong.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { machine, versions } from "../../bench/machine.ts";
import { commandLine } from "../../build/command-line.ts";
import { writeSection, writeWhole } from "../../build/page.ts";
import { inRoot } from "../../build/paths.ts";
import { BuildError, script } from "../../build/run.ts";
import type { Moment, Reading, Readings } from "./reading.ts";
import { isGood, type Life, type Results, resultsText, type Where } from "./results.ts";
import { type Account, figure, type Scenario, type Sizes, type Watcher } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

const PAGE = inRoot("docs/reliability.md");
const MARKS = { begin: "<!-- table: npm run soak -->", end: "<!-- end of table -->" };
const KEPT = inRoot("tests/soak/latest.json");
const PASSING = inRoot("dist/soak/latest.json");
const TELL_EVERY_MS = 10_000;

const FULL: Sizes = {
  breadth: 500,
  restarts: 1_800_000,
  warmUpRestarts: 20, // a supervisor remembers the last 16 runs
  commands: 10_000,
  warmUpCommands: 500,
  services: 100_000,
  warmUpServices: 2_000,
  bytes: 100 * 2 ** 30,
  warmUpBytes: 2 ** 30,
};

const UNITS = new Map([
  ["", 1],
  ["k", 2 ** 10],
  ["m", 2 ** 20],
  ["g", 2 ** 30],
]);

/** Every life of this run, and their file. */
class Ledger {
  readonly #path: string;
  readonly #isOnPage: boolean;
  /** Of this run alone. */
  readonly lives: Life[] = [];
  unfinished: Life | undefined;
  #kept: readonly Life[];

  constructor(path: string, isOnPage: boolean) {
    this.#path = path;
    this.#isOnPage = isOnPage;
    this.#kept = livesIn(path);
    mkdirSync(dirname(path), { recursive: true });
  }

  /** After each reading. */
  update(life: Life): void {
    this.unfinished = life;
    this.#write({ lives: this.#kept, unfinished: life });
  }

  finish(life: Life): void {
    this.unfinished = undefined;
    this.lives.push(life);
    const all = [...this.#kept.filter(({ name }) => name !== life.name), life];
    const place = ({ name }: Life) => SCENARIOS.findIndex((scenario) => scenario.name === name);
    this.#kept = all.sort((one, other) => place(one) - place(other));
    this.#write({ lives: this.#kept });
    if (this.#isOnPage) writeSection(PAGE, MARKS, resultsText(this.#kept));
  }

  tell(): void {
    const unfinished = this.unfinished === undefined ? [] : [this.unfinished];
    console.log(`\n${resultsText([...this.lives, ...unfinished])}\n\nwritten to ${this.#path}`);
  }

  #write(results: Results): void {
    writeWhole(this.#path, `${JSON.stringify(results, undefined, 1)}\n`);
  }
}

function livesIn(path: string): readonly Life[] {
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as Results).lives;
  } catch {
    return []; // there is no such file yet
  }
}

/** Plays one scenario, and records its readings. */
class Play implements Watcher {
  readonly #scenario: Scenario;
  readonly #sizes: Sizes;
  readonly #ledger: Ledger;
  readonly #startedAt = new Date().toISOString();
  readonly #beganMs = performance.now();
  readonly #where: Where;
  readonly #readings: Readings = {};
  #toldMs = this.#beganMs;

  constructor(scenario: Scenario, sizes: Sizes, where: Where, ledger: Ledger) {
    this.#scenario = scenario;
    this.#sizes = sizes;
    this.#where = where;
    this.#ledger = ledger;
  }

  async run(): Promise<void> {
    this.#ledger.update(this.#life(undefined));
    let account: Account;
    try {
      account = await this.#scenario.play(this.#sizes, this);
    } catch (error) {
      // A failure here ends this life, and no other.
      this.#say(error instanceof Error ? (error.stack ?? error.message) : `${error}`);
      const [why = ""] = (error instanceof Error ? error.message : `${error}`).split("\n", 1);
      account = { did: "came to no end", faults: [why] };
    }
    this.#ledger.finish(this.#life(account));
  }

  onReading(moment: Moment, reading: Reading): void {
    this.#readings[moment] = reading;
    this.#say(`${moment}: ${JSON.stringify(reading)}`);
    this.#ledger.update(this.#life(undefined));
  }

  onProgress(done: number): void {
    const nowMs = performance.now();
    if (nowMs - this.#toldMs < TELL_EVERY_MS) return;
    this.#toldMs = nowMs;
    this.#say(`${figure(done)} of ${figure(this.#scenario.size(this.#sizes))}`);
  }

  #say(text: string): void {
    console.error(`${this.#tookS().toFixed(0)} s: ${this.#scenario.name}: ${text}`);
  }
  #tookS(): number {
    return (performance.now() - this.#beganMs) / 1_000;
  }
  #life(account: Account | undefined): Life {
    return {
      name: this.#scenario.name,
      startedAt: this.#startedAt,
      tookS: Math.round(this.#tookS()),
      ...this.#where,
      readings: { ...this.#readings },
      account,
    };
  }
}

function sizeOf(option: string, text: string | undefined, whole: number): number {
  if (text === undefined) return whole;
  const [, digits, letter = ""] = /^(\d+)([kmg]?)$/.exec(text) ?? [];
  const unit = option === "bytes" || letter === "" ? UNITS.get(letter) : undefined;
  if (digits === undefined || unit === undefined) {
    throw new BuildError(`--${option}: ${text} is no such number`);
  }
  return Number(digits) * unit;
}

const USAGE = `usage: npm run soak [-- OPTION...]

Builds, and runs the long scenarios: three hours, and the whole machine. Numbers may end in k, m or
g for bytes.

  --only PATTERN  only the scenarios that have this in their name
  --restarts N    restarts of 500 services
  --commands N    commands to one service
  --services N    services added and removed
  --bytes N       bytes through one svlogd
  --page          writes the page also after a shorter run
`;

async function main(): Promise<boolean> {
  const { values } = commandLine({
    usage: USAGE,
    takesOperands: false,
    options: {
      only: { type: "string", multiple: true, default: [] },
      restarts: { type: "string" },
      commands: { type: "string" },
      services: { type: "string" },
      bytes: { type: "string" },
      page: { type: "boolean", default: false },
    },
  });
  const { only, restarts, commands, services, bytes, page } = values;
  const isFull = [restarts, commands, services, bytes].every((size) => size === undefined);
  const sizes: Sizes = {
    ...FULL,
    restarts: sizeOf("restarts", restarts, FULL.restarts),
    commands: sizeOf("commands", commands, FULL.commands),
    services: sizeOf("services", services, FULL.services),
    bytes: sizeOf("bytes", bytes, FULL.bytes),
  };
  const chosen = SCENARIOS.filter(
    ({ name }) => only.length === 0 || only.some((part) => name.includes(part)),
  );
  if (chosen.length === 0) throw new BuildError(`no scenario has ${only.join(" or ")} in its name`);

  const isKept = isFull || page;
  // Before anything is written: a page that has changed makes a version "dirty".
  const where: Where = { machine: machine(), version: versions().runits ?? "?" };
  const ledger = new Ledger(isKept ? KEPT : PASSING, isKept);
  // Also when it is interrupted.
  process.on("exit", () => ledger.tell());
  for (const scenario of chosen) await new Play(scenario, sizes, where, ledger).run();
  return ledger.lives.every(isGood);
}

await script(main);
