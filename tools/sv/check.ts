/**
 * Runs a service's ./check as a child, beside everything else that sv waits for.
 *
 * Source: runit 2.1.2, sv(8). Unlike there, the script has a standard output, /dev/null, so that what it
 * says does not get among sv's output, and nothing of sv's own; and one that cannot be executed or is
 * killed has not said that the service is available.
 */
import * as posix from "posix";
import { isPosixError, unless } from "../../base/errors.ts";
import { STDOUT } from "../../base/report.ts";
import type { Signals } from "../../base/signals.ts";
import { type Spawned, spawn } from "../../base/spawn.ts";
import { warnOf } from "./failure.ts";
import { load } from "./parts.ts";
import type { Service } from "./service.ts";

/** The script's name in the service directory. */
export const CHECK = "check";
/** Any code but 0 is a no. */
const EXIT_CANNOT_RUN = 111;

/**
 * Starts it.
 *
 * @param restoreInherited puts back what sv changed of its process at its start, beside the signals
 * @param warns whether to say so when the script cannot be executed
 * @throws {PosixError} the fork failed
 */
export function startCheck(
  service: Service,
  signals: Signals,
  restoreInherited: () => void,
  warns: boolean,
): Spawned {
  const failed = (error: posix.PosixError): number => {
    if (warns) {
      const { execFailure } = load("sv/exec-failure");
      warnOf("run", service, CHECK, execFailure(error.path ?? CHECK, error));
    }
    return EXIT_CANNOT_RUN;
  };
  return spawn(
    "sv",
    signals,
    () => {
      try {
        restoreInherited();
        const nowhere = unless([], () =>
          posix.open(posix.AT_FDCWD, "/dev/null", posix.O_WRONLY, 0),
        );
        if (nowhere !== undefined) posix.dup2(nowhere, STDOUT);
        posix.chdir(service.path);
      } catch (error) {
        if (!isPosixError(error)) throw error;
        return failed(error);
      }
      return { path: CHECK, argv: [`./${CHECK}`] };
    },
    failed,
  );
}
