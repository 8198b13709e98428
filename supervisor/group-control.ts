/**
 * Signals the process group of a service with a file `kill-group`, and ends what ./run leaves in
 * it: see process-group.ts.
 */
import * as posix from "posix";
import type { AdoptFile } from "./adopt-file.ts";
import { type ProcessGroup, signalGroup } from "./process-group.ts";
import type { Surroundings } from "./service-owner.ts";

/** The time from SIGTERM to SIGKILL for what ./run has left, unless `timeout-kill` sets another. */
export const LEFTOVERS_KILL_MS = 5_000;

/** Loaded once; a loaded part stays in the process. */
let part: typeof import("../tools/runsv/group-end.ts") | undefined;

type LoadedGroupEnd = InstanceType<typeof import("../tools/runsv/group-end.ts").GroupEnd>;

export class GroupControl {
  readonly #group: ProcessGroup;
  readonly #surroundings: Surroundings;
  #end: LoadedGroupEnd | undefined;

  constructor(group: ProcessGroup, surroundings: Surroundings) {
    this.#group = group;
    this.#surroundings = surroundings;
  }

  isLedBy(pid: number): boolean {
    return pid === this.#group.leader;
  }

  /** Sends a signal to all processes; the leader must exist, or SIGKILL end what it has left. */
  signal(signal: number): void {
    if (this.#end === undefined) signalGroup(this.#group.leader, signal);
    else if (signal === posix.SIGKILL) this.#end.kill();
  }

  /**
   * Whether other processes may exist, now that the leader has ended. If it had ended before a
   * takeover, the group counts only if its session is known: the id may be another group's by now.
   *
   * @param isLeaderSeen this process has seen the end of the leader
   */
  hasLeftovers(isLeaderSeen: boolean): boolean {
    const { leader, session } = this.#group;
    if (signalGroup(leader, 0) === "empty") return false;
    if (isLeaderSeen || (session ?? 0) !== 0) return true;
    this.#surroundings.report.warn(`process group ${leader} may be another's, left alone`);
    return false;
  }

  /**
   * Sends SIGTERM to what the leader has left.
   *
   * @param file the adoption record of the leader
   * @param onEnd called when nothing is left
   */
  endLeftovers(file: AdoptFile, onEnd: () => void): void {
    part ??= posix.load("runsv/group-end") as typeof import("../tools/runsv/group-end.ts");
    const { leader, session = file.sessionOf(leader) } = this.#group;
    const surroundings = this.#surroundings;
    this.#end = new part.GroupEnd({ leader, session, surroundings, onEnd });
  }

  close(): void {
    this.#end?.close();
  }
}
