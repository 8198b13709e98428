/**
 * The executable that is in this program's place now, which may be another one than is running. Before a
 * supervisor goes over to it, it is tried: services must not be bet on a file that was copied halfway.
 */
import * as posix from "posix";
import { unless } from "./errors.ts";
import { environment } from "./handover.ts";
import { life } from "./processes.ts";
import type { Reactor } from "./reactor.ts";
import { type Report, STDOUT } from "./report.ts";
import { onExit, spawn } from "./spawn.ts";

/** The tools that go over to another executable. They are programs of one file. */
export type Supervising = "runsv" | "runsvdir";
/** What has not told its version by then hangs, or is another program. */
const WORKS_WITHIN_MS = 5_000;

export class Successor {
  readonly #tool: Supervising;
  readonly #reactor: Reactor;
  readonly #report: Report;
  readonly #use: (path: string) => void;
  readonly #path: string | undefined;
  #isTrying = false;

  /**
   * Before this process changes its current directory, which the path of its executable may be relative to.
   *
   * @param tool what this process is, whatever it was executed as
   * @param use called with the path of an executable that works
   */
  constructor(tool: Supervising, reactor: Reactor, report: Report, use: (path: string) => void) {
    this.#tool = tool;
    this.#path = unless([], () => pathOf(tool, absolutePath()));
    this.#reactor = reactor;
    this.#report = report;
    this.#use = use;
  }

  /** Tries the executable that is there now. One that does not work is told of, and that is all. */
  try(): void {
    if (this.#isTrying) return;
    this.#report.try("go over to another executable", () => {
      const path = this.#path ?? pathOf(this.#tool, posix.execPath());
      if (life() === undefined)
        this.#report.warn("unable to go over: no /proc to know processes by");
      else this.#try(path);
    });
  }

  #try(path: string): void {
    const action = `execute ${path}`;
    const child = spawn(
      this.#tool,
      this.#reactor.signals,
      () => this.#report.must(action, () => tellingVersion(path, this.#tool)),
      (error) => this.#report.fatal(`unable to ${action}`, error),
    );
    this.#isTrying = true;
    const late = this.#reactor.after(WORKS_WITHIN_MS, () => {
      unless([], () => posix.kill(child.pid, posix.SIGKILL));
    });
    onExit(this.#reactor, child, ({ code, signal }) => {
      this.#isTrying = false;
      late.cancel();
      const how = code === undefined ? `was killed by signal ${signal}` : `exited ${code}`;
      // Not from here: signals that were read together with this one's are still to be dealt with.
      if (code === 0) this.#reactor.after(0, () => this.#use(path));
      else this.#report.warn(`executable ${path} does not work, kept the old one: it ${how}`);
    });
  }
}

function absolutePath(): string {
  const path = posix.execPath();
  if (path.startsWith("/")) return path;
  return `${posix.readlink(posix.AT_FDCWD, "/proc/self/cwd")}/${path}`;
}

/**
 * The path of the tool, by the path that this process was executed by: a `runsv` that runsvdir has forked was executed as
 * `runsvdir`, and its own name beside it leads to the same file. Any other path, such as a link's of some other name, or of
 * one executable with all tools, is right for both, which are told apart by their command line.
 */
function pathOf(tool: Supervising, executed: string): string {
  const at = executed.lastIndexOf("/") + 1;
  const name = executed.slice(at);
  return name === "runsvdir" || name === "runsv" ? executed.slice(0, at) + tool : executed;
}

/** In a child. */
function tellingVersion(path: string, tool: Supervising): posix.Program {
  const nowhere = posix.open(posix.AT_FDCWD, "/dev/null", posix.O_WRONLY, 0);
  posix.dup2(nowhere, STDOUT);
  return { path, argv: [tool, "--version"], env: environment() };
}
