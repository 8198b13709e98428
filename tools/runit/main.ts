/**
 * runit: process 1. Runs stage 1, stage 2 and stage 3, reaps every orphan, and then powers off or
 * reboots.
 *
 * Signals: CONT, if a file asks for it, and PWR shut the system down; INT executes
 * /etc/runit/ctrlaltdel. On a machine process 1 never exits; host/src/last_resort.rs goes on if the
 * engine fails.
 *
 * Exit codes: 0 after stage 3 in a container that may not call reboot(2); if it is not process 1,
 * 0 for --help and --version, otherwise 111.
 * Source: runit 2.1.2, runit(8).
 */
import * as posix from "posix";
import { sanitizeStdio } from "../../base/descriptors.ts";
import { ignoringErrors, isPosixError } from "../../base/errors.ts";
import { Reactor } from "../../base/reactor.ts";
import { print, STDERR, STDOUT } from "../../base/report.ts";
import { chosenFiles } from "../../base/shutdown-files.ts";
import { Signals } from "../../base/signals.ts";
import { answerTakeOver } from "../../base/take-over-question.ts";
import { describe } from "../../base/trace.ts";
import { printVersion } from "../../base/version.ts";
import { HANDOVER } from "../../protocol/handover.ts";
import { Console } from "./console.ts";
import { Init } from "./init.ts";
import { readRunning } from "./running.ts";

const EXIT_FATAL = 111;
const EXIT_UNWRITTEN = 1;
/** Between two attempts to get the descriptor for signals. */
const RETRY_MS = 5_000;
/** Process 1 handles some of these, and ignores the others. */
const TAKEN = ["CONT", "INT", "PWR", "TERM", "USR1", "USR2", "HUP", "ALRM", "QUIT"];

export function main(argv: readonly string[]): number {
  if (posix.getpid() !== 1) return outside(argv.slice(1));
  ignoringErrors(() => posix.setsid()); // EPERM after an upgrade: it leads its session already
  sanitizeStdio();
  const reactor = new Reactor(takeSignals());
  const console = new Console(reactor);
  console.giveToChildren();
  // EINVAL in a pid namespace, EPERM in a container.
  ignoringErrors(() => posix.reboot("ctrl-alt-del"));
  const init = new Init(reactor, console);
  const running = readRunning(posix.getenv(HANDOVER) ?? "");
  if (running === undefined) {
    console.say(`runits ${posix.VERSION}: booting.`);
    init.begin();
  } else {
    console.say(`runits ${posix.VERSION}: goes on in stage 2.`);
    init.resume(running);
  }
  for (;;) {
    try {
      reactor.run();
    } catch (error) {
      // Out of memory in the reactor itself.
      console.say(`warning: ${describe(error)}`);
    }
  }
}

/** Not as process 1. @returns the exit code */
function outside(words: readonly string[]): number {
  const [word] = words;
  if (word === "--help")
    return print(STDOUT, helpPart().help(chosenFiles().stopit)) ? 0 : EXIT_UNWRITTEN;
  if (words.length === 1 && word === "--version") return printVersion();
  const answer = answerTakeOver("runit", words);
  if (answer !== undefined) return answer;
  print(STDERR, "- runit: fatal: must be run as process no 1.\n");
  return EXIT_FATAL;
}

function helpPart(): typeof import("./help.ts") {
  return posix.load("runit/help") as typeof import("./help.ts");
}

/** Without them process 1 could reap nothing and obey nobody, so it tries until it has them. */
function takeSignals(): Signals {
  const taken = TAKEN.map((name) => posix.signalNumber(name)).filter((one) => one !== undefined);
  for (;;) {
    try {
      return new Signals(taken, [], []); // children start with no signal blocked
    } catch (error) {
      if (!isPosixError(error)) throw error;
      posix.poll(new ArrayBuffer(0), 0, RETRY_MS);
    }
  }
}
