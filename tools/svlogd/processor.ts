/**
 * Runs the processor on the rotated files of a directory that wait for it, `@T.u`, the oldest
 * first, one at a time. A file stays until its processor has exited 0; then `@T.t`, its output,
 * becomes `@T.s`.
 *
 * Source: runit 2.1.2, svlogd(8), `!`. It runs as there; after its end we differ
 * (docs/differences.md).
 */
import * as posix from "posix";
import { Directory } from "../../base/directory.ts";
import { ignoringErrors, isPosixError } from "../../base/errors.ts";
import type { Reactor, Timer } from "../../base/reactor.ts";
import { STDIN, STDOUT } from "../../base/report.ts";
import { onExit, spawn } from "../../base/spawn.ts";
import type { Messages } from "./messages.ts";
import { isRegular, lookAt, openOwn } from "./own-file.ts";
import { waitingForProcessor } from "./rotation-policy.ts";

const SHELL = "/bin/sh";
const STATE_FD = 4;
const NEW_STATE_FD = 5;
/** In the child, files are opened from this number on, above the descriptors that it passes on. */
const LEAST_FD = 10;
/** The mode of the files that a processor writes. */
const MODE = 0o644;
/** The delay after a failure; it doubles with each further one. */
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 60_000;

interface Run {
  readonly pid: number;
  /** The name of the file that it reads, without the suffix. */
  readonly label: string;
  /** The log directory, as it was when the processor was started. */
  readonly home: Directory;
}

export class Processor {
  readonly #path: string;
  readonly #reactor: Reactor;
  readonly #messages: Messages;
  readonly #onChange: () => void;
  #run: Run | undefined;
  #retry: Timer | undefined;
  #failures = 0;

  /**
   * @param path the directory, as messages name it
   * @param onChange called when a processor has ended, and when the delay after a failure is over:
   * the next one may be started
   */
  constructor(path: string, reactor: Reactor, messages: Messages, onChange: () => void) {
    this.#path = path;
    this.#reactor = reactor;
    this.#messages = messages;
    this.#onChange = onChange;
  }

  /** The label of the file that is being processed. */
  get busy(): string | undefined {
    return this.#run?.label;
  }

  /** Called for a new command, which may succeed at once. */
  forgetFailures(): void {
    this.#failures = 0;
    this.#retry?.cancel();
    this.#retry = undefined;
  }

  /**
   * Starts `command` on the next file, unless one runs or has just failed.
   *
   * @returns whether one is running
   */
  start(at: Directory, command: string): boolean {
    if (this.#run !== undefined) return true;
    if (this.#retry !== undefined) return false;
    let home: Directory | undefined;
    try {
      home = Directory.open(".", at.fd);
      const name = nextToProcess(home);
      if (name === undefined) {
        home.close();
        return false;
      }
      this.#begin(home, name.slice(0, -2), command);
      return true;
    } catch (error) {
      if (!isPosixError(error)) throw error;
      home?.close();
      const what = error.call === "fork" ? "fork for" : "open directory, want";
      this.#messages.pausing(`unable to ${what} processor: ${this.#path}`, error);
      this.#delay();
      return false;
    }
  }

  /** Sends TERM to the one that runs. */
  kill(): void {
    const run = this.#run;
    if (run !== undefined) ignoringErrors(() => posix.kill(run.pid, posix.SIGTERM));
  }

  #begin(home: Directory, label: string, command: string): void {
    const child = spawn({
      name: "svlogd",
      signals: this.#reactor.signals,
      prepare: () => this.#prepareChild(home, label, command),
      onExecFailed: (error) =>
        this.#messages.fatal(`unable to run processor: ${this.#path}`, error),
    });
    this.#run = { pid: child.pid, label, home };
    this.#messages.info(`processing: ${this.#path}/${label}.u`);
    onExit(this.#reactor, child, (exit) => {
      this.#messages.info("sigchild received.");
      this.#run = undefined;
      if (exit.code === 0 && this.#accept(home, label)) {
        this.forgetFailures();
      } else {
        this.#messages.warn(`processor failed, restart: ${this.#path}`);
        ignoringErrors(() => posix.unlink(home.fd, `${label}.t`, 0));
        this.#delay();
      }
      home.close();
      this.#onChange();
    });
  }

  #delay(): void {
    const delayMs = Math.min(RETRY_MS * 2 ** this.#failures, RETRY_MAX_MS);
    this.#failures += 1;
    this.#retry = this.#reactor.after(delayMs, () => {
      this.#retry = undefined;
      this.#onChange();
    });
  }

  /** Replaces the file by the output of the processor. */
  #accept(home: Directory, label: string): boolean {
    const about = `processed: ${this.#path}`;
    try {
      const made = openOwn(home, `${label}.t`, posix.O_RDONLY);
      if (made === undefined) {
        this.#messages.warn(`unable to set mode of ${about}: not a regular file`);
        return false;
      }
      try {
        posix.fchmod(made, 0o744);
      } finally {
        posix.close(made);
      }
      posix.rename(home.fd, `${label}.t`, home.fd, `${label}.s`);
    } catch (error) {
      if (!isPosixError(error)) throw error;
      const what = error.call === "rename" ? "rename" : "set mode of";
      this.#messages.warn(`unable to ${what} ${about}`, error);
      return false;
    }
    this.#messages.info(`processed: ${this.#path}/${label}.s`);
    if (ignoringErrors(() => posix.unlink(home.fd, `${label}.u`, 0) ?? true) === undefined) {
      this.#messages.warn(`unable to unlink: ${this.#path}/${label}.u`);
    }
    try {
      posix.rename(home.fd, "newstate", home.fd, "state");
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#messages.warn(`unable to rename state: ${this.#path}`, error);
    }
    return true;
  }

  /** The child. */
  #prepareChild(home: Directory, label: string, command: string): posix.Program {
    const must = <T>(action: string, call: () => T): T =>
      this.#messages.must(`${action} processor: ${this.#path}`, call);
    const aside = (what: string, open: () => number | undefined): number =>
      must(`open ${what} for`, () => {
        const fd = open();
        if (fd !== undefined) return posix.dupFrom(fd, LEAST_FD);
        const about = `processor: ${this.#path}: not a regular file`;
        return this.#messages.fatal(`unable to open ${what} for ${about}`);
      });
    must("change directory, want", () => posix.fchdir(home.fd));
    const input = aside("input", () => openOwn(home, `${label}.u`, posix.O_RDONLY));
    const output = aside("output", () => home.createAnew(`${label}.t`, MODE));
    // The state that the previous processor wrote; empty at first.
    const state = aside("state", () =>
      openOwn(home, "state", posix.O_RDONLY | posix.O_CREAT, MODE),
    );
    const newState = aside("newstate", () => home.createAnew("newstate", MODE));
    must("move filedescriptor for", () => {
      posix.dup2(input, STDIN);
      posix.dup2(output, STDOUT);
      posix.dup2(state, STATE_FD);
      posix.dup2(newState, NEW_STATE_FD);
      ignoringErrors(() => posix.close(3));
    });
    return { path: SHELL, argv: ["sh", "-c", command] };
  }
}

/** The oldest file that waits, if it is a regular file. */
function nextToProcess(home: Directory): string | undefined {
  return waitingForProcessor(posix.readdir(home.fd)).find((name) => {
    const found = lookAt(home, name);
    return found !== undefined && isRegular(found);
  });
}
