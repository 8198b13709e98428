/**
 * chpst [options] PROG...: changes the process state, and executes PROG. Under the names envdir,
 * envuidgid, pgrphack, setlock, setuidgid and softlimit, it is the tool of daemontools with that
 * name.
 *
 * command.ts reads the command line, plan.ts decides on the order, plan-runner.ts acts.
 * extensions.ts and help.ts are loaded only for the command lines that need them.
 *
 * Exit codes: 0 for --help; 100 wrong usage; 111 a step failed, and PROG was not run; else PROG's.
 * setlock -x: 0 without the lock. Source: runit 2.1.2, chpst(8); the differences are in
 * docs/differences.md.
 */
import * as posix from "posix";
import { print, STDERR } from "../../base/report.ts";
import { readCommandLine } from "./command.ts";
import { plan } from "./plan.ts";
import { PlanRunner } from "./plan-runner.ts";

const EXIT_UNWRITTEN = 1;

export function main(argv: readonly string[]): number {
  let loaded: typeof import("./extensions.ts") | undefined;
  const extensions = () => {
    loaded ??= posix.load("chpst/extensions") as typeof import("./extensions.ts");
    return loaded;
  };
  const parsed = readCommandLine(argv, `runits ${posix.VERSION}`, extensions);
  if (parsed.is !== "request") {
    const { fd, text, exitCode } = (
      posix.load("chpst/help") as typeof import("./help.ts")
    ).answerTo(parsed);
    return print(fd, text) || fd === STDERR ? exitCode : EXIT_UNWRITTEN;
  }
  const { request } = parsed;
  const name = request.asDaemontools ? "setlock" : "chpst";
  new PlanRunner(name, request.verbose, extensions).run(plan(request));
  return 0; // never: the last step of every plan ends the process or fails
}
