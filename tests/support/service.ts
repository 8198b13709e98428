/** Service directories: making one from a description, and looking at one the way users do. */
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { decodeStatus, type StatusRecord } from "../../protocol/status.ts";
import { cmdline } from "./procfs.ts";
import { eventually } from "./wait.ts";

/** The text of a script, `#!/bin/sh` unless it says otherwise; or any other thing in its place. */
export type Script =
  | string
  | { readonly text: string; readonly mode: number }
  | { readonly link: string }
  | { readonly directory: true };

export interface Description {
  readonly run?: Script;
  readonly finish?: Script;
  readonly check?: Script;
  readonly down?: boolean;
  /** Scripts in control/, by their bytes. */
  readonly control?: Readonly<Record<string, Script>>;
  readonly log?: Description;
  /** Anything else, by its path; plain text is not made executable. */
  readonly files?: Readonly<Record<string, Script>>;
}

export const FOREVER = "exec sleep 1000";
/**
 * Writes the name of each signal it gets to ./trace, and ends by TERM.
 *
 * The pauses between two signals belong to the test: a shell takes those that wait in its own
 * order.
 */
export const REPORTER = [
  'for s in HUP INT QUIT USR1 USR2 ALRM; do trap "echo $s >>trace" $s; done',
  "exec 2>/dev/null # the first TERM may come before there is a `$!` to kill",
  "trap 'echo TERM >>trace; kill $!; exit 0' TERM",
  "echo start >>trace",
  "while :; do sleep 1000 & wait $!; kill $!; done",
].join("\n");
/** Ends by TERM with 7, and writes each of its exits to ./ends. */
export const ENDING: Description = {
  run: "trap 'exit 7' TERM; echo ready >>trace; while :; do sleep 1000 & wait $!; kill $!; done",
  finish: 'echo "$@" >>ends',
};
/** Heeds no TERM; `exec` keeps an ignored signal ignored. */
export const STUBBORN = "trap '' TERM; echo start >>trace; exec sleep 1000";

export function makeService(dir: string, description: Description): void {
  mkdirSync(dir, { recursive: true });
  const { run, finish, check, down, control = {}, log, files = {} } = description;
  if (run !== undefined) place(join(dir, "run"), run, 0o755);
  if (finish !== undefined) place(join(dir, "finish"), finish, 0o755);
  if (check !== undefined) place(join(dir, "check"), check, 0o755);
  if (down === true) place(join(dir, "down"), { text: "", mode: 0o644 }, 0o644);
  for (const [byte, script] of Object.entries(control)) {
    place(join(dir, "control", byte), script, 0o755);
  }
  if (log !== undefined) makeService(join(dir, "log"), log);
  for (const [path, content] of Object.entries(files)) {
    place(
      join(dir, path),
      typeof content === "string" ? { text: content, mode: 0o644 } : content,
      0o644,
    );
  }
}

function place(path: string, content: Script, mode: number): void {
  mkdirSync(dirname(path), { recursive: true });
  if (typeof content === "string") {
    writeFileSync(path, content.startsWith("#!") ? content : `#!/bin/sh\n${content}\n`);
    chmodSync(path, mode);
  } else if ("link" in content) {
    symlinkSync(content.link, path);
  } else if ("directory" in content) {
    mkdirSync(path);
  } else {
    writeFileSync(path, content.text);
    chmodSync(path, content.mode);
  }
}

/** `undefined` unless there is such a file; a directory in its place is none. */
function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
    throw error;
  }
}

/**
 * The status has a process from its fork on; until its exec it is not a daemon. One that is gone
 * was.
 */
function isExecuted(pid: number): boolean {
  return !["runsv", "runsvdir"].includes(basename(cmdline(pid)[0] ?? ""));
}

/** A service directory as a running supervisor shows it. */
export class ServiceDirectory {
  readonly dir: string;
  readonly #tellMore: () => string;

  /** @param tellMore text that a failed wait adds, such as the supervisor's messages */
  constructor(dir: string, tellMore: () => string = () => "") {
    this.dir = dir;
    this.#tellMore = tellMore;
  }
  get log(): ServiceDirectory {
    return new ServiceDirectory(join(this.dir, "log"), this.#tellMore);
  }
  path(name: string): string {
    return join(this.dir, name);
  }
  has(name: string): boolean {
    return existsSync(this.path(name));
  }

  /** @throws if there is no record */
  status(): StatusRecord {
    return decodeStatus(readFileSync(this.path("supervise/status"), "latin1"));
  }
  statusIfThere(): StatusRecord | undefined {
    const bytes = readIfThere(this.path("supervise/status"));
    return bytes && decodeStatus(bytes.toString("latin1"));
  }
  /** The words of supervise/stat; empty if there is no such file. */
  stat(): string {
    return readIfThere(this.path("supervise/stat"))?.toString().trimEnd() ?? "";
  }
  /** The text of supervise/pid; `undefined` if there is no such file. */
  pidFile(): string | undefined {
    return readIfThere(this.path("supervise/pid"))?.toString();
  }
  text(file: string): string {
    return readIfThere(this.path(file))?.toString() ?? "";
  }
  /** The complete lines that scripts have written to a file. */
  lines(file = "trace"): string[] {
    return this.text(file).split("\n").slice(0, -1);
  }

  /** Writes command bytes; throws ENXIO if nobody reads them. */
  control(bytes: string | Uint8Array): void {
    const fd = openSync(this.path("supervise/control"), constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      writeSync(fd, Buffer.from(bytes));
    } finally {
      closeSync(fd);
    }
  }
  /** Whether a supervisor has supervise/ok open. */
  isSupervised(): boolean {
    try {
      closeSync(openSync(this.path("supervise/ok"), constants.O_WRONLY | constants.O_NONBLOCK));
      return true;
    } catch {
      return false;
    }
  }
  async untilSupervised(): Promise<this> {
    await this.untilTrue("supervisor", () => this.isSupervised());
    return this;
  }
  mode(name: string): number {
    return statSync(this.path(name)).mode & 0o7777;
  }

  /** All that can be seen of the service, for messages. */
  tell(): string {
    const status = this.statusIfThere();
    return [
      `status: ${status ? JSON.stringify(status) : "none"}`,
      `stat: ${this.stat()}`,
      `trace: ${this.lines().join(" | ")}`,
      this.#tellMore(),
    ].join("\n");
  }
  /** Waits for a status record that `wanted` accepts. */
  until(what: string, wanted: (status: StatusRecord) => boolean): Promise<StatusRecord> {
    const look = () => {
      const status = this.statusIfThere();
      return status && wanted(status) ? status : undefined;
    };
    return eventually(what, look, () => this.tell());
  }
  /** The record, once supervise/stat has these words and the record, written after it, agrees. */
  statusAt(words: string): StatusRecord | undefined {
    const status = this.statusIfThere();
    if (status === undefined || this.stat() !== words) return undefined;
    const { phase, want, paused, termSent } = status;
    const agrees =
      words.startsWith(phase) &&
      (phase === "down" || (want === "down") === words.includes("want ")) &&
      paused === words.includes("paused") &&
      termSent === words.includes("got TERM");
    return agrees ? status : undefined;
  }
  /**
   * The record, if all three files are of one update: they are written one after the other,
   * `status` last.
   */
  published(): StatusRecord | undefined {
    const status = this.statusAt(this.stat());
    const pid = status?.pid === 0 ? "" : `${status?.pid}\n`;
    return (this.pidFile() ?? "") === pid ? status : undefined;
  }
  untilStat(words: string): Promise<StatusRecord> {
    return eventually(
      `stat "${words}"`,
      () => this.statusAt(words),
      () => this.tell(),
    );
  }
  /**
   * A process of ./run that is there, is not the one of `before`, and is no copy of its supervisor
   * any more.
   */
  untilRunning(before = 0): Promise<StatusRecord> {
    const wanted = ({ phase, pid }: StatusRecord) =>
      phase === "run" && pid !== 0 && pid !== before && isExecuted(pid);
    return this.until("running service", wanted);
  }
  untilLines(count: number, file = "trace"): Promise<string[]> {
    return eventually(
      `${count} lines in ${file}`,
      () => {
        const lines = this.lines(file);
        return lines.length >= count ? lines : undefined;
      },
      () => this.tell(),
    );
  }
  /** Waits for anything else about the service. */
  untilTrue(what: string, look: () => boolean): Promise<true> {
    return eventually(
      what,
      () => (look() ? true : undefined),
      () => this.tell(),
    );
  }
}

/** The time in a status record, in milliseconds since 1970. */
export function sinceMs({ since }: Pick<StatusRecord, "since">): number {
  return since.seconds * 1000 + since.nanoseconds / 1e6;
}
