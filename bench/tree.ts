/**
 * A tree of services under one subject: creates it, starts it, inspects it, and ends it with all
 * its processes.
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { children, cwd, memory, statusLines, supervisors } from "../tests/support/procfs.ts";
import { Sandbox } from "../tests/support/sandbox.ts";
import { type Description, makeService } from "../tests/support/service.ts";
import { eventually } from "../tests/support/wait.ts";
import { type Driver, nowMs, stampsMs } from "./driver.ts";
import { Refused } from "./measurement.ts";
import type { Subject } from "./subjects.ts";

/** A tree that is not up by then never will be. */
const UP_DEADLINE_MS = 180_000;
/**
 * Makes the directory older than its scanner's start by this, so that the original starts at once.
 */
const AGE_S = 10;
/** The most memory that a service takes with its supervisor; its logger takes as much again. */
const MIB_PER_PROCESS = 0.4;
/** Left for the other processes on this machine. */
const SPARE_PIDS = 2_000;

interface TreeOptions {
  readonly services: number;
  /** Makes each service; `stamps` is the file of the services that share one. */
  readonly description: (stamps: string) => Description;
  /** The directory was changed in the second in which the scanner starts. */
  readonly justMade?: boolean;
}

interface TreeMemory {
  readonly pssMiB: number;
  readonly privateDirtyMiB: number;
}

const open = new Set<Tree>();

export class Tree {
  readonly subject: Subject;
  readonly #box = new Sandbox();
  readonly #options: TreeOptions;
  readonly #dirs: string[] = [];
  #scanners: number[] = [];

  constructor(subject: Subject, options: TreeOptions) {
    open.add(this);
    this.subject = subject;
    this.#options = options;
    const { services } = options;
    const scanners = Math.max(1, Math.ceil(services / subject.servicesMax));
    for (let scanner = 0; scanner < scanners; scanner += 1) {
      const dir = join(this.#box.dir, `services${scanner}`);
      mkdirSync(dir);
      this.#dirs.push(dir);
    }
    for (let index = 0; index < services; index += 1) this.link(this.make(`s${index}`));
    const agedS = Date.now() / 1_000 - AGE_S;
    if (options.justMade !== true) for (const dir of this.#dirs) utimesSync(dir, agedS, agedS);
  }

  /** A tree in which all services run: each is a driver that has stamped its start, and sleeps. */
  static async up(subject: Subject, driver: Driver, services: number): Promise<Tree> {
    const run = `exec ${driver.path} stamp`;
    const tree = new Tree(subject, {
      services,
      description: (stamps) => ({ run: `${run} ${stamps}` }),
    });
    tree.start();
    await tree.untilStamps(services);
    return tree;
  }

  /** The stamp file of the services that share one. */
  get stamps(): string {
    return join(this.#box.dir, "stamps");
  }
  /** The directory that the first scanner supervises. */
  get dir(): string {
    return this.#dirs[0] ?? "";
  }
  service(name: string): string {
    return join(this.#box.dir, "made", name);
  }

  /** Makes a service that is not supervised yet. */
  make(name: string): string {
    makeService(this.service(name), this.#options.description(this.stamps));
    return name;
  }
  /** Links the service into a scanned directory. */
  link(name: string): void {
    const dir = this.#dirs[Number(name.slice(1)) % this.#dirs.length] ?? "";
    symlinkSync(this.service(name), join(dir, name));
  }

  /** Starts the scanner; returns the time, on the clock of the stamps. */
  start(): number {
    const said = openSync(join(this.#box.dir, "said"), "a");
    const startMs = nowMs();
    this.#scanners = this.#dirs.map(
      (dir) =>
        this.#box.start(this.subject.scanner(dir, this.#options.services), {
          env: { PATH: this.subject.path },
          stdio: ["ignore", said, said],
        }).pid,
    );
    closeSync(said);
    return startMs;
  }

  /** The last lines that the scanner and its services wrote. */
  get said(): string {
    const lines = readFileSync(join(this.#box.dir, "said"), "utf8").trimEnd().split("\n");
    return lines.slice(-3).join(" | ");
  }

  /** Waits until a file has `count` stamps, and returns them. */
  untilStamps(count: number, file = this.stamps): Promise<number[]> {
    return eventually(
      `${count} stamps`,
      () => {
        const stamps = stampsMs(file);
        return stamps.length >= count ? stamps : undefined;
      },
      () => `${stampsMs(file).length} of ${count}; ${this.said}`,
      UP_DEADLINE_MS,
    );
  }

  /** The pids of scanners and supervisors. */
  supervisors(): number[] {
    return this.#scanners.flatMap(supervisors);
  }

  /** The daemons' pids by their services' directories. */
  daemons(): ReadonlyMap<string, number> {
    const all = this.supervisors();
    const daemons = all.flatMap(children).filter((pid) => !all.includes(pid));
    return new Map(daemons.map((pid) => [cwd(pid) ?? "", pid]));
  }

  memory(): TreeMemory {
    let [pss, dirty] = [0, 0];
    for (const pid of this.supervisors()) {
      const { pssKiB, privateDirtyKiB } = memory(pid);
      pss += pssKiB;
      dirty += privateDirtyKiB;
    }
    return { pssMiB: pss / 1_024, privateDirtyMiB: dirty / 1_024 };
  }

  /** How often scanner and supervisors have gone to sleep so far. */
  switches(): number {
    let count = 0;
    for (const pid of this.supervisors()) {
      for (const task of readdirSync(`/proc/${pid}/task`)) {
        count += Number(statusLines(Number(task)).get("voluntary_ctxt_switches"));
      }
    }
    return count;
  }

  async close(): Promise<void> {
    await this.#box.close();
    open.delete(this);
  }
}

/** Ends every tree that is still open, such as one that failed to start. */
export async function closeTrees(): Promise<void> {
  for (const tree of open) await tree.close();
}

/** @throws {Refused} if so many processes would not fit */
export function mustFit(processes: number): void {
  const pids = Number(readFileSync("/proc/sys/kernel/pid_max", "utf8"));
  const used = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).length;
  if (processes + used + SPARE_PIDS > pids) {
    throw new Refused(`${processes} processes beside ${used} do not fit into ${pids} pids`);
  }
  const memory = /^MemAvailable:\s*(\d+)/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  const freeMiB = Number(memory ?? totalmem() / 1_024) / 1_024;
  if (processes * MIB_PER_PROCESS > freeMiB) {
    throw new Refused(`${processes} processes do not fit into ${freeMiB.toFixed(0)} MiB`);
  }
}
