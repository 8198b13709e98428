/**
 * A process for each supervisor: a fork without exec, because the child already holds the loaded
 * program. The child closes the scanner's descriptors and becomes `runsv NAME`.
 *
 * Source: runit 2.1.2, runsvdir(8).
 */
import * as posix from "posix";
import { Directory } from "../../base/directory.ts";
import { ignoringErrors } from "../../base/errors.ts";
import type { Reactor } from "../../base/reactor.ts";
import { fork } from "../../base/spawn.ts";
import type { PipeEnds } from "../../protocol/handover.ts";
import { supervise } from "../runsv/main.ts";
import { ExitRelay, type RelayPipe } from "./exit-relay.ts";
import type { Ended, SupervisorHost } from "./supervisor-host.ts";

export class ForkedHost implements SupervisorHost {
  readonly #isolate: boolean;
  readonly #closeInChild: () => void;
  readonly #ended: Ended;
  readonly #reactor: Reactor;
  readonly #relay: ExitRelay;
  readonly #running = new Set<number>();

  /**
   * @param isolate each runsv gets a session of its own
   * @param closeInChild for a child: closes the parent's other descriptors
   */
  constructor(isolate: boolean, closeInChild: () => void, ended: Ended, reactor: Reactor) {
    this.#isolate = isolate;
    this.#closeInChild = closeInChild;
    this.#ended = ended;
    this.#reactor = reactor;
    this.#relay = new ExitRelay(reactor);
  }

  start(name: string, home: Directory, isReplacement: boolean): number {
    const line = isReplacement ? this.#relay.open() : undefined; // the first takes nothing over
    try {
      return this.#fork(name, home, line);
    } finally {
      if (line !== undefined) this.#relay.keep(line);
    }
  }

  #fork(name: string, home: Directory, line: RelayPipe | undefined): number {
    const pid = fork("runsv", this.#reactor.signals, () => this.#become(name, home, line));
    this.#running.add(pid);
    this.#reactor.onExit(pid, ({ code, signal }) => {
      this.#running.delete(pid);
      this.#ended(pid, code === undefined ? { signal: signal ?? 0 } : { code });
    });
    return pid;
  }

  stop(pid: number): void {
    ignoringErrors(() => posix.kill(pid, posix.SIGTERM));
  }

  /** At once: each runsv runs on without runsvdir. */
  whenAllExited(done: () => void): void {
    done();
  }

  /** Each runsv re-execs when it can, after checking the executable itself. */
  reexec(become: (pipes: readonly PipeEnds[]) => void): void {
    for (const pid of this.#running) ignoringErrors(() => posix.kill(pid, posix.SIGUSR2));
    become([]);
  }

  /** Runs in the child: supervises one service. */
  #become(name: string, home: Directory, line: RelayPipe | undefined): number {
    this.#closeInChild();
    this.#relay.closeInChild();
    if (line !== undefined) posix.close(line.writer);
    if (this.#isolate) posix.setsid();
    posix.setTitle(["runsv", name]);
    ignoringErrors(() => posix.setName("runsv")); // for display only
    const open = (): Directory => {
      const own = Directory.open(name, home.fd);
      home.close();
      return own;
    };
    return supervise("runsv", name, open, { exits: line?.reader });
  }
}
