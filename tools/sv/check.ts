/**
 * Readiness: runs a service's ./check as a child, while sv goes on with everything else. This is a
 * program of its own, sv/check, which pending-service.ts loads for a service that has the script.
 *
 * Source: runit 2.1.2, sv(8). Unlike there, the script has /dev/null for standard output, so that
 * its output does not mix with sv's, and inherits nothing of sv's own; a script that cannot be
 * executed or is killed counts as a no.
 */
import * as posix from "posix";
import { ignoring, ignoringErrors, isPosixError } from "../../base/errors.ts";
import { STDOUT } from "../../base/report.ts";
import { onExit, type Spawned, spawn } from "../../base/spawn.ts";
import type { StatusRecord } from "../../protocol/status.ts";
import { isSame, isSameStart } from "./conditions.ts";
import type { EventSource } from "./event-source.ts";
import { warnOf } from "./failure.ts";
import { load } from "./parts.ts";
import type { NamedService } from "./service.ts";

/** The script's name in the service directory. */
const CHECK = "check";
/** Any code but 0 is a no. */
const EXIT_CANNOT_RUN = 111;
/**
 * After a no, ./check runs again soon, then less and less often: at last as often as the original
 * runs it.
 */
const DELAY_MS = { first: 10, last: 420 } as const;

export interface CheckContext {
  readonly events: EventSource;
  /** Undoes, in a child, what sv changed of its process at its start, beside the signals. */
  readonly restoreInherited: () => void;
}

/** The checks of one service. */
export class Check {
  readonly #service: NamedService;
  readonly #context: CheckContext;
  readonly #onChange: () => void;
  /** The script that runs now. */
  #pid: number | undefined;
  /** The status at which ./check ran last. */
  #ranAt: StatusRecord | undefined;
  #delayMs: number = DELAY_MS.first;
  /** A no is forgotten after the delay. */
  #answer: { readonly isReady: boolean; readonly at: StatusRecord } | undefined;

  /** @param onChange called when it is worth asking {@link isReady} again */
  constructor(service: NamedService, context: CheckContext, onChange: () => void) {
    this.#service = service;
    this.#context = context;
    this.#onChange = onChange;
  }

  /**
   * Whether ./check has exited 0 for this start of the service, or there is none; if it has not run
   * yet, runs it.
   */
  isReady(now: StatusRecord): boolean {
    if (this.#pid !== undefined) return false;
    const answer = this.#answer;
    if (answer?.isReady === true && isSameStart(answer.at, now)) return true;
    if (answer?.isReady === false && isSame(answer.at, now)) return false;
    if (this.#ranAt === undefined || !isSameStart(this.#ranAt, now)) {
      this.#delayMs = DELAY_MS.first;
    }
    const warns = this.#ranAt === undefined;
    this.#ranAt = now;
    let action = "stat";
    try {
      if (!this.#service.has(CHECK)) return true;
      action = "fork for";
      this.#run(now, warns);
    } catch (error) {
      if (!isPosixError(error)) throw error;
      if (warns) warnOf(action, this.#service, CHECK, error);
      this.#onNo(now);
    }
    return false;
  }

  /**
   * Kills a script whose answer is no longer needed. It has not been reaped, so the id is still its
   * own.
   */
  end(): void {
    const pid = this.#pid;
    this.#pid = undefined;
    if (pid !== undefined) ignoring(["ESRCH"], () => posix.kill(pid, posix.SIGKILL));
  }

  #run(now: StatusRecord, warns: boolean): void {
    const check = start(this.#service, this.#context, warns);
    this.#pid = check.pid;
    onExit(this.#context.events, check, ({ code }) => {
      this.#pid = undefined;
      if (code === 0) this.#answer = { isReady: true, at: now };
      else this.#onNo(now);
      this.#onChange();
    });
  }

  #onNo(now: StatusRecord): void {
    const answer = { isReady: false, at: now };
    this.#answer = answer;
    const delayMs = this.#delayMs;
    this.#delayMs = Math.min(delayMs * 2, DELAY_MS.last);
    this.#context.events.after(delayMs, () => {
      if (this.#answer === answer) this.#answer = undefined;
      this.#onChange();
    });
  }
}

/**
 * @param warns whether to warn if the script cannot be executed
 * @throws {PosixError} the fork failed
 */
function start(
  service: NamedService,
  { events, restoreInherited }: CheckContext,
  warns: boolean,
): Spawned {
  const onExecFailed = (error: posix.PosixError): number => {
    if (warns) {
      const { execFailure } = load("sv/exec-failure");
      warnOf("run", service, CHECK, execFailure(error.path ?? CHECK, error));
    }
    return EXIT_CANNOT_RUN;
  };
  return spawn({
    name: "sv",
    signals: events.signals,
    prepare: () => {
      try {
        restoreInherited();
        const devNull = ignoringErrors(() =>
          posix.open(posix.AT_FDCWD, "/dev/null", posix.O_WRONLY, 0),
        );
        if (devNull !== undefined) posix.dup2(devNull, STDOUT);
        posix.chdir(service.path);
      } catch (error) {
        if (!isPosixError(error)) throw error;
        return onExecFailed(error);
      }
      return { path: CHECK, argv: [`./${CHECK}`] };
    },
    onExecFailed,
  });
}
