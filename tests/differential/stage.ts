/**
 * The place of a scenario: a sandbox, a suite for the supervisor and one for the commands, and
 * the transcript of the visible events. Whatever is chance (pids, times, paths) is masked, so that
 * the transcripts of two suites can be compared word for word.
 */
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  symlinkSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { children, cmdline, cwd, isAlive, isBusy, kinship } from "../support/procfs.ts";
import { run } from "../support/run.ts";
import { type Running, Sandbox } from "../support/sandbox.ts";
import { type Description, makeService, ServiceDirectory } from "../support/service.ts";
import { type DifferenceKey, type Suite, tool } from "../support/suite.ts";
import { withoutPath } from "../support/sv.ts";
import { eventually, unchanged } from "../support/wait.ts";

/** Who supervises, and who commands. */
export interface Cast {
  readonly runsv: Suite;
  readonly sv: Suite;
}

/**
 * What only our runsv makes under supervise/ at once: rows `adoption`, `event` and `dependencies`
 * of docs/differences.md.
 */
const ADDITIONS: readonly string[] = ["adopt", "event", "hold"];

export type Step = (stage: Stage) => Promise<void>;

export interface Scenario {
  readonly name: string;
  /** Service directories by their names. */
  readonly services: Readonly<Record<string, Description>>;
  readonly steps: readonly Step[];
  /** The row of docs/differences.md that says why the transcripts differ. */
  readonly differs?: DifferenceKey;
}

export class Stage {
  readonly box: Sandbox;
  readonly cast: Cast;
  readonly #transcript: string[] = [];
  readonly #supervisors = new Map<string, Running>();
  readonly #since = new Map<string, string>();
  readonly #held: number[] = [];
  #isCommanded = false;

  constructor(cast: Cast, services: Scenario["services"]) {
    this.box = new Sandbox();
    this.cast = cast;
    for (const [name, description] of Object.entries(services)) {
      makeService(join(this.box.dir, name), description);
    }
  }
  path(name: string): string {
    return join(this.box.dir, name);
  }
  service(name: string): ServiceDirectory {
    return new ServiceDirectory(this.path(name), () => this.tell());
  }
  supervisor(name: string): Running {
    const runsv = this.#supervisors.get(name);
    if (runsv === undefined) throw new Error(`nobody supervises ${name}`);
    return runsv;
  }
  supervise(name: string): Running {
    const runsv = this.box.start([tool(this.cast.runsv, "runsv"), name], { argv0: "runsv" });
    this.#supervisors.set(name, runsv);
    return runsv;
  }

  /** Starts runsvdir on a directory; it is spoken of under that directory's name. */
  scan(directory: string, before: readonly string[], after: readonly string[]): Running {
    const words = [tool(this.cast.runsv, "runsvdir"), ...before, directory, ...after];
    const scanner = this.box.start(words, {
      argv0: "runsvdir",
      env: { PATH: `${this.cast.runsv.bin}:/usr/bin:/bin` },
    });
    this.#supervisors.set(directory, scanner);
    return scanner;
  }

  /** The runsv of a service, or of its log; `undefined` if there is none any more. */
  #runsv(name: string): number | undefined {
    const main = name.replace(/\/log$/, "");
    const own = this.#supervisors.get(main)?.pid;
    if (own !== undefined) return isAlive(own) ? own : undefined;
    const scanner = this.#supervisors.get(dirname(main))?.pid;
    if (scanner === undefined || !isAlive(scanner)) return undefined;
    return children(scanner).find((pid) => cmdline(pid)[1] === basename(main));
  }

  /**
   * Whether supervise/ has caught up with the processes. A script writes its line,
   * or ends, before runsv has published that it was started: whoever looks between the two sees the
   * record of the process before.
   */
  isCurrent(name: string): boolean {
    const status = this.service(name).published();
    if (status === undefined) return false;
    const runsv = this.#runsv(name);
    if (runsv === undefined) return true;
    if (status.pid !== 0) return isAlive(status.pid) && kinship(status.pid)?.ppid === runsv;
    const dir = realpathSync(this.path(name));
    // The directory of a process that has ended is unknown.
    return children(runsv).every((pid) => isAlive(pid) && cwd(pid) !== dir);
  }

  /** Keeps a file open, for reading and writing: nobody waits at a fifo then. */
  hold(path: string): void {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK;
    this.#held.push(openSync(this.path(path), flags, 0o644));
  }
  async close(): Promise<void> {
    await this.box.close();
    for (const fd of this.#held) closeSync(fd);
  }

  say(line: string): void {
    this.#transcript.push(line);
  }
  transcript(): string {
    return this.#transcript.join("\n");
  }
  /** Whether sv had a part in this. */
  isCommanded(): boolean {
    return this.#isCommanded;
  }
  /** For the message of a wait that failed. */
  tell(): string {
    const waitForMessage = [...this.#supervisors].map(
      ([name, running]) => `${name}: ${running.stderr()}`,
    );
    return [
      `transcript so far (${this.cast.runsv.name}, ${this.cast.sv.name}):`,
      this.transcript(),
      ...waitForMessage,
    ].join("\n");
  }

  /**
   * Waits until supervise/ has caught up; or, if it never will, until nothing changes any more.
   */
  async settle(name: string): Promise<void> {
    if (!this.isCurrent(name)) await this.untilQuiet();
  }

  /**
   * Records the state of a service in supervise/, with the time as a change from when it was last
   * asked for. Its files are read one after the other, so it is looked at again until nothing has
   * changed meanwhile, and `isIt`.
   */
  async record(name: string, { dated = true, isIt = (): boolean => true } = {}): Promise<void> {
    const service = this.service(name);
    const look = () => `${service.tell()}${service.pidFile()}`;
    const line = await eventually(
      "record that stays",
      () => {
        const before = look();
        if (!isIt()) return undefined;
        const seen = this.#recorded(service, name, dated);
        return look() === before ? seen : undefined;
      },
      () => service.tell(),
    );
    this.say(line);
    this.#since.set(name, JSON.stringify(service.statusIfThere()?.since));
  }

  #recorded(service: ServiceDirectory, name: string, dated: boolean): string {
    const status = service.statusIfThere();
    if (status === undefined) return `${name}: no record`;
    const { phase, want, paused, termSent, pid } = status;
    const time = JSON.stringify(status.since);
    const since = !dated ? "any time" : this.#since.get(name) === time ? "as before" : "new";
    const file = service.pidFile();
    const inFile = file === `${pid}\n` ? "same" : JSON.stringify(file?.replace(/\d+/, "N"));
    const process = pid === 0 ? "none" : processState(pid);
    const flags = `${paused ? " paused" : ""}${termSent ? " term" : ""}`;
    return (
      `${name}: ${phase}, want ${want}${flags}; process ${process}; pid file ${inFile};` +
      ` since ${since}; stat "${service.stat()}"`
    );
  }

  /** The lines that the scripts wrote. */
  trace(name: string): void {
    this.say(this.mask(`${name}/trace: ${this.service(name).lines().join(" | ")}`));
  }

  /** Types, modes and names in a directory. */
  list(path: string): void {
    for (const name of readdirSync(this.path(path)).sort()) {
      if (ADDITIONS.includes(name)) continue;
      const stat = lstatSync(join(this.path(path), name));
      const type = stat.isFIFO()
        ? "fifo"
        : stat.isDirectory()
          ? "directory"
          : stat.isFile()
            ? "file"
            : "other";
      this.say(`${path}/${name}: ${type} ${(stat.mode & 0o7777).toString(8)}`);
    }
  }

  /** Runs sv (or another tool by its path), and writes down all that it says. */
  async command(
    words: readonly string[],
    options: { env?: Readonly<Record<string, string>>; as?: string } = {},
  ): Promise<void> {
    const [name = "", ...args] = words;
    if (name === "sv") this.#isCommanded = true;
    let file = name === "sv" ? tool(this.cast.sv, "sv") : name;
    if (options.as !== undefined) {
      mkdirSync(this.path("init.d"), { recursive: true });
      const link = this.path(`init.d/${options.as}`);
      symlinkSync(file, link);
      file = link;
    }
    const { code, stdout, stderr } = await run(this.box, [file, ...args], {
      argv0: options.as === undefined ? name : file,
      env: { SVDIR: this.box.dir, SVWAIT: undefined, ...options.env },
    });
    this.say(`$ ${this.mask(words.join(" "))}`);
    this.say(
      `${this.mask(stdout)}${stderr === "" ? "" : `stderr: ${this.mask(stderr)}`}exit ${code}`,
    );
  }

  mask(text: string): string {
    return withoutPath(text)
      .replaceAll(`${this.cast.sv.bin}/`, "")
      .replaceAll(`${this.cast.runsv.bin}/`, "")
      .replaceAll(this.box.dir, "BOX")
      .replace(/\(pid [1-9]\d*\)/g, "(pid N)")
      .replace(/\b\d+( seconds|s\b)/g, "N$1");
  }

  /** Everything that a user could notice, to see whether it still changes. */
  #look(): string {
    return [...this.#supervisors]
      .flatMap(([name, runsv]) => {
        const service = this.service(name);
        return [service, service.log]
          .map((each) => `${each.tell()}${each.pidFile()}`)
          .concat(runsv.stderr());
      })
      .join("\n");
  }
  /**
   * Waits until nothing has changed for a while, all being idle: for steps whose effect is that
   * nothing happens.
   */
  untilQuiet(quietMs = 250): Promise<void> {
    return unchanged(
      () => this.#look(),
      quietMs,
      () => [...this.#supervisors.values()].some(({ pid }) => isBusy(pid)),
    );
  }
}

function processState(pid: number): string {
  const state = kinship(pid)?.state ?? "gone";
  if (state === "T") return "stopped";
  return state === "Z" || state === "gone" ? "gone" : "alive";
}

export interface Played {
  readonly transcript: string;
  /** Whether sv had a part in it. */
  readonly isCommanded: boolean;
}

/** Plays a scenario; every process and file is gone afterwards. */
export async function play(scenario: Scenario, cast: Cast): Promise<Played> {
  const stage = new Stage(cast, scenario.services);
  try {
    for (const step of scenario.steps) await step(stage);
    return { transcript: stage.transcript(), isCommanded: stage.isCommanded() };
  } finally {
    await stage.close();
  }
}
