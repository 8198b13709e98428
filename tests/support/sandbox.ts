/**
 * A temporary directory and every process that is started from there. When the test ends, also
 * when it fails or is interrupted, all of them are ended and the directory is removed.
 *
 * Supervisors leave sessions and orphans behind, so a process is known to be ours not by its
 * parents but by a mark in its environment, or by a current directory inside the sandbox.
 */
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { allPids, cmdline, cwd, environ, isAlive, mountNamespace } from "./procfs.ts";
import { DEADLINE_MS, eventually } from "./wait.ts";

const MARK = "RUNITS_SANDBOX";
/** Its own seven seconds may be short for sv on a busy machine. */
export const SV_ENV = { SVWAIT: "30" } as const;
const open = new Set<Sandbox>();

/** The part of a test's context that cleaning needs. */
export interface Cleanup {
  after(fn: () => Promise<void>): void;
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartOptions {
  readonly cwd?: string;
  /** `undefined`: without the variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly argv0?: string;
  readonly stdio?: StdioOptions;
  readonly uid?: number;
}

/** A process that a test started, with its output so far. */
export class Running {
  readonly pid: number;
  readonly ended: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #out: Buffer[] = [];
  readonly #err: Buffer[] = [];

  constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.pid = pid;
    child.stdout?.on("data", (chunk: Buffer) => this.#out.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => this.#err.push(chunk));
    this.ended = new Promise((resolve) => {
      child.on("exit", (code, signal) => resolve({ code, signal }));
    });
  }
  stdout(): string {
    return Buffer.concat(this.#out).toString("utf8");
  }
  stderr(): string {
    return Buffer.concat(this.#err).toString("utf8");
  }
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }
  /** Waits until it ends, and then until its output has arrived. */
  async exit(deadlineMs = DEADLINE_MS): Promise<Exit> {
    const late = pause(deadlineMs, undefined, { ref: false }).then(() => undefined);
    const exit = await Promise.race([this.ended, late]);
    if (exit === undefined) {
      const said = `stdout: ${this.stdout()}\nstderr: ${this.stderr()}`;
      throw new Error(`process ${this.pid} has not ended within ${deadlineMs} ms\n${said}`);
    }
    const streams = [this.#child.stdout, this.#child.stderr].filter((stream) => stream !== null);
    // Its children may hold the pipes open for longer than we want to listen.
    const patience = pause(200, undefined, { ref: false });
    await Promise.race([
      patience,
      Promise.all(
        streams.map((s) =>
          s.closed ? undefined : new Promise((resolve) => s.on("close", resolve)),
        ),
      ),
    ]);
    // On a busy machine the time may be over before the pipes were read.
    for (let round = 0; round < 3; round++) await new Promise(setImmediate);
    return exit;
  }
}

export class Sandbox {
  readonly dir: string;
  #namespace: string | undefined;

  constructor(parent = tmpdir()) {
    this.dir = mkdtempSync(join(realpathSync(parent), "runits-test-"));
    open.add(this);
  }

  /** Starts a process in a session of its own, with an environment that is the same everywhere. */
  start(command: readonly string[], options: StartOptions = {}): Running {
    const [file, ...args] = command;
    if (file === undefined) throw new Error("no command");
    const env = {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      HOME: this.dir,
      ...(command.some((word) => word.endsWith("/sv")) ? SV_ENV : {}),
      ...options.env,
      [MARK]: this.dir,
    };
    const child = spawn(file, args, {
      cwd: options.cwd ?? this.dir,
      env,
      argv0: options.argv0 ?? file,
      stdio: options.stdio ?? ["ignore", "pipe", "pipe"],
      detached: true,
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    });
    if (child.pid === undefined) throw new Error(`cannot start ${file}`);
    return new Running(child, child.pid);
  }

  /** The processes of this sandbox that are alive. */
  processes(): number[] {
    return allPids().filter((pid) => pid !== process.pid && this.has(pid) && isAlive(pid));
  }

  /** Whether a process was started from here. */
  has(pid: number): boolean {
    const at = cwd(pid);
    const inside = at !== undefined && (at === this.dir || at.startsWith(`${this.dir}/`));
    return (
      inside ||
      environ(pid).includes(`${MARK}=${this.dir}`) ||
      (this.#namespace !== undefined && mountNamespace(pid) === this.#namespace)
    );
  }

  /**
   * Counts all processes of this one's mount namespace, which is not the test's own, as started
   * from here: daemons that write their title over their environment lose the mark.
   */
  ownNamespaceOf(pid: number): void {
    const namespace = mountNamespace(pid);
    if (namespace !== mountNamespace(process.pid)) this.#namespace = namespace;
  }

  /**
   * Ends every process of this sandbox; one that is being forked meanwhile is met next time round.
   */
  async close(): Promise<void> {
    await eventually(
      "empty sandbox",
      () => (this.#killAll() ? undefined : true),
      () =>
        this.processes()
          .map((pid) => `${pid} ${cmdline(pid).join(" ")}`)
          .join("\n"),
    );
    this.#forget();
  }

  closeNow(): void {
    for (let round = 0; round < 100 && this.#killAll(); round++) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
    this.#forget();
  }

  #killAll(): boolean {
    const pids = this.processes();
    for (const pid of pids) {
      try {
        sendSignal(pid, "SIGKILL");
      } catch {
        // It ended by itself.
      }
    }
    return pids.length > 0;
  }

  #forget(): void {
    open.delete(this);
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 10 });
  }
}

/**
 * Sends a signal to a process of a sandbox; the only way for a test to signal a process that is not
 * its child.
 *
 * A number that was read somewhere may be none, or another's by now: 0 and below, which kill(2)
 * takes for whole groups, the test's own among them, are refused, and so is whatever was not
 * started from a sandbox.
 *
 * @throws `ESRCH` if it is gone
 */
export function sendSignal(pid: number, name: NodeJS.Signals): void {
  if (!Number.isSafeInteger(pid) || pid <= 1) throw new Error(`${name} to process ${pid}`);
  const isOurs = [...open].some((box) => box.has(pid));
  if (isAlive(pid) && !isOurs)
    throw new Error(`${name} to process ${pid}, which is not the test's`);
  process.kill(pid, name);
}

/** A sandbox that is closed when the test is over. */
export function sandbox(t: Cleanup): Sandbox {
  const box = new Sandbox();
  t.after(() => box.close());
  return box;
}

process.on("exit", () => {
  for (const box of open) box.closeNow();
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => process.exit(1));
}
