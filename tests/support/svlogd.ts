/**
 * Starts svlogd on directories of a sandbox, writes to its input and reads the files it leaves.
 */
import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { isServed } from "./procfs.ts";
import type { Running, Sandbox, StartOptions } from "./sandbox.ts";
import { eventually } from "./wait.ts";

export const DEBIAN = "/usr/bin/svlogd";
/** The original syncs a file for every rotation, one after the other. */
export const LONG_MS = 240_000;

/** A file of a log directory. */
interface LogFile {
  readonly name: string;
  /** Permissions, octal. */
  readonly mode: string;
  readonly text: string;
}

export class LogDir {
  readonly path: string;

  constructor(path: string, config?: string) {
    this.path = path;
    mkdirSync(path);
    if (config !== undefined) this.configure(config);
  }

  configure(config: string): void {
    writeFileSync(join(this.path, "config"), config, "latin1");
  }

  /** All files but the lock and the settings, the oldest first and `current` last. */
  files(): LogFile[] {
    const names = readdirSync(this.path).filter((name) => name !== "lock" && name !== "config");
    return names.sort().flatMap((name) => {
      const path = join(this.path, name);
      try {
        const mode = (statSync(path).mode & 0o777).toString(8);
        return [{ name, mode, text: readFileSync(path, "latin1") }];
      } catch {
        return []; // renamed in the meantime
      }
    });
  }

  old(): LogFile[] {
    return this.files().filter(({ name }) => name.startsWith("@"));
  }

  /** Whether a file waits for the processor, or is being processed. */
  isProcessing(): boolean {
    return readdirSync(this.path).some((name) => /\.[ut]$|^newstate$/.test(name));
  }

  /** The text of `current`, or of another file. */
  text(name = "current"): string {
    return readFileSync(join(this.path, name), "latin1");
  }

  /** All that was logged, in order. */
  whole(): string {
    const logs = this.files().filter(({ name }) => name.startsWith("@") || name === "current");
    return logs.map(({ text }) => text).join("");
  }
}

/** A running svlogd, and the write end of its input. */
export class LogTool {
  readonly running: Running;
  #input: number | undefined;

  constructor(box: Sandbox, tool: string, words: readonly string[], options: StartOptions = {}) {
    const [reader, writer] = pipe(box);
    this.#input = writer;
    this.running = box.start([tool, ...words], { ...options, stdio: [reader, "pipe", "pipe"] });
    closeSync(reader);
  }

  get stderr(): string {
    return this.running.stderr();
  }

  /** Bytes, one to a character. It waits if the pipe is full. */
  write(text: string): void {
    const bytes = Buffer.from(text, "latin1");
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#input ?? -1, bytes, at);
  }

  /** Lets a program write, to its end. @returns its standard error */
  async feed(box: Sandbox, command: readonly string[]): Promise<string> {
    const writer = box.start(command, { stdio: ["ignore", this.#input ?? -1, "pipe"] });
    const { code } = await writer.exit(LONG_MS);
    if (code !== 0) throw new Error(`${command.join(" ")}: ${writer.stderr()}`);
    return writer.stderr();
  }

  /**
   * Returns once it has taken all that was written, and waits for more. Where standard error is
   * full ours waits for that, with input unread: so it counts only if nothing has come from there
   * between two looks.
   */
  async idle(): Promise<void> {
    let saidBytes: number | undefined;
    await this.until("rest", () => {
      const before = saidBytes;
      saidBytes = isWaiting(this.running.pid) ? this.stderr.length : undefined;
      return saidBytes !== undefined && saidBytes === before;
    });
  }

  async until(what: string, look: () => boolean): Promise<void> {
    await eventually(
      what,
      () => look() || undefined,
      () => this.stderr,
      LONG_MS,
    );
  }

  /** Sends a signal, and returns when it has been served. */
  async signal(name: NodeJS.Signals): Promise<void> {
    await this.idle();
    this.running.signal(name);
    await this.until("signal served", () => isServed(this.running.pid));
    await this.idle();
  }

  async end(): Promise<number | null> {
    if (this.#input !== undefined) closeSync(this.#input);
    this.#input = undefined;
    return (await this.running.exit()).code;
  }

  /** Ends it by a signal; its input stays open until it is gone. */
  async kill(name: NodeJS.Signals): Promise<number | null> {
    this.running.signal(name);
    const { code } = await this.running.exit();
    await this.end();
    return code;
  }
}

let pipes = 0;

/** A pipe whose ends block, as a service's. */
function pipe(box: Sandbox): [number, number] {
  const path = join(box.dir, `pipe${pipes++}`);
  execFileSync("mkfifo", [path]);
  const both = openSync(path, constants.O_RDWR);
  const ends: [number, number] = [
    openSync(path, constants.O_RDONLY),
    openSync(path, constants.O_WRONLY),
  ];
  closeSync(both);
  return ends;
}

/** Asleep in poll(2): no event was waiting. */
function isWaiting(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  const state = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
  return state === "S" && /poll/.test(read(`/proc/${pid}/wchan`));
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
