/**
 * How the scanner keeps supervisors, whichever way they are kept: forked.ts gives each a process of its own,
 * dense.ts holds them all in this one.
 */
import type { Directory } from "../../base/directory.ts";
import type { PipeEnds } from "../../protocol/handover.ts";
import type { End } from "./scan.ts";

/** What a host calls when a supervisor has ended, once for each, and never before its start has returned. */
export type Ended = (supervisor: number, end: End) => void;

export interface SupervisorHost {
  /**
   * Starts the supervisor of one service.
   *
   * @param home the directory in which `name` is; the caller's, and not needed any more once this returns
   * @param isReplacement it takes the place of one that ended
   * @returns a number that names the supervisor until it has {@link Ended}; never 0
   * @throws {PosixError} `fork` failed
   */
  start(name: string, home: Directory, isReplacement: boolean): number;
  /** Tells a supervisor to end its service, and then itself. */
  stop(supervisor: number): void;
  /** Calls `done` once nothing would be left without a supervisor by the end of this process. */
  whenAllExited(done: () => void): void;
  /**
   * Has supervisors go over to another executable, those that are processes. Those that are in this one go over with
   * it: when all of them can, calls `become`, with what they leave to who comes after them, for the exec; where that
   * returns, they go on.
   */
  reexec(become: (pipes: readonly PipeEnds[]) => void): void;
}
