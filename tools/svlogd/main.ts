/**
 * svlogd [-ttv] [-r C] [-R XYZ] [-l LEN] [-b BUFLEN] [-j KEY] DIR...: logs standard input to
 * directories, and rotates the files there.
 *
 * Signals: TERM ends it, HUP opens the directories again and reads their settings, ALRM rotates.
 * Exit codes: 0, also for --help; 111 after wrong usage, without a usable directory, or if bytes
 * were lost at the end.
 * Source: runit 2.1.2, svlogd(8).
 */
import * as posix from "posix";
import { sanitizeStdio } from "../../base/descriptors.ts";
import { baseName } from "../../base/options.ts";
import { Reactor } from "../../base/reactor.ts";
import { print, STDERR, STDIN, STDOUT } from "../../base/report.ts";
import { Signals } from "../../base/signals.ts";
import { Logger } from "./logger.ts";
import { EXIT_FATAL, Messages } from "./messages.ts";
import { commandLine } from "./options.ts";

export function main(argv: readonly string[]): number {
  const [name = "svlogd", ...words] = argv;
  if (words[0] === "--help") return print(STDOUT, helpPart().help()) ? 0 : EXIT_FATAL;
  const line = commandLine(words);
  if (!line.ok) {
    if (line.version) print(STDERR, `runits ${posix.VERSION}\n`);
    if (line.problem !== undefined) print(STDERR, `${baseName(name)}: ${line.problem}\n`);
    print(STDERR, helpPart().usage(name));
    return EXIT_FATAL;
  }
  const messages = new Messages(line.options.verbose);
  const hasInput = posix.isOpen(STDIN);
  sanitizeStdio();
  if (!hasInput) messages.warn("unable to read standard input", { code: "EBADF" });
  const signals = [posix.SIGTERM, posix.SIGHUP, posix.SIGALRM];
  const reactor = new Reactor(messages.must("take signals", () => new Signals(signals, [])));
  const logger = new Logger(line.options, reactor, messages);
  reactor.onSignal(posix.SIGTERM, () => {
    messages.info("sigterm received.");
    logger.end();
  });
  reactor.onSignal(posix.SIGHUP, () => {
    messages.info("sighangup received.");
    logger.reopen();
  });
  reactor.onSignal(posix.SIGALRM, () => {
    messages.info("sigalarm received.");
    logger.rotate();
  });
  return logger.begin() ? reactor.run() : EXIT_FATAL;
}

function helpPart(): typeof import("./help.ts") {
  return posix.load("svlogd/help") as typeof import("./help.ts");
}
