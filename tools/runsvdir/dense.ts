/**
 * Holds all supervisors in this one process: the objects that a runsv consists of, on the scanner's
 * reactor. This takes a fraction of the memory, but if this process is killed, all supervision
 * ends.
 *
 * Stands in for process isolation: a supervisor that cannot start, or fails in any way, is reported
 * and closed with all its descriptors; the others go on.
 */
import * as posix from "posix";
import { closeIgnoringErrors, firstCloexecFd } from "../../base/descriptors.ts";
import { Directory } from "../../base/directory.ts";
import { ignoring } from "../../base/errors.ts";
import type { Reactor } from "../../base/reactor.ts";
import { isExit, Report } from "../../base/report.ts";
import { describe } from "../../base/trace.ts";
import { writeStderr } from "../../base/write-stderr.ts";
import type { HandedOverBytes, HandedOverTree } from "../../protocol/handover.ts";
import { closePipe, type Pipe, pipesBy } from "../../supervisor/log-pipe.ts";
import { pathOfOpen } from "../../supervisor/place.ts";
import type { ProcessContext } from "../../supervisor/process-context.ts";
import { Supervisor } from "../../supervisor/supervisor.ts";
import type { DescriptorLimit } from "./descriptor-limit.ts";
import type { SupervisorExit } from "./scan.ts";
import type { HostOptions, OnSupervisorExit, SupervisorHost } from "./supervisor-host.ts";

/** The exit code of a runsv that could not start. */
const EXIT_FATAL = 111;
/** By then every service, of thousands too, has taken its log pipe, if it still exists. */
const TAKEN_BY_MS = 60_000;
const FAILED: SupervisorExit = { code: EXIT_FATAL };
const EXITED_ON_COMMAND: SupervisorExit = { code: 0 };

interface InProcessHostOptions extends HostOptions {
  readonly limit: DescriptorLimit;
  /** What the handover passed to this process; `undefined` if there was none. */
  readonly kept: HandedOverBytes | undefined;
}

export class InProcessHost implements SupervisorHost {
  readonly startsAtOnce = 1; // each is a start of a service too
  readonly #onExit: OnSupervisorExit;
  readonly #limit: DescriptorLimit;
  readonly #reactor: Reactor;
  /** One object for all supervisors: one for each would be a tenth of a supervisor's memory. */
  readonly #context: ProcessContext & { isFinal: boolean; isSuccessor: boolean };
  readonly #supervisors = new Map<number, Supervisor>();
  readonly #pipes: Map<string, Pipe>;
  readonly #reports: Map<number, number>;
  #last = 0;
  /** The path of the scanned directory: all supervisors share one string. */
  #scanned: string | undefined;
  #onAllExited: (() => void) | undefined;
  /** A re-exec that has been requested and waits for one of the supervisors. */
  #pending: { readonly of: Supervisor; readonly retry: () => void } | undefined;

  constructor({ isolate, limit, kept, onExit, onEssentialEnd, reactor }: InProcessHostOptions) {
    this.#onExit = onExit;
    this.#limit = limit;
    this.#reactor = reactor;
    this.#pipes = pipesBy(kept?.pipes ?? []);
    this.#reports = new Map(kept?.reports);
    if (kept !== undefined) reactor.after(TAKEN_BY_MS, () => this.#endReexec());
    this.#context = {
      reactor,
      onExited: (supervisor) => this.#onExited(supervisor),
      isFinal: false,
      isSuccessor: kept !== undefined,
      forgetsRemoved: true,
      onEssentialEnd,
      pipes: this.#pipes,
      reports: this.#reports,
      closeFrom: firstCloexecFd(),
      prepare: () => {
        limit.restoreInherited();
        // With kill-group, ./run leads a session already.
        if (isolate) ignoring(["EPERM"], () => posix.setsid());
      },
    };
  }

  start(names: readonly string[], home: Directory): readonly number[] {
    return names.map((name) => this.replace(name, home));
  }

  replace(name: string, home: Directory): number {
    this.#last += 1;
    const number = this.#last;
    try {
      this.#supervisors.set(number, this.#supervise(name, home));
    } catch (error) {
      if (!isExit(error)) reportFault(name, error);
      this.#reactor.after(0, () => this.#onExit(number, FAILED));
    }
    try {
      this.#supervisors.get(number)?.begin();
    } catch (error) {
      reportFault(name, error); // the supervisor goes on, as after a fault in a callback
    }
    return number;
  }

  /** Each begins anew, from the files of its service. */
  takeInherited(): undefined {
    return undefined;
  }

  readonly inheritedRest: ReadonlyMap<number, string> = new Map();

  stop(number: number): void {
    this.#supervisors.get(number)?.control("x");
  }

  stopForGood(first: readonly number[]): void {
    this.#context.isFinal = true;
    for (const number of new Set([...first, ...this.#supervisors.keys()])) {
      this.#supervisors.get(number)?.exitForGood();
    }
  }

  /**
   * Calls `done` once all supervisors, including those of removed services, have been commanded to
   * exit and have exited.
   */
  whenAllExited(done: () => void): void {
    this.#onAllExited = done;
    if (this.#supervisors.size === 0) done();
  }

  reexec(exec: (tree: HandedOverTree) => void): void {
    const supervisors = [...this.#supervisors.values()];
    const busy = supervisors.find(({ isReexecutable }) => !isReexecutable);
    if (busy !== undefined) {
      const retry = () => this.reexec(exec);
      this.#pending = { of: busy, retry };
      busy.whenReexecutable(retry);
      return;
    }
    this.#pending = undefined;
    for (const supervisor of supervisors) supervisor.unlock();
    const states = supervisors.map(({ handoverState }) => handoverState);
    exec({
      pipes: states.flatMap(({ pipes }) => pipes),
      reports: states.flatMap(({ reports }) => reports),
      supervisors: [],
    });
    for (const supervisor of supervisors) supervisor.lock();
  }

  /** Closes what no supervisor has taken. */
  #endReexec(): void {
    this.#context.isSuccessor = false;
    for (const pipe of this.#pipes.values()) closePipe(pipe);
    this.#pipes.clear();
    for (const fd of this.#reports.keys()) closeIgnoringErrors(fd);
    this.#reports.clear();
  }

  #supervise(name: string, home: Directory): Supervisor {
    const report = new Report(`runsv ${name}`, EXIT_FATAL, writeStderr);
    const own = report.must("change to directory", () => Directory.open(name, home.fd));
    this.#limit.check(own, report);
    const path = pathOfOpen(home.fd);
    if (path !== this.#scanned) this.#scanned = path;
    const scanned = this.#scanned;
    const place = scanned === undefined ? undefined : { scanned, name };
    const supervisor = new Supervisor({ home: own, report, context: this.#context, place });
    own.keepOnlyId();
    return supervisor;
  }

  #onExited(supervisor: { close(): void }): void {
    supervisor.close();
    if (this.#pending?.of === supervisor) this.#reactor.after(0, this.#pending.retry);
    for (const [number, each] of this.#supervisors) {
      if (each !== supervisor) continue;
      this.#supervisors.delete(number);
      // Do not call it from here: if the control FIFO held an x at the start, the scanner does not
      // know this number yet.
      this.#reactor.after(0, () => this.#onExit(number, EXITED_ON_COMMAND));
      break;
    }
    if (this.#supervisors.size === 0) this.#onAllExited?.();
  }
}

function reportFault(name: string, error: unknown): void {
  writeStderr(`runsv ${name}: fatal: ${describe(error)}\n`);
}
