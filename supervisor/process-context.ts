/**
 * The facilities of the process that a supervisor runs in. All supervisors of a process may share
 * one.
 */
import type { Reactor } from "../base/reactor.ts";
import type { Pipe } from "./log-pipe.ts";
import type { Neighbours } from "./neighbour.ts";

export interface ProcessContext {
  readonly reactor: Reactor;
  /** Called after the command to exit, when both services are down. */
  readonly onExited: (supervisor: { close(): void }) => void;
  /** Runs in each child before its exec, beside the service's own preparation. */
  readonly prepare?: () => void;
  /** Descriptors from this number up are all close-on-exec; there may be very many. */
  readonly closeFrom?: number | undefined;
  /** The whole tree stops: a supervisor stops what it takes over, starts nothing, and exits. */
  readonly isFinal?: boolean | undefined;
  /**
   * Called when an essential service has ended unasked and is not started again, with its exit code
   * or 128 + signal.
   */
  readonly onEssentialEnd?: (code: number) => void;
  /** Called when a control byte requests a re-exec. */
  readonly reexec?: () => void;
  /**
   * A re-exec forgets the supervisors whose entries were removed, so it waits until they have
   * exited.
   */
  readonly forgetsRemoved?: boolean;
  /** The exit relay, on which runsvdir reports exits of processes that a predecessor started. */
  readonly exits?: number | undefined;
  /**
   * There was another supervisor since the last boot: this process has re-execed, or replaces one
   * that has ended.
   */
  readonly isSuccessor?: boolean;
  /** Log pipes handed over across a re-exec; each is removed by the supervisor that takes it. */
  readonly pipes?: Map<string, Pipe> | undefined;
  /** By descriptor, the processes whose reports of readiness it brings; handed over as well. */
  readonly reports?: Map<number, number> | undefined;
  /** Locks handed over in the same way. */
  readonly locks?: Set<number> | undefined;
  /** The services that those of this process depend on; made by the first that needs one. */
  neighbours?: Neighbours;
}
