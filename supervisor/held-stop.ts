/**
 * The own side of a stop that may have to wait for dependants: the hold, the links, the file
 * supervise/stopping, and the limits of the wait.
 */
import * as posix from "posix";
import { ShortWriteError } from "../base/directory.ts";
import { ignoring, ignoringErrors, isPosixError, onPosixError } from "../base/errors.ts";
import { monotonicMs, type Timer } from "../base/reactor.ts";
import {
  readStopping,
  STOPPING_MAX_BYTES,
  type StopReason,
  stoppingText,
} from "../protocol/stopping.ts";
import { AbandonmentLimit } from "./abandonment-limit.ts";
import { idOf } from "./circle-search.ts";
import { CircleTimer } from "./circle-timer.ts";
import { type Dependant, dependantsIn, isAbandoned, isAlive, unlink } from "./dependants.ts";
import type { DependencyOwner } from "./dependency-owner.ts";
import { OwnHold } from "./own-hold.ts";
import { PolicyFiles } from "./policy-files.ts";

const NAME = "supervise/stopping";
/** How often to look whether the process of a supervisor that was killed has ended. */
const LINK_LOOK_MS = 100;
/** The time before a file that could not be removed is removed. */
const ERASE_RETRY_MS = 1_000;
/** How often to try again if a resource has run out. */
const SHORTAGES_MAX = 50;

interface HeldStopEvents {
  /** The holders may have gone: ask again. */
  readonly onChange: () => void;
  /** timeout-dependants is over. */
  readonly onTimeout: () => void;
}

export class HeldStop {
  readonly #owner: DependencyOwner;
  readonly #events: HeldStopEvents;
  readonly #hold: OwnHold;
  readonly #circles: CircleTimer;
  /** The ids of the directories of dependants on a circle, for which the stop does not wait. */
  #voidHolders: ReadonlySet<string> = new Set();
  #recorded: string | undefined;
  #timeout: Timer | undefined;
  #linkTimer: Timer | undefined;
  #eraseTimer: Timer | undefined;
  #shortages = 0;
  readonly #abandonment = new AbandonmentLimit();

  constructor(owner: DependencyOwner, events: HeldStopEvents) {
    this.#owner = owner;
    this.#events = events;
    this.#hold = new OwnHold(owner);
    this.#circles = new CircleTimer(owner, "stop", {
      onFound: ({ voidHolders }) => {
        this.#voidHolders = voidHolders;
        events.onChange();
      },
    });
  }

  /** From now on, no service that needs this one starts. */
  begin(): void {
    this.#shortages = 0;
    ignoringErrors(() => this.#hold.close()); // it is tried again
  }

  /** Ends the stop: its process has ended, or it is taken back. */
  end(): void {
    this.close();
    this.#erase();
  }

  /** Releases the descriptor. */
  close(): void {
    this.#endWait();
    this.#eraseTimer?.cancel();
    this.#hold.open();
  }

  /** Whether nobody has to end before this service; otherwise `onChange` follows. */
  areHoldersGone(): boolean {
    const isHeld = onPosixError(
      () => this.#isHeld(),
      () => this.#waitForResource(),
    );
    if (isHeld) return false;
    this.#endWait();
    return true;
  }

  /** A short lack of a resource must not change the order; a long one must not keep a stop. */
  #waitForResource(): boolean {
    this.#shortages += 1;
    if (this.#shortages > SHORTAGES_MAX) return false;
    this.#lookLater();
    return true;
  }

  #lookLater(): void {
    this.#linkTimer?.cancel();
    const { reactor } = this.#owner.context;
    this.#linkTimer = reactor.after(LINK_LOOK_MS, this.#events.onChange);
  }

  /** Records that the stop waits, and begins its limits. */
  wait(reason: StopReason): void {
    this.#write(reason);
    this.#circles.begin();
    if (this.#timeout !== undefined) return;
    const timeoutMs = new PolicyFiles(this.#owner, "").dependantsTimeoutMs();
    if (timeoutMs === undefined) return;
    this.#timeout = this.#owner.context.reactor.after(timeoutMs, () => {
      this.#owner.report.warn("dependants have not ended in time, stopping.");
      this.#events.onTimeout();
    });
  }

  /** The stop signal is about to be sent, unless control/t vetoes that. */
  endWait(reason: StopReason): void {
    this.#endWait();
    // The status does not show that it was a stop, and a supervisor that takes over must know.
    if ("for" in reason) this.#write(reason);
  }

  /** The stop signal is being sent, and the status will show the stop. */
  forget(): void {
    if (this.#recorded !== undefined) this.#eraseAfter(0);
  }

  /** The reason that a predecessor has recorded. */
  resume(): StopReason | undefined {
    const { home } = this.#owner;
    this.#recorded = ignoringErrors(() => home.readOwn(NAME, STOPPING_MAX_BYTES));
    return this.#recorded === undefined ? undefined : readStopping(this.#recorded);
  }

  #isHeld(): boolean {
    this.#hold.close();
    if (this.#hold.isHeld && this.#voidHolders.size === 0) {
      // After an earlier look without a holder, a supervisor has returned.
      this.#abandonment.resetAll();
      this.#hold.onReleased(this.#events.onChange);
      return true;
    }
    const { home } = this.#owner;
    const dependants = dependantsIn(home.fd, "supervise/");
    const living = dependants.filter((each) => this.#isAwaited(each));
    const dead = dependants.filter((dependant) => !living.includes(dependant));
    if (dead.length > 0 && !this.#hold.isHeld) {
      for (const { name } of dead) unlink(home.fd, name, "supervise/");
    }
    const isAwaiting = living.some((dependant) => this.#counts(dependant));
    // A supervisor that takes over has its hold before it shows that it lives.
    const isHeldAgain = this.#hold.isHeld && this.#voidHolders.size === 0;
    if (!isAwaiting && !isHeldAgain) return false;
    this.#lookLater();
    return true;
  }

  /** Whether it lives, or its next supervisor is to run its ./finish, and may still come. */
  #isAwaited(dependant: Dependant): boolean {
    const isLiving = isAlive(dependant);
    if (!isLiving && isAbandoned(dependant)) {
      return this.#abandonment.mayReturn(dependant.name, monotonicMs());
    }
    this.#abandonment.reset(dependant.name);
    return isLiving;
  }

  #counts({ path }: Dependant): boolean {
    return this.#voidHolders.size === 0 || !this.#voidHolders.has(idOf(path) ?? "");
  }

  #write(reason: StopReason): void {
    const text = stoppingText(reason);
    if (text === this.#recorded) return;
    try {
      this.#owner.home.replace(NAME, text);
      this.#recorded = text;
      this.#eraseTimer?.cancel();
      this.#owner.republish();
    } catch (error) {
      if (!(isPosixError(error) || error instanceof ShortWriteError)) throw error;
      const cause = isPosixError(error) ? error : undefined;
      this.#owner.warnOnce(`unable to write ${NAME}`, cause); // each look tries again
    }
  }

  /** As long as the file is there, nothing that needs the service starts: so it tries again. */
  #erase(): void {
    this.#eraseTimer?.cancel();
    if (this.#recorded === undefined) return;
    const { home } = this.#owner;
    onPosixError(
      () => {
        ignoring(["ENOENT"], () => posix.unlink(home.fd, NAME, 0));
        this.#recorded = undefined;
      },
      () => {
        this.#eraseAfter(ERASE_RETRY_MS);
      },
    );
    this.#owner.republish();
  }

  #eraseAfter(delayMs: number): void {
    this.#eraseTimer = this.#owner.context.reactor.after(delayMs, () => {
      this.#erase();
      this.#owner.drain();
    });
  }

  #endWait(): void {
    this.#circles.end();
    this.#timeout?.cancel();
    this.#timeout = undefined;
    this.#linkTimer?.cancel();
    this.#voidHolders = new Set();
    this.#abandonment.resetAll();
  }
}
