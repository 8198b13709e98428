/**
 * Ends the processes that a service's ./run has left in its process group: SIGTERM, then SIGKILL
 * when the supervisor asks for it. This is the part runsv/group-end, which few services ever need;
 * supervisor/process-group.ts describes the group.
 *
 * A process that has left the group, by setsid(2) or setpgid(2), is not found.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import type { Timer } from "../../base/reactor.ts";
import { type SessionNumber, signalGroup } from "../../supervisor/process-group.ts";
import type { Surroundings } from "../../supervisor/service-owner.ts";
import { type GroupMember, type GroupMembers, membersOf } from "./group-members.ts";

/** The first pause between two looks; it doubles up to the last. */
const FIRST_PAUSE_MS = 5;
const LAST_PAUSE_MS = 100;
/** How long after SIGKILL a process that still exists causes a warning. */
const STUCK_MS = 1_000;
/** The longest name of a process. */
const NAME_MAX_BYTES = 16;

interface GroupEndRequest {
  /** The pid of the leader, which has ended. */
  readonly leader: number;
  /** 0: unknown, so that every process with this group id counts. */
  readonly session: SessionNumber;
  readonly surroundings: Pick<Surroundings, "report" | "context">;
  /** Called once, when no process is left, or none that can be ended. */
  readonly onEnd: () => void;
}

export class GroupEnd {
  readonly #request: GroupEndRequest;
  #known: readonly GroupMember[] = [];
  #timer: Timer | undefined;
  #isTermSent = false;
  #isKilling = false;
  /** How long processes have been left since SIGKILL. */
  #stuckMs = 0;

  constructor(request: GroupEndRequest) {
    this.#request = request;
    this.#lookAfter(0, FIRST_PAUSE_MS);
  }

  kill(): void {
    this.#isKilling = true;
    this.#lookAfter(0, FIRST_PAUSE_MS);
  }

  close(): void {
    this.#timer?.cancel();
  }

  #lookAfter(delayMs: number, nextMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#request.surroundings.context.reactor.after(delayMs, () => {
      if (this.#isKilling) this.#stuckMs += delayMs;
      // If the look fails, assume that the processes exist.
      if (ignoringErrors(() => this.#hasEnded()) ?? false) this.#request.onEnd();
      else this.#lookAfter(nextMs, Math.min(2 * nextMs, LAST_PAUSE_MS));
    });
  }

  /**
   * Sends the signal that is due, SIGKILL at each look: processes may have been forked meanwhile.
   *
   * @throws {PosixError} a resource has run out
   */
  #hasEnded(): boolean {
    const { leader, session } = this.#request;
    const members: GroupMembers = membersOf(leader, session, this.#known);
    if (members !== "hidden") this.#known = members;
    // If nothing shows that a group of a known session is the service's, it is left alone.
    const isGone = members === "hidden" ? session !== 0 : members.length === 0;
    const sent = isGone ? "empty" : this.#signal();
    if (sent === "empty") return true;
    if (sent === "refused") {
      this.#warn("may not be signalled, left alone");
      return true;
    }
    const isStuck = this.#stuckMs >= STUCK_MS;
    if (isStuck && members === "hidden") return true; // perhaps only zombies are left
    if (isStuck) {
      this.#stuckMs = Number.NEGATIVE_INFINITY; // one warning
      this.#warn("does not end after KILL");
    }
    return false;
  }

  #signal(): ReturnType<typeof signalGroup> {
    const { leader } = this.#request;
    if (this.#isKilling) return signalGroup(leader, posix.SIGKILL);
    if (this.#isTermSent) return signalGroup(leader, 0);
    this.#isTermSent = true;
    const sent = signalGroup(leader, posix.SIGTERM);
    signalGroup(leader, posix.SIGCONT); // a stopped process would not receive SIGTERM
    return sent;
  }

  #warn(text: string): void {
    const names = this.#known.map(({ pid, name }) => `${pid} ${printable(name, NAME_MAX_BYTES)}`);
    const shown = names.length === 0 ? "" : ` (${names.join(", ")})`;
    const { leader, surroundings } = this.#request;
    surroundings.report.warn(`process group ${leader}${shown} ${text}`);
  }
}
