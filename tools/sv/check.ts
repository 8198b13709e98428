/**
 * Runs a service's ./check as a child, while sv goes on with everything else. This is a program of
 * its own, sv/check, which wait.ts loads for a service that has the script.
 *
 * Source: runit 2.1.2, sv(8). Unlike there, the script has /dev/null for standard output, so that
 * its output does not mix with sv's, and inherits nothing of sv's own; a script that cannot be
 * executed or is killed counts as a no.
 */
import * as posix from "posix";
import { ignoring, ignoringErrors, isPosixError } from "../../base/errors.ts";
import { STDOUT } from "../../base/report.ts";
import { onExit, type Spawned, spawn } from "../../base/spawn.ts";
import { CHECK, CheckAnswers, type CheckRunner } from "./check-answers.ts";
import type { EventSource } from "./event-source.ts";
import { warnOf } from "./failure.ts";
import { load } from "./parts.ts";
import { childrenOf } from "./process-children.ts";
import type { NamedService } from "./service.ts";

/** Any code but 0 is a no. */
const EXIT_CANNOT_RUN = 111;

interface CheckContext {
  readonly events: EventSource;
  /** Undoes, in a child, what sv changed of its process at its start, beside the signals. */
  readonly restoreInherited: () => void;
}

/** @param onChange called when it is worth asking for the answer again */
export function checkOf(
  service: NamedService,
  context: CheckContext,
  onChange: () => void,
): CheckAnswers {
  const { events } = context;
  const runner: CheckRunner = {
    start: (isFirst, onAnswer) => {
      const check = start(service, context, isFirst);
      onExit(events, check, ({ code }) => onAnswer(code === 0));
      // The script has not been reaped, so the id is still its own.
      return () => killAll(check.pid);
    },
    warn: (action, error) => warnOf(action, service, CHECK, error),
  };
  return new CheckAnswers({ service, runner, events, onChange });
}

/**
 * Kills the script and what it has started and waits for, which would keep the caller's standard
 * error open. Each process is stopped before its children are read, so it starts no other one. The
 * script has no process group of its own, so that the terminal's keys reach it as they reach sv.
 */
function killAll(script: number): void {
  const pids = [script];
  for (const pid of pids) {
    signal(pid, posix.SIGSTOP);
    pids.push(...childrenOf(pid));
  }
  for (const pid of pids) signal(pid, posix.SIGKILL);
}

/** Does nothing to a process that has ended, or that is another user's. */
function signal(pid: number, number: number): void {
  ignoring(["ESRCH", "EPERM"], () => posix.kill(pid, number));
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
