/**
 * A process for each supervisor: started by fork without exec, for the child already holds the loaded
 * program. It lets go of what belongs to the scanner, and becomes `runsv NAME`.
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
   * @param closeInChild for a child: closes what else the parent holds
   */
  constructor(isolate: boolean, closeInChild: () => void, ended: Ended, reactor: Reactor) {
    this.#isolate = isolate;
    this.#closeInChild = closeInChild;
    this.#ended = ended;
    this.#reactor = reactor;
    this.#relay = new ExitRelay(reactor);
  }

  start(name: string, home: Directory, isReplacement: boolean): number {
    const line = isReplacement ? this.#relay.open() : undefined; // else there is nothing to take over
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

  /** At once: each runsv goes on by itself. */
  whenAllExited(done: () => void): void {
    done();
  }

  /** Each looks for itself when it can, and whether the executable works. */
  reexec(become: (pipes: readonly PipeEnds[]) => void): void {
    for (const pid of this.#running) ignoringErrors(() => posix.kill(pid, posix.SIGUSR2));
    become([]);
  }

  /** In the child: the supervisor of one service. */
  #become(name: string, home: Directory, line: RelayPipe | undefined): number {
    this.#closeInChild();
    this.#relay.closeInChild();
    if (line !== undefined) posix.close(line.writer);
    if (this.#isolate) posix.setsid();
    posix.setTitle(["runsv", name]);
    ignoringErrors(() => posix.setName("runsv")); // only shown
    const open = (): Directory => {
      const own = Directory.open(name, home.fd);
      home.close();
      return own;
    };
    return supervise("runsv", name, open, { exits: line?.reader });
  }
}
