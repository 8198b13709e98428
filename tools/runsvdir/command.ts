/**
 * The command of `runsvdir DIR -- CMD`: starts it once the services are ready, in the foreground of
 * the terminal if there is one, and passes signals on to it. With its imports this file is a part,
 * runsvdir/command.
 */
import * as posix from "posix";
import { ignoringErrors, isPosixError, reason } from "../../base/errors.ts";
import { childEnvironment } from "../../base/handover.ts";
import { baseName } from "../../base/options.ts";
import { candidates } from "../../base/program-search.ts";
import type { Reactor } from "../../base/reactor.ts";
import { type Report, STDIN } from "../../base/report.ts";
import { onExit, spawn } from "../../base/spawn.ts";
import { exitResult, shellCode } from "../../protocol/history.ts";
import { Readiness } from "./readiness.ts";
import type { Scanner } from "./scanner.ts";

/** The exit codes of a shell for a program that is not there, and one that cannot be executed. */
const EXIT_NOT_FOUND = 127;
const EXIT_NOT_EXECUTABLE = 126;
const MAY_EXECUTE = 0o111;

export interface CommandOptions {
  readonly words: readonly string[];
  readonly readyMs: number;
  readonly scanner: Scanner;
  readonly reactor: Reactor;
  readonly report: Report;
  /** Called in the child, before its exec. */
  readonly prepareChild: () => void;
  /** Called once; without a code if the command was never started. */
  readonly onEnd: (code: number | undefined) => void;
}

export class Command {
  readonly #options: CommandOptions;
  readonly #readiness: Readiness;
  #pid: number | undefined;
  #isOver = false;

  constructor(options: CommandOptions) {
    this.#options = options;
    const { scanner, reactor, readyMs, report } = options;
    this.#readiness = new Readiness({
      home: () => scanner.home,
      names: () => scanner.names,
      reactor,
      limitMs: readyMs,
      onDone: (missing) => {
        const first = missing.slice(0, 10).join(", ");
        if (missing.length > 0) report.warn(`not ready after ${readyMs} ms: ${first}`);
        this.#start();
      },
    });
  }

  get name(): string {
    return baseName(this.#options.words[0] ?? "");
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** @returns whether the command runs, and so gets the signal */
  pass(signal: number): boolean {
    const pid = this.#pid;
    if (pid === undefined) return false;
    ignoringErrors(() => posix.kill(pid, signal));
    return true;
  }

  /** Asks it to end. An interactive shell ignores TERM, but ends when its terminal hangs up. */
  stop(): void {
    this.#readiness.cancel();
    if (!this.pass(posix.SIGTERM)) {
      if (!this.#isOver) this.#options.reactor.after(0, () => this.#end(undefined));
      return;
    }
    if (posix.isTerminal(STDIN)) this.pass(posix.SIGHUP);
    this.pass(posix.SIGCONT);
  }

  #start(): void {
    const { words, reactor, report, prepareChild } = this.#options;
    const path = findProgram(words[0] ?? "");
    const isForeground = posix.isTerminal(STDIN);
    let failure = EXIT_NOT_EXECUTABLE;
    try {
      const child = spawn({
        name: "runsvdir",
        signals: reactor.signals,
        prepare: () => {
          prepareChild();
          posix.setpgid(0, 0);
          // Not if another process owns the terminal.
          if (isForeground) ignoringErrors(() => posix.tcsetpgrp(STDIN, posix.getpid()));
          return { path, argv: words, env: childEnvironment() };
        },
        onExecFailed: (error) => {
          report.say("fatal", `unable to execute ${words[0]}: ${reason(error)}`);
          failure = error.code === "ENOENT" ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
          return failure;
        },
      });
      this.#pid = child.pid;
      onExit(reactor, child, (exit) => {
        this.#pid = undefined;
        if (isForeground) takeTerminal();
        this.#end(shellCode(exitResult(exit)));
      });
    } catch (error) {
      if (!isPosixError(error)) throw error;
      report.warn(`unable to fork for ${words[0]}`, error);
      this.#end(failure);
    }
  }

  #end(code: number | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onEnd(code);
  }
}

/** The first executable file of that name in PATH; the name itself if there is none. */
function findProgram(name: string): string {
  const isProgram = (path: string) => {
    const found = ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0));
    if (found === undefined || (found.mode & MAY_EXECUTE) === 0) return false;
    return (found.mode & posix.S_IFMT) === posix.S_IFREG;
  };
  return candidates(name, posix.getenv("PATH")).find(isProgram) ?? name;
}

/** Makes this process's group the foreground again, so that Ctrl-C reaches it. */
function takeTerminal(): void {
  const mask = posix.signalMask();
  const stopped = posix.signalNumber("TTOU");
  if (stopped === undefined) return;
  posix.setSignalMask([...mask, stopped]);
  ignoringErrors(() => posix.tcsetpgrp(STDIN, posix.getpid()));
  posix.setSignalMask(mask);
}
