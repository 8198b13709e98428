/**
 * The upgrade in place: process 1 executes the program that has replaced its own executable. Stage
 * 2 stays its child, and signals that have not been read yet stay pending.
 */
import * as posix from "posix";
import { ignoringErrors, isPosixError, reason } from "../../base/errors.ts";
import { childEnvironment } from "../../base/handover.ts";
import type { Reactor } from "../../base/reactor.ts";
import { STDOUT } from "../../base/report.ts";
import { fork } from "../../base/spawn.ts";
import { ANSWERS_WITHIN_MS, problemOf, takeOverQuestion } from "../../base/take-over-question.ts";
import type { Console } from "./console.ts";
import { type Running, runningEntry } from "./running.ts";

const EXIT_UNEXECUTED = 111;

export class Upgrade {
  readonly #reactor: Reactor;
  readonly #console: Console;
  #isTrying = false;

  constructor(reactor: Reactor, console: Console) {
    this.#reactor = reactor;
    this.#console = console;
  }

  /**
   * Asks the executable whether it can take over, and then becomes it.
   *
   * @param isStillRunning whether `running` is still true when it has answered
   */
  try(running: Running, isStillRunning: () => boolean): void {
    if (this.#isTrying) return;
    const path = posix.execPath();
    try {
      this.#ask(path, () => {
        if (isStillRunning()) this.#become(path, running);
      });
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#console.say(`warning: unable to ask ${path}: ${reason(error)}`);
    }
  }

  #ask(path: string, become: () => void): void {
    const [reader, writer] = posix.pipe();
    try {
      const child = fork("runit", this.#reactor.signals, () => {
        posix.dup2(writer, STDOUT);
        return (
          ignoringErrors(() => posix.execve(path, takeOverQuestion("runit"), childEnvironment())) ??
          EXIT_UNEXECUTED
        );
      });
      this.#isTrying = true;
      const late = this.#reactor.after(ANSWERS_WITHIN_MS, () => {
        ignoringErrors(() => posix.kill(child, posix.SIGKILL));
      });
      this.#reactor.onExit(child, (exit) => {
        this.#isTrying = false;
        late.cancel();
        const problem = problemOf("runit", exit, reader);
        // Not from here: signals that were read together with SIGCHLD are still to be handled.
        if (problem === undefined) this.#reactor.after(0, become);
        else this.#console.say(`warning: ${path} does not work, kept the old one: it ${problem}`);
      });
    } catch (error) {
      posix.close(reader);
      throw error;
    } finally {
      posix.close(writer);
    }
  }

  #become(path: string, running: Running): void {
    this.#console.say(`upgrade: executing ${path}`);
    try {
      const environment = childEnvironment() ?? posix.environ();
      posix.execve(path, posix.argv(), [...environment, runningEntry(running)]);
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#console.say(`warning: unable to execute ${path}: ${reason(error)}`);
    }
  }
}
