/**
 * chpst [options] PROG...: changes the process state, and becomes PROG. By the names envdir, envuidgid, pgrphack,
 * setlock, setuidgid and softlimit, it is what daemontools has under these names.
 *
 * command.ts reads the command line, plan.ts decides on the order, plan-runner.ts acts; extensions.ts has what is seldom asked for.
 *
 * Exit codes: 100 wrong usage; 111 a step failed, and PROG was not run; else PROG's. setlock -x: 0 without the lock.
 * Source: runit 2.1.2, chpst(8); the differences are in docs/differences.md.
 */
import * as posix from "posix";
import { print, STDERR } from "../../base/report.ts";
import { readCommandLine } from "./command.ts";
import { plan } from "./plan.ts";
import { PlanRunner } from "./plan-runner.ts";

const EXIT_USAGE = 100;

export function main(argv: readonly string[]): number {
  let loaded: typeof import("./extensions.ts") | undefined;
  const more = () => {
    loaded ??= posix.load("chpst/extensions") as typeof import("./extensions.ts");
    return loaded;
  };
  const reading = readCommandLine(argv, `runits ${posix.VERSION}`, more);
  if (!reading.ok) {
    print(STDERR, reading.text);
    return EXIT_USAGE;
  }
  const { request } = reading;
  const name = request.asDaemontools ? "setlock" : "chpst";
  new PlanRunner(name, request.verbose, more).run(plan(request));
  return 0; // never: the last step of every plan ends the process or fails
}
