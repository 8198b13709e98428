/**
 * The scanner's interface to its supervisors: forked.ts gives each a process of its own, dense.ts
 * holds all of them in this one.
 */
import type { Directory } from "../../base/directory.ts";
import type { Reactor } from "../../base/reactor.ts";
import type { HandedOverTree } from "../../protocol/handover.ts";
import type { SupervisorExit } from "./scan.ts";

/**
 * A host calls this once for each supervisor, when that has exited, and never before `start` has
 * returned.
 */
export type OnSupervisorExit = (supervisor: number, end: SupervisorExit) => void;

export interface HostOptions {
  /** Each runsv, or each process of a service in a dense runsvdir, gets a session of its own. */
  readonly isolate: boolean;
  readonly onExit: OnSupervisorExit;
  readonly reactor: Reactor;
  /** Called with the exit code for the tree; runsv processes send SIGURG instead. */
  readonly onEssentialEnd: (code: number) => void;
}

export interface SupervisorHost {
  /** The number of services that {@link start} may get at once. */
  readonly startsAtOnce: number;
  /**
   * Starts the supervisors of services that have had none.
   *
   * @param home the directory that contains `names`; the caller's, and not needed after this
   * returns
   * @returns a number for each supervisor, valid until {@link OnSupervisorExit} is called with it,
   * never 0; fewer than names if the system has no room for more
   * @throws {PosixError} `fork` failed for the first
   */
  start(names: readonly string[], home: Directory): readonly number[];
  /** Like {@link start}, for a service whose earlier supervisor has exited. */
  replace(name: string, home: Directory): number;
  /**
   * The supervisor that this process had for a service before its re-exec, if that is a process.
   *
   * @param id of {@link posix.Stat.id} of the service directory
   * @returns its number; once for each
   */
  takeInherited(id: string): number | undefined;
  /** The other supervisors from before the re-exec, with the names of their directories. */
  readonly inheritedRest: ReadonlyMap<number, string>;
  /** Commands a supervisor to stop its service and exit. */
  stop(supervisor: number): void;
  /**
   * Commands every supervisor to stop its service and exit, and to obey no command that would start
   * it again; also each that `start` starts from now on. A repeated call sends no second stop
   * signal.
   *
   * @param first the numbers of the supervisors that it commands before all others, in this order
   */
  stopForGood(first: readonly number[]): void;
  /** Calls `done` once this process can exit without leaving a service unsupervised. */
  whenAllExited(done: () => void): void;
  /**
   * Re-execs the supervisors. Separate processes do so themselves. Those in this process share its
   * exec: when all are ready, calls `exec` with what they hand over, for the exec; if that returns,
   * they go on.
   */
  reexec(exec: (tree: HandedOverTree) => void): void;
}
