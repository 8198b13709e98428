/**
 * Waits until every service that is wanted up runs and its ./check, if there is one, has exited 0;
 * at most for a time.
 *
 * Source: runit 2.1.2, sv(8), for ./check.
 */
import * as posix from "posix";
import type { Directory } from "../../base/directory.ts";
import { ignoringErrors } from "../../base/errors.ts";
import { childEnvironment } from "../../base/handover.ts";
import { monotonicMs, type Reactor } from "../../base/reactor.ts";
import { STDOUT } from "../../base/report.ts";
import { onExit, spawn } from "../../base/spawn.ts";
import { STATUS_BYTES, type StatusRecord, statusIn } from "../../protocol/status.ts";

/** The first pause between two looks; it doubles up to the last. */
const FIRST_PAUSE_MS = 10;
const LAST_PAUSE_MS = 200;
const EXIT_CANNOT_RUN = 111;

interface ReadinessOptions {
  readonly home: () => Directory | undefined;
  readonly names: () => readonly string[];
  readonly reactor: Reactor;
  readonly limitMs: number;
  /** Called once, with the names of the services that are not ready in time. */
  readonly onDone: (missing: readonly string[]) => void;
}

export class Readiness {
  readonly #options: ReadinessOptions;
  readonly #untilMs: number;
  readonly #ready = new Set<string>();
  /** The services whose ./check runs. */
  readonly #checking = new Set<string>();
  #isCancelled = false;

  constructor(options: ReadinessOptions) {
    this.#options = options;
    this.#untilMs = monotonicMs() + options.limitMs;
    // The services are known after the first scan, which comes before this.
    options.reactor.after(0, () => this.#look(FIRST_PAUSE_MS));
  }

  cancel(): void {
    this.#isCancelled = true;
  }

  #look(pauseMs: number): void {
    const { home, names, reactor, onDone } = this.#options;
    if (this.#isCancelled) return;
    const dir = home();
    const missing = names().filter((name) => dir === undefined || !this.#isReady(dir, name));
    if (missing.length === 0 || monotonicMs() >= this.#untilMs) {
      onDone(missing);
      return;
    }
    reactor.after(pauseMs, () => this.#look(Math.min(2 * pauseMs, LAST_PAUSE_MS)));
  }

  #isReady(home: Directory, name: string): boolean {
    if (this.#ready.has(name)) return true;
    const status = statusOf(home, name);
    if (status === undefined) return has(home, `${name}/down`);
    if (status.want !== "up") return true;
    if (status.phase !== "run" || status.termSent) return false;
    if (has(home, `${name}/check`)) {
      if (!this.#checking.has(name)) this.#check(home, name);
      return false;
    }
    this.#ready.add(name);
    return true;
  }

  #check(home: Directory, name: string): void {
    const { reactor } = this.#options;
    ignoringErrors(() => {
      const check = spawn({
        name: "runsvdir",
        signals: reactor.signals,
        prepare: () => {
          const quiet = ignoringErrors(() =>
            posix.open(posix.AT_FDCWD, "/dev/null", posix.O_WRONLY, 0),
          );
          if (quiet !== undefined) posix.dup2(quiet, STDOUT);
          posix.fchdir(home.fd);
          posix.chdir(name);
          return { path: "./check", argv: ["./check"], env: childEnvironment() };
        },
        onExecFailed: () => EXIT_CANNOT_RUN,
      });
      this.#checking.add(name);
      onExit(reactor, check, ({ code }) => {
        this.#checking.delete(name);
        if (code === 0) this.#ready.add(name);
      });
    });
  }
}

function statusOf(home: Directory, name: string): StatusRecord | undefined {
  const bytes = ignoringErrors(() => home.readOwn(`${name}/supervise/status`, STATUS_BYTES + 1));
  return bytes === undefined ? undefined : statusIn(bytes);
}

function has(home: Directory, path: string): boolean {
  return ignoringErrors(() => home.stat(path)) !== undefined;
}
