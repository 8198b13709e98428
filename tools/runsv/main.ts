/**
 * runsv DIR: starts and monitors the service in DIR, and its log service in DIR/log.
 *
 * Ties a supervisor to a process: signals in, exit code out. machine.ts and supervisor.ts decide,
 * effects.ts acts.
 *
 * Exit codes: 0 told to exit; 1 wrong usage; 111 could not start, or another runsv has DIR.
 * Source: runit 2.1.2, runsv(8).
 */
import * as posix from "posix";
import { keepStandardDescriptors } from "../../base/descriptors.ts";
import { Directory } from "../../base/directory.ts";
import { Reactor } from "../../base/reactor.ts";
import { print, Report, STDERR } from "../../base/report.ts";
import { Signals } from "../../base/signals.ts";
import { tell } from "../../base/tell.ts";
import { Runner } from "./effects.ts";

const EXIT_USAGE = 1;
const EXIT_FATAL = 111;

export function main(argv: readonly string[]): number {
  const [name = "runsv", dir, ...rest] = argv;
  if (dir === undefined || rest.length > 0) {
    print(STDERR, `usage: ${name} dir\n\n`);
    return EXIT_USAGE;
  }
  keepStandardDescriptors();
  return supervise(dir, () => Directory.open(dir));
}

/**
 * Makes this process the supervisor of one service directory, until it is told to exit.
 *
 * @param dir as messages name it
 * @param exits from the scanner: how processes end that an earlier supervisor has started
 * @returns the exit code
 */
export function supervise(dir: string, open: () => Directory, exits?: number): number {
  const report = new Report(`runsv ${dir}`, EXIT_FATAL, tell);
  const home = report.must("change to directory", open);
  const signals = report.must(
    "create selfpipe", // the original's words: it has none, but the same is not to be had
    () => new Signals([posix.SIGTERM], [posix.SIGHUP, posix.SIGINT]),
  );
  const reactor = new Reactor(signals);
  const runner = new Runner(home, reactor, report, () => reactor.stop(0), { exits });
  for (const signal of [posix.SIGTERM, posix.SIGHUP, posix.SIGINT]) {
    reactor.onSignal(signal, () => runner.control("x"));
  }
  runner.begin();
  return reactor.run();
}
