/**
 * Checks the executable that is now at this program's path, which may differ from the running one.
 * A supervisor asks it before the re-exec whether it can take over: services must not depend on a
 * half-copied file, on another program, or on a version that does not understand the handover.
 */
import * as posix from "posix";
import { ignoringErrors } from "./errors.ts";
import { childEnvironment } from "./handover.ts";
import { bootId } from "./process-identity.ts";
import type { Reactor } from "./reactor.ts";
import type { Report } from "./report.ts";
import { onExit, type Spawned, spawn } from "./spawn.ts";
import {
  ANSWERS_WITHIN_MS,
  problemOf,
  type Supervising,
  takeOverQuestion,
} from "./take-over-question.ts";

interface CheckOptions {
  /** The tool that this process is, whatever name it was executed by. */
  readonly tool: Supervising;
  readonly reactor: Reactor;
  readonly report: Report;
  /** Called with the path of an executable that works. */
  readonly use: (path: string) => void;
}

export class ExecutableCheck {
  readonly #tool: Supervising;
  readonly #reactor: Reactor;
  readonly #report: Report;
  readonly #use: (path: string) => void;
  readonly #path: string | undefined;
  #isRunning = false;

  /**
   * Construct it before this process changes its current directory: the path of its executable may
   * be relative to that.
   */
  constructor({ tool, reactor, report, use }: CheckOptions) {
    this.#tool = tool;
    this.#path = ignoringErrors(() => pathOf(tool, absolutePath()));
    this.#reactor = reactor;
    this.#report = report;
    this.#use = use;
  }

  /** Checks the current executable. If it does not work, warns and keeps the running one. */
  start(): void {
    if (this.#isRunning) return;
    this.#report.try("re-exec", () => {
      const path = this.#path ?? pathOf(this.#tool, posix.execPath());
      if (bootId() !== undefined) this.#check(path);
      else this.#report.warn("unable to re-exec: no /proc to know processes by");
    });
  }

  #check(path: string): void {
    const [reader, writer] = posix.pipe();
    try {
      const child = this.#ask(path, writer);
      this.#isRunning = true;
      const late = this.#reactor.after(ANSWERS_WITHIN_MS, () => {
        ignoringErrors(() => posix.kill(child.pid, posix.SIGKILL));
      });
      onExit(this.#reactor, child, (exit) => {
        this.#isRunning = false;
        late.cancel();
        const problem = problemOf(this.#tool, exit, reader);
        // Do not call it from here: signals that were read together with SIGCHLD are still to be
        // handled.
        if (problem === undefined) this.#reactor.after(0, () => this.#use(path));
        else this.#report.warn(`executable ${path} does not work, kept the old one: it ${problem}`);
      });
    } catch (error) {
      posix.close(reader);
      throw error;
    } finally {
      posix.close(writer);
    }
  }

  #ask(path: string, output: number): Spawned {
    const argv = takeOverQuestion(this.#tool);
    return spawn({
      name: this.#tool,
      signals: this.#reactor.signals,
      prepare: () => ({ path, argv, env: childEnvironment() }),
      onExecFailed: (error) => this.#report.fatal(`unable to execute ${path}`, error),
      fds: { stdout: output },
    });
  }
}

function absolutePath(): string {
  const path = posix.execPath();
  if (path.startsWith("/")) return path;
  return `${posix.readlink(posix.AT_FDCWD, "/proc/self/cwd")}/${path}`;
}

/**
 * Returns the tool's path, given the path that this process was executed by. A `runsv` forked by
 * runsvdir was executed as `runsvdir`; the name `runsv` beside that leads to the same file. Any
 * other path, such as a link with some other name, or a single executable with all tools, serves
 * both tools, which the command line distinguishes.
 */
function pathOf(tool: Supervising, executed: string): string {
  const at = executed.lastIndexOf("/") + 1;
  const name = executed.slice(at);
  return name === "runsvdir" || name === "runsv" ? executed.slice(0, at) + tool : executed;
}
