/**
 * All supervisors in this one process: the same objects that a runsv is made of, on the scanner's reactor. It
 * takes a fraction of the memory, and the end of this process is the end of all supervision.
 *
 * What a runsv gets from the system by being a process, it gets here: one that cannot start, or fails in
 * whatever way, is told of and ends alone, and with it all that it has opened.
 */
import * as posix from "posix";
import { firstCloexecFd } from "../../base/descriptors.ts";
import { Directory } from "../../base/directory.ts";
import type { Reactor } from "../../base/reactor.ts";
import { Exit, Report } from "../../base/report.ts";
import { tell } from "../../base/tell.ts";
import { describe } from "../../base/trace.ts";
import type { PipeEnds } from "../../protocol/handover.ts";
import { closePipe, type Pipe, pipesBy } from "../../supervisor/log-pipe.ts";
import { type ProcessContext, Supervisor } from "../../supervisor/supervisor.ts";
import type { DescriptorLimit } from "./descriptor-limit.ts";
import type { End } from "./scan.ts";
import type { Ended, SupervisorHost } from "./supervisor-host.ts";

/** As a runsv that could not start exits with. */
const EXIT_FATAL = 111;
/** By then each service has its log pipe that is still there, with thousands of them too. */
const TAKEN_BY_MS = 60_000;
const FAILED: End = { code: EXIT_FATAL };
const TOLD_TO_EXIT: End = { code: 0 };

export class InProcessHost implements SupervisorHost {
  readonly #ended: Ended;
  readonly #limit: DescriptorLimit;
  readonly #reactor: Reactor;
  // One function for all supervisors: one for each would be a tenth of what they take.
  readonly #left = (supervisor: Supervisor) => this.#onLeft(supervisor);
  /** One object for all supervisors, for the same reason. */
  readonly #context: ProcessContext;
  readonly #supervisors = new Map<number, Supervisor>();
  readonly #pipes: Map<string, Pipe>;
  #last = 0;
  #free: (() => void) | undefined;

  /**
   * @param isolate each process of a service gets a session of its own
   * @param pipes what an earlier program in this process has left
   */
  constructor(
    isolate: boolean,
    limit: DescriptorLimit,
    pipes: readonly PipeEnds[],
    ended: Ended,
    reactor: Reactor,
  ) {
    this.#ended = ended;
    this.#limit = limit;
    this.#reactor = reactor;
    this.#pipes = pipesBy(pipes);
    if (pipes.length > 0) reactor.after(TAKEN_BY_MS, () => this.#closePipes());
    this.#context = {
      pipes: this.#pipes,
      closeFrom: firstCloexecFd(),
      prepare: () => {
        limit.restoreInherited();
        if (isolate) posix.setsid();
      },
    };
  }

  start(name: string, home: Directory): number {
    this.#last += 1;
    const number = this.#last;
    try {
      this.#supervisors.set(number, this.#supervise(name, home));
    } catch (error) {
      if (!(error instanceof Exit)) tellFault(name, error);
      this.#reactor.after(0, () => this.#ended(number, FAILED));
    }
    try {
      this.#supervisors.get(number)?.begin();
    } catch (error) {
      tellFault(name, error); // and the supervisor goes on, as after all faults that the reactor meets
    }
    return number;
  }

  stop(number: number): void {
    this.#supervisors.get(number)?.control("x");
  }

  /** When every supervisor was told to exit, and has: those of services removed before included. */
  whenAllExited(done: () => void): void {
    this.#free = done;
    if (this.#supervisors.size === 0) done();
  }

  reexec(become: (pipes: readonly PipeEnds[]) => void): void {
    const supervisors = [...this.#supervisors.values()];
    const busy = supervisors.find(({ isReexecutable }) => !isReexecutable);
    if (busy !== undefined) {
      busy.whenReexecutable(() => this.reexec(become));
      return;
    }
    for (const supervisor of supervisors) supervisor.unlock();
    become(supervisors.flatMap(({ handoverState }) => handoverState.pipes));
    for (const supervisor of supervisors) supervisor.lock();
  }

  #closePipes(): void {
    for (const pipe of this.#pipes.values()) closePipe(pipe);
    this.#pipes.clear();
  }

  #supervise(name: string, home: Directory): Supervisor {
    const report = new Report(`runsv ${name}`, EXIT_FATAL, tell);
    const own = report.must("change to directory", () => Directory.open(name, home.fd));
    this.#limit.check(own, report);
    return new Supervisor(own, this.#reactor, report, this.#left, this.#context);
  }

  #onLeft(supervisor: Supervisor): void {
    supervisor.close();
    for (const [number, each] of this.#supervisors) {
      if (each !== supervisor) continue;
      this.#supervisors.delete(number);
      // Not from here: if its FIFO held an x at the start, the scanner does not know its number yet.
      this.#reactor.after(0, () => this.#ended(number, TOLD_TO_EXIT));
      break;
    }
    if (this.#supervisors.size === 0) this.#free?.();
  }
}

function tellFault(name: string, error: unknown): void {
  tell(`runsv ${name}: fatal: ${describe(error)}\n`);
}
