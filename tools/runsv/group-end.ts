/**
 * Ends the processes that a service's ./run has left in its process group: SIGTERM, then SIGKILL
 * when the supervisor asks for it. This is the part runsv/group-end, which few services ever need;
 * supervisor/process-group.ts describes the group.
 *
 * A process that has left the group, by setsid(2) or setpgid(2), is not found.
 */
import * as posix from "posix";
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
  #isKilling = false;
  /** How long processes have been left since SIGKILL. */
  #stuckMs = 0;

  /** Sends SIGTERM, and SIGCONT, without which a stopped process would not receive it. */
  constructor(request: GroupEndRequest) {
    this.#request = request;
    this.#signal(posix.SIGTERM);
    this.#signal(posix.SIGCONT);
    this.#lookAfter(0, FIRST_PAUSE_MS);
  }

  kill(): void {
    this.#isKilling = true;
    this.#signal(posix.SIGKILL);
    this.#lookAfter(0, FIRST_PAUSE_MS);
  }

  close(): void {
    this.#timer?.cancel();
  }

  #lookAfter(delayMs: number, nextMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#request.surroundings.context.reactor.after(delayMs, () => {
      if (this.#isKilling) this.#stuckMs += delayMs;
      if (this.#hasEnded()) this.#request.onEnd();
      else this.#lookAfter(nextMs, Math.min(2 * nextMs, LAST_PAUSE_MS));
    });
  }

  /** Sends SIGKILL again to processes that were forked meanwhile. */
  #hasEnded(): boolean {
    const { leader, surroundings } = this.#request;
    const sent = this.#signal(this.#isKilling ? posix.SIGKILL : 0);
    if (sent === "empty") return true;
    const warn = (text: string) => surroundings.report.warn(`process group ${leader} ${text}`);
    if (sent === "refused") {
      warn(`${this.#names()}may not be signalled, left alone`);
      return true;
    }
    const isStuck = this.#stuckMs >= STUCK_MS;
    if (isStuck && sent === "hidden") return true; // perhaps only zombies are left
    if (isStuck) {
      this.#stuckMs = Number.NEGATIVE_INFINITY; // one warning
      warn(`${this.#names()}does not end after KILL`);
    }
    return false;
  }

  /** Sends a signal if the group is still that of the service. */
  #signal(signal: number): ReturnType<typeof signalGroup> | "hidden" {
    const { leader, session } = this.#request;
    const members: GroupMembers = membersOf(leader, session, this.#known);
    if (members !== "hidden") {
      this.#known = members;
      return members.length === 0 ? "empty" : signalGroup(leader, signal);
    }
    if (session !== 0) return "empty"; // nothing shows that the group is the service's
    const sent = signalGroup(leader, signal);
    return sent === "sent" ? "hidden" : sent;
  }

  #names(): string {
    const names = this.#known.map(({ pid, name }) => `${pid} ${printable(name, NAME_MAX_BYTES)}`);
    return names.length === 0 ? "" : `(${names.join(", ")}) `;
  }
}
