/**
 * The scanner's interface to its supervisors: forked.ts gives each a process of its own, dense.ts
 * holds all of them in this one.
 */
import type { Directory } from "../../base/directory.ts";
import type { PipeEnds } from "../../protocol/handover.ts";
import type { End } from "./scan.ts";

/**
 * A host calls this once for each supervisor, when that has exited, and never before `start` has
 * returned.
 */
export type Ended = (supervisor: number, end: End) => void;

export interface SupervisorHost {
  /**
   * Starts the supervisor of one service.
   *
   * @param home the directory that contains `name`; the caller's, and not needed after this returns
   * @param isReplacement an earlier supervisor of this service has exited
   * @returns a number for the supervisor, valid until {@link Ended} is called with it; never 0
   * @throws {PosixError} `fork` failed
   */
  start(name: string, home: Directory, isReplacement: boolean): number;
  /** Commands a supervisor to stop its service and exit. */
  stop(supervisor: number): void;
  /** Calls `done` once this process can exit without leaving a service unsupervised. */
  whenAllExited(done: () => void): void;
  /**
   * Re-execs the supervisors. Separate processes do so themselves. Those in this process share its
   * exec: when all are ready, calls `become` with their log pipes, for the exec; if that returns,
   * they go on.
   */
  reexec(become: (pipes: readonly PipeEnds[]) => void): void;
}
