/**
 * A process for each supervisor: a fork without exec, because the child already holds the loaded
 * program. The child closes the scanner's descriptors and becomes `runsv NAME`.
 *
 * Source: runit 2.1.2, runsvdir(8).
 */
import * as posix from "posix";
import { Directory } from "../../base/directory.ts";
import { ignoringErrors } from "../../base/errors.ts";
import { monotonicMs, type Reactor } from "../../base/reactor.ts";
import { forkSeveral } from "../../base/spawn.ts";
import type { HandedOverTree } from "../../protocol/handover.ts";
import { noteMemoryKills } from "../../supervisor/memory-kills.ts";
import { pathOfOpen } from "../../supervisor/place.ts";
import { supervise } from "../runsv/main.ts";
import { ExitRelay, type RelayPipe } from "./exit-relay.ts";
import { InheritedSupervisors } from "./inherited-supervisors.ts";
import type { HostOptions, OnSupervisorExit, SupervisorHost } from "./supervisor-host.ts";

interface ForkedHostOptions extends HostOptions {
  /** The pids of the supervisors that this process had before its re-exec. */
  readonly inherited: readonly number[];
  /** For a child: closes the parent's other descriptors. */
  readonly closeInChild: () => void;
}

/** The parts of a child. */
interface ChildParts {
  readonly name: string;
  /** The scanned directory, and its path if that is known. */
  readonly home: Directory;
  readonly scanned: string | undefined;
  readonly pipe: RelayPipe | undefined;
}

/** More children in a row would keep the scanner from other work for more than 10 ms. */
const FORKS_AT_ONCE = 100;

export class ForkedHost implements SupervisorHost {
  readonly startsAtOnce = FORKS_AT_ONCE;
  readonly #isolate: boolean;
  readonly #closeInChild: () => void;
  readonly #onExit: OnSupervisorExit;
  readonly #reactor: Reactor;
  readonly #relay: ExitRelay;
  readonly #running = new Set<number>();
  readonly #inherited: InheritedSupervisors | undefined;
  #isFinal = false;

  constructor({ isolate, inherited, closeInChild, onExit, reactor }: ForkedHostOptions) {
    this.#isolate = isolate;
    this.#closeInChild = closeInChild;
    this.#onExit = onExit;
    this.#reactor = reactor;
    this.#relay = new ExitRelay(reactor);
    if (inherited.length > 0) {
      this.#inherited = new InheritedSupervisors(inherited);
      for (const pid of this.#inherited.pids) this.#expectExit(pid);
    }
    // Once here, what a title needs is known in all children.
    posix.setTitle(posix.argv());
    posix.freeze();
  }

  start(names: readonly string[], home: Directory): readonly number[] {
    return this.#fork(names, home, undefined); // the first takes nothing over
  }

  replace(name: string, home: Directory): number {
    const pipe = this.#relay.open();
    try {
      const [pid = 0] = this.#fork([name], home, pipe);
      return pid;
    } finally {
      if (pipe !== undefined) this.#relay.keep(pipe);
    }
  }

  #fork(names: readonly string[], home: Directory, pipe: RelayPipe | undefined): readonly number[] {
    // Once for all.
    const scanned = pathOfOpen(home.fd);
    noteMemoryKills(monotonicMs());
    const pids = forkSeveral({
      name: "runsv",
      signals: this.#reactor.signals,
      count: names.length,
      body: (index) => this.#runChild({ name: names[index] ?? "", home, scanned, pipe }),
    });
    for (const pid of pids) this.#expectExit(pid);
    return pids;
  }

  #expectExit(pid: number): void {
    this.#running.add(pid);
    this.#reactor.onExit(pid, ({ code, signal }) => {
      this.#running.delete(pid);
      this.#onExit(pid, code === undefined ? { signal: signal ?? 0 } : { code });
    });
  }

  takeInherited(id: string): number | undefined {
    const pid = this.#inherited?.take(id);
    return pid !== undefined && this.#running.has(pid) ? pid : undefined;
  }

  get inheritedRest(): ReadonlyMap<number, string> {
    const rest = this.#inherited?.rest ?? [];
    return new Map(rest.filter(([pid]) => this.#running.has(pid)));
  }

  stop(pid: number): void {
    ignoringErrors(() => posix.kill(pid, posix.SIGTERM));
  }

  stopForGood(first: readonly number[]): void {
    const isFirst = !this.#isFinal;
    this.#isFinal = true;
    for (const pid of new Set([...first, ...this.#running])) {
      if (!this.#running.has(pid)) continue;
      if (isFirst) this.stop(pid); // SIGURG alone does not stop a runsv of another version
      ignoringErrors(() => posix.kill(pid, posix.SIGURG));
    }
  }

  /** At once: each runsv runs on without runsvdir. */
  whenAllExited(done: () => void): void {
    done();
  }

  /** Each runsv re-execs when it can, after checking the executable itself. */
  reexec(exec: (tree: HandedOverTree) => void): void {
    for (const pid of this.#running) ignoringErrors(() => posix.kill(pid, posix.SIGUSR2));
    exec({ pipes: [], reports: [], supervisors: [...this.#running] });
  }

  /** Runs in the child: supervises one service. */
  #runChild({ name, home, scanned, pipe }: ChildParts): number {
    this.#closeInChild();
    this.#relay.closeInChild();
    if (pipe !== undefined) posix.close(pipe.writer);
    if (this.#isolate) posix.setsid();
    posix.setTitle(["runsv", name]);
    ignoringErrors(() => posix.setName("runsv")); // for display only
    const open = (): Directory => {
      const own = Directory.open(name, home.fd);
      home.close();
      return own;
    };
    const place = scanned === undefined ? undefined : { scanned, name };
    return supervise("runsv", name, open, { exits: pipe?.reader, isFinal: this.#isFinal, place });
  }
}
