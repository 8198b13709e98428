/**
 * A small tree of services under one of the suites, in which a fault is injected: `web`, which
 * counts lines into its svlogd, and `bystander`, which the fault is none of the business of. And
 * the verdict on its state afterwards.
 */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { cmdline, isAlive } from "../support/procfs.ts";
import { type Outcome, runTool } from "../support/run.ts";
import { type Running, Sandbox, sendSignal } from "../support/sandbox.ts";
import { FOREVER, makeService, ServiceDirectory } from "../support/service.ts";
import { type Suite, tool } from "../support/suite.ts";
import { eventually, NeverHappened, unchanged } from "../support/wait.ts";
import { daemonProgram } from "./programs.ts";
import { FaultSwitch } from "./switch.ts";

/** How long a tree has to come to itself after a fault, before that counts as not surviving. */
const RECOVERY_MS = 90_000;
const QUIET_MS = 500;
/** The exit code of runsvdir if it cannot start. */
const EXIT_FATAL = 100;

/** The outcome of a fault. All is well when every number is 0 and there is no complaint. */
export interface Verdict {
  /** Starts of `web` while another process of it ran. */
  readonly doubleStarts: number;
  /** Lines that were written and are not in the log, and those that are in it twice. */
  readonly linesLost: number;
  readonly linesDoubled: number;
  /** The promises that were not kept, in words. */
  readonly complaints: readonly string[];
}

export function survived({ doubleStarts, linesLost, linesDoubled, complaints }: Verdict): boolean {
  return doubleStarts + linesLost + linesDoubled + complaints.length === 0;
}

/** On what never happened; what else went wrong is thrown again, for it is no verdict. */
export function unkept(error: unknown): Verdict {
  if (!(error instanceof NeverHappened)) throw error;
  return { complaints: [error.message], linesLost: 0, linesDoubled: 0, doubleStarts: 0 };
}

export class FaultTree {
  readonly suite: Suite;
  readonly box = new Sandbox();
  readonly services: string;
  /** The directory of `web`; `services/web` is a link to it. */
  readonly made: string;
  readonly web: ServiceDirectory;
  readonly bystander: ServiceDirectory;
  /** Obeyed if the suite is the faulty one. */
  readonly faults: FaultSwitch;
  readonly #options: readonly string[];
  readonly #via: readonly string[];
  readonly #messages: (() => string)[] = [];
  readonly #onClosed: (() => void)[] = [];
  #bystanderPid = 0;
  #scanner: Running | undefined;

  /**
   * @param options of runsvdir
   * @param via a command in front of it
   */
  constructor(suite: Suite, options: readonly string[] = [], via: readonly string[] = []) {
    this.suite = suite;
    this.faults = new FaultSwitch(this.box.dir);
    this.#options = options;
    this.#via = via;
    this.services = join(this.box.dir, "services");
    this.made = join(this.box.dir, "made/web");
    this.web = new ServiceDirectory(join(this.services, "web"), () => this.messages());
    this.bystander = new ServiceDirectory(join(this.services, "bystander"), () => this.messages());
    mkdirSync(this.services);
    makeService(this.made, {
      run: `exec ${daemonProgram()}`,
      finish: "while [ -e hang-finish ]; do sleep .05; done",
      control: {
        u: "while [ -e hang-up ]; do sleep .05; done",
        t: "while [ -e hang-term ]; do sleep .05; done; exit 1",
      },
      log: { run: `exec ${join(suite.bin, "svlogd")} ./main` },
    });
    mkdirSync(join(this.made, "sent"));
    mkdirSync(join(this.made, "log/main"));
    makeService(join(this.box.dir, "made/bystander"), { run: FOREVER });
    for (const name of ["web", "bystander"]) {
      symlinkSync(`../made/${name}`, join(this.services, name));
    }
  }

  /** Starts runsvdir, or another one after the first. */
  scan(uid?: number): void {
    const command = [tool(this.suite, "runsvdir"), ...this.#options, this.services];
    const scanner = this.box.start([...this.#via, ...command], {
      ...(this.#via.length === 0 && { argv0: "runsvdir" }),
      env: { PATH: `${this.suite.bin}:/usr/bin:/bin`, ...this.faults.env },
      ...(uid === undefined ? {} : { uid }),
    });
    this.#messages.push(() => scanner.stderr());
    this.#scanner = scanner;
  }
  /** Starts the tree, and waits until all of it runs. */
  async begin(uid?: number): Promise<void> {
    if (uid !== undefined) execFileSync("chown", ["-R", `${uid}`, this.box.dir]);
    this.scan(uid);
    await this.#untilAllRuns();
  }
  /** The same as init does it: a runsvdir that could not begin is started again. */
  async beginAsInit(): Promise<void> {
    const start = () => {
      this.scan();
      const scanner = this.#scanner;
      void scanner?.ended.then(({ code }) => {
        if (code === EXIT_FATAL && this.#scanner === scanner) start();
      });
    };
    start();
    await this.#untilAllRuns();
  }
  /**
   * Until lines are logged, for a log service and a supervisor that die together take with them
   * what is in the pipe.
   */
  async #untilAllRuns(): Promise<void> {
    await this.untilUp();
    await this.web.untilTrue("first lines in the log", () => this.#logged().length > 1);
    this.#bystanderPid = (await this.bystander.untilRunning()).pid;
  }
  /** Waits for a process other than `before` that has written lines. */
  async untilUp(before = 0): Promise<void> {
    await this.web.untilTrue("first lines", () => {
      const pid = this.web.statusIfThere()?.pid ?? 0;
      return pid !== 0 && pid !== before && this.sent(pid) > 3;
    });
  }

  get scanner(): number {
    if (this.#scanner === undefined) throw new Error("nobody scans");
    return this.#scanner.pid;
  }
  /** The pid of the process that supervises `web`. */
  get runsv(): number {
    const pid = this.box.processes().find((each) => {
      const [program = "", name] = cmdline(each);
      return /(^|\/)runsv$/.test(program) && name === "web";
    });
    if (pid === undefined) throw new Error("nobody supervises web");
    return pid;
  }
  /** Of ./run or ./finish. */
  get daemon(): number {
    return this.web.status().pid;
  }
  /** The process that would be missed by `web` if it died. */
  get supervisor(): number {
    return this.#options.includes("--dense") ? this.scanner : this.runsv;
  }
  get logger(): number {
    return this.web.log.status().pid;
  }
  messages(): string {
    return this.#messages.map((message) => message()).join("\n");
  }
  sv(...args: readonly string[]): Promise<Outcome> {
    const env = { SVDIR: this.services };
    return runTool(this.box, this.suite, "sv", args, { env });
  }
  /** A command that is tried until it could be given; its effect is not waited for. */
  async tell(...args: readonly string[]): Promise<void> {
    await this.#untilAnswer(args, ({ code }) => code === 0);
  }
  /** Lays a file that the scripts and the daemon of `web` look for: `hang-up`, `crash`, ... */
  raiseFlag(name: string): void {
    writeFileSync(join(this.made, name), "");
  }
  clearFlag(name: string): void {
    rmSync(join(this.made, name), { force: true });
  }

  /**
   * Looks whether everything is as it is to be after the fault, and how much was lost.
   *
   * @param daemon the process that `web` was to go on with
   */
  async judge(daemon?: number): Promise<Verdict> {
    const complaints: string[] = [];
    const promise = async (what: string, kept: () => Promise<unknown>) => {
      try {
        await kept();
      } catch (error) {
        if (!(error instanceof NeverHappened)) throw error;
        complaints.push(what);
      }
    };
    await promise("web does not run", () =>
      this.#untilAnswer(["status", "web"], says("run: web: ")),
    );
    if (daemon !== undefined && this.daemon !== daemon) complaints.push("web was restarted");
    await promise("web does not restart", () =>
      this.#untilAnswer(["-w20", "restart", "web"], says("ok: run: ")),
    );
    if (this.#bystanderPid !== 0 && this.bystander.status().pid !== this.#bystanderPid) {
      complaints.push("the bystander was touched");
    }
    await promise("web does not stop", () =>
      this.#untilAnswer(["-w20", "stop", "web"], says("ok: down: ")),
    );
    const left = this.#daemons();
    if (left.length > 0) complaints.push("a process of web runs unsupervised");
    for (const pid of left) sendSignal(pid, "SIGKILL");
    await promise("the log service does not run", () => this.web.log.untilRunning());
    await this.#untilLogged();
    if (this.messages().includes("uncaught")) complaints.push(this.messages());
    return { complaints, ...this.#countLines(), doubleStarts: this.web.lines("doubles").length };
  }

  /** Asks until sv answers so: after a fault it may take a moment. */
  async #untilAnswer(
    args: readonly string[],
    isWanted: (outcome: Outcome) => boolean,
  ): Promise<void> {
    const endMs = performance.now() + RECOVERY_MS;
    for (;;) {
      const outcome = await this.sv(...args);
      if (isWanted(outcome)) return;
      if (performance.now() > endMs) {
        const text = `sv ${args.join(" ")} still says: ${outcome.stdout}\n${this.messages()}`;
        throw new NeverHappened(text);
      }
      await unchanged(() => "", 50);
    }
  }
  /** The processes of `web` that count lines. */
  #daemons(): number[] {
    return this.box.processes().filter((pid) => cmdline(pid)[0] === daemonProgram());
  }
  /** Whether a script waits for the file to be lifted. */
  isHanging(file: "hang-finish" | "hang-term"): boolean {
    const script = file === "hang-finish" ? "./finish" : "control/t";
    return this.box.processes().some((pid) => cmdline(pid).includes(script));
  }
  /** How many lines the process has written. */
  sent(pid: number): number {
    const path = join(this.made, "sent", `${pid}`);
    return existsSync(path) ? Number(readFileSync(path, "latin1")) : 0;
  }
  /** How many logs are full. */
  oldLogs(): number {
    return readdirSync(join(this.made, "log/main")).filter((name) => name.startsWith("@")).length;
  }
  #logged(): string[] {
    const dir = join(this.made, "log/main");
    const names = readdirSync(dir).filter((name) => name.startsWith("@") || name === "current");
    return names.flatMap((name) => readFileSync(join(dir, name), "latin1").split("\n"));
  }
  /**
   * Until every line is logged: svlogd retries a failed write after a pause. One that is lost never
   * is.
   */
  async #untilLogged(): Promise<void> {
    const endMs = performance.now() + RECOVERY_MS;
    do await unchanged(() => `${this.#logged().length}`, QUIET_MS);
    while (this.#countLines().linesLost > 0 && performance.now() < endMs);
  }
  #countLines(): Pick<Verdict, "linesLost" | "linesDoubled"> {
    const seen = new Map<string, number>();
    for (const line of this.#logged()) seen.set(line, (seen.get(line) ?? 0) + 1);
    let linesLost = 0;
    let linesDoubled = 0;
    for (const name of readdirSync(join(this.made, "sent"))) {
      const sent = this.sent(Number(name));
      for (let n = 1; n <= sent; n++) {
        const times = seen.get(`${name} ${n}`) ?? 0;
        if (times === 0) linesLost++;
        else linesDoubled += times - 1;
      }
    }
    return { linesLost, linesDoubled };
  }
  async close(): Promise<void> {
    await this.box.close();
    for (const run of this.#onClosed) run();
  }
  /** Calls `run` once all processes have ended and the directory is gone. */
  onClosed(run: () => void): void {
    this.#onClosed.push(run);
  }
  /**
   * Until another supervisor has taken over; it is a complaint if it has started the service anew.
   */
  async untilSupervised(daemon: number): Promise<void> {
    await this.web.untilTrue("another supervisor", () => this.web.isSupervised());
    if (this.daemon !== daemon) throw new NeverHappened("web was started anew");
  }
}

const says = (beginning: string) => (outcome: Outcome) => outcome.stdout.startsWith(beginning);

/**
 * Waits for a moment at which `look` is true; for the state that a fault needs before it strikes.
 */
export function moment(tree: FaultTree, what: string, look: () => boolean): Promise<true> {
  return eventually(
    what,
    () => (look() ? true : undefined),
    () => `${tree.web.tell()}\n${tree.messages()}`,
  );
}

export const untilGone = (tree: FaultTree, pid: number) =>
  moment(tree, `end of ${pid}`, () => !isAlive(pid));
