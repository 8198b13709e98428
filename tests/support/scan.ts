/** A runsvdir at work on a directory of services. */
import { mkdirSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { children, cmdline, isAlive } from "./procfs.ts";
import { type Cleanup, type Running, type Sandbox, type StartOptions, sandbox } from "./sandbox.ts";
import { type Description, FOREVER, makeService, ServiceDirectory } from "./service.ts";
import { improved, ours, type Suite, tool } from "./suite.ts";
import { eventually } from "./wait.ts";

export interface ScanOptions extends StartOptions {
  readonly suite?: Suite;
  readonly via?: readonly string[];
  /** Words before the directory, such as `-P`. */
  readonly args?: readonly string[];
  /** The argument for its directory, if not `services`. */
  readonly path?: string;
  /** The last argument, which takes messages. */
  readonly log?: string;
  /** The words after `--`. */
  readonly command?: readonly string[];
  /** Done to the sandbox before runsvdir starts. */
  readonly prepare?: (dir: string) => void;
}

/** A scanner; `services/` holds links to the services, which are in `made/`. */
export class Scan {
  readonly box: Sandbox;
  readonly services: string;
  readonly suite: Suite;
  readonly #options: ScanOptions;
  #runsvdir: Running;

  constructor(box: Sandbox, options: ScanOptions) {
    this.box = box;
    this.services = join(box.dir, "services");
    this.suite = options.suite ?? ours;
    this.#options = options;
    this.#runsvdir = this.#start(options);
  }
  get runsvdir(): Running {
    return this.#runsvdir;
  }
  get stderr(): string {
    return this.#runsvdir.stderr();
  }
  /**
   * Starts another scanner on the same directory, which the following questions are about.
   *
   * @param changed the options that differ from the first time
   */
  startAgain(changed: ScanOptions = {}): Running {
    this.#runsvdir = this.#start({ ...this.#options, ...changed });
    return this.#runsvdir;
  }
  #start(options: ScanOptions): Running {
    const { suite = ours, via = [], args = [], log, command, prepare: _, env, ...rest } = options;
    const { path = "services", ...start } = rest;
    if (suite.missing !== undefined) throw new Error(suite.missing);
    const last = [...(log === undefined ? [] : [log]), ...(command ? ["--", ...command] : [])];
    return this.box.start([...via, tool(suite, "runsvdir"), ...args, path, ...last], {
      env: { PATH: `${suite.bin}:/usr/bin:/bin`, ...env },
      ...start,
    });
  }

  /** The directory appears under `services/` when all that belongs to it is there. */
  add(name: string, description: Description): ServiceDirectory {
    makeService(join(this.box.dir, "made", name), description);
    symlinkSync(join("../made", name), join(this.services, name));
    return this.service(name);
  }
  remove(name: string): void {
    unlinkSync(join(this.services, name));
  }
  rename(from: string, to: string): void {
    renameSync(join(this.services, from), join(this.services, to));
  }
  service(name: string): ServiceDirectory {
    const tell = () => `runsvdir wrote:\n${this.stderr}`;
    return new ServiceDirectory(join(this.services, name), tell);
  }
  /** Adds a service and waits until it runs: the scanner has looked at its directory. */
  async untilScanned(name: string): Promise<void> {
    await this.add(name, { run: FOREVER }).untilRunning();
  }
  /** The pid of the runsv that was started as `runsv NAME`. */
  runsvOf(name: string): number | undefined {
    return children(this.#runsvdir.pid).find((pid) => {
      const [program = "", argument] = cmdline(pid);
      return /(^|\/)runsv$/.test(program) && argument === name && isAlive(pid);
    });
  }
  untilRunsv(name: string, before = 0): Promise<number> {
    return this.until(`runsv ${name}`, () => {
      const pid = this.runsvOf(name);
      return pid === before ? undefined : pid;
    });
  }
  /** The process that supervises `name`: a runsv, or runsvdir itself. */
  async untilSupervisor(name: string): Promise<number> {
    const isDense = this.#options.args?.includes("--dense") === true;
    return isDense ? this.#runsvdir.pid : await this.untilRunsv(name);
  }
  until<T>(what: string, look: () => T | undefined): Promise<T> {
    const tell = () => `children: ${this.#tellChildren()}\nrunsvdir wrote:\n${this.stderr}`;
    return eventually(what, look, tell);
  }
  async untilMessage(text: string): Promise<void> {
    await this.until(`message "${text}"`, () => (this.stderr.includes(text) ? true : undefined));
  }
  #tellChildren(): string {
    return children(this.#runsvdir.pid)
      .map((pid) => cmdline(pid).join(" "))
      .join(", ");
  }
}

export function scan(
  t: Cleanup,
  services: Readonly<Record<string, Description>>,
  options: ScanOptions = {},
): Scan {
  const box = sandbox(t);
  const dir = join(box.dir, "services");
  mkdirSync(dir);
  for (const [name, description] of Object.entries(services)) {
    makeService(join(box.dir, "made", name), description);
    symlinkSync(join("../made", name), join(dir, name));
  }
  options.prepare?.(box.dir);
  return new Scan(box, options);
}

/**
 * A test of behaviour that is the same with and without `--dense`, with the {@link scan} to use.
 */
export function testBothWays(
  name: string,
  options: { readonly skip?: string | false },
  body: (t: Cleanup, start: typeof scan) => Promise<void>,
): void {
  test(name, options, (t) => body(t, scan));
  test(`${name}; --dense`, { ...options, ...improved("dense") }, (t) => body(t, scanDense));
}

export const scanDense: typeof scan = (t, services, { args = [], ...options } = {}) =>
  scan(t, services, { ...options, args: ["--dense", ...args] });
