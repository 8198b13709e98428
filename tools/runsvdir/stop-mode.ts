/**
 * What the main program needs of an ordered stop: the signals that ask for it, and the end of an
 * essential service. The rest is in the
 * part runsvdir/stop, which is loaded when the first of them comes.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import type { Reactor } from "../../base/reactor.ts";
import type { Report } from "../../base/report.ts";
import type { CommandOptions } from "./command.ts";
import type { Scanner } from "./scanner.ts";
import type { OrderedStop } from "./stop.ts";
import type { SupervisorHost } from "./supervisor-host.ts";

/** systemd asks a container to stop by the third real-time signal after the first. */
const RTMIN_OFFSET = 3;

/**
 * The signals that stop the tree: TERM and INT by any engine or person, QUIT by images of nginx and
 * PHP, PWR by LXC, RTMIN+3 by systemd-nspawn, HUP by a terminal.
 */
export function stopSignals(): number[] {
  const signals = [posix.SIGTERM, posix.SIGINT, posix.SIGHUP, posix.SIGQUIT];
  const power = posix.signalNumber("PWR");
  const realTime = posix.signalNumber("RTMIN");
  if (power !== undefined) signals.push(power);
  if (realTime !== undefined) signals.push(realTime + RTMIN_OFFSET);
  return signals;
}

/** The other signals that the command of `-- CMD` gets. */
export function commandSignals(): number[] {
  const resized = posix.signalNumber("WINCH");
  return [posix.SIGUSR1, posix.SIGUSR2, ...(resized === undefined ? [] : [resized])];
}

interface StopModeOptions {
  readonly limitMs: number | undefined;
  /** The command of `-- CMD`. */
  readonly command: Pick<CommandOptions, "words" | "readyMs" | "prepareChild"> | undefined;
  readonly scanner: Scanner;
  readonly host: SupervisorHost;
  readonly reactor: Reactor;
  readonly report: Report;
}

export interface StopMode {
  /** An essential service of this process has ended; the code is that of the tree. */
  readonly onEssentialEnd: (code: number) => void;
}

/** Has the stop signals stop the tree in order, and end the process when it is down. */
export function stopOnSignals({ limitMs, command: words, ...parts }: StopModeOptions): StopMode {
  const { scanner, reactor, report } = parts;
  let stop: OrderedStop | undefined;
  const onEnd = (code: number | undefined) => {
    if (stop === undefined) begin(false, code);
    else stop.endCommand(code);
  };
  const command =
    words && new (commandPart().Command)({ ...words, scanner, reactor, report, onEnd });
  const begin = (isInterrupt: boolean, result: number | undefined) => {
    const request = { limitMs, isProcess1, isInterrupt, result };
    stop = new (stopPart().OrderedStop)({ request, command, ...parts });
  };
  const onEssentialEnd = (code: number) => {
    if (stop === undefined) begin(false, code);
  };
  const isProcess1 = posix.getpid() === 1;
  ignoringErrors(() => posix.becomeSubreaper()); // a stop that kills has to find all descendants
  const passed = [posix.SIGINT, posix.SIGHUP, posix.SIGQUIT];
  if (command !== undefined) {
    for (const signal of commandSignals()) reactor.onSignal(signal, () => command.pass(signal));
  }
  for (const signal of stopSignals()) {
    const isInterrupt = signal === posix.SIGINT;
    const isPassed = passed.includes(signal);
    reactor.onSignal(signal, () => {
      const isTaken = isPassed && command?.pass(signal) === true;
      if (isTaken && stop === undefined) return;
      if (stop === undefined) begin(isInterrupt, undefined);
      else stop.signal(isInterrupt);
    });
  }
  reactor.onSignal(posix.SIGURG, () => {
    const { home, names } = scanner;
    if (stop !== undefined || home === undefined) return;
    const end = stopPart().essentialEnd(home, names);
    if (end !== undefined) begin(false, end.code);
  });
  return { onEssentialEnd };
}

/** Has the end of an essential service reported, in a tree that it does not stop. */
export function warnOnEssentialEnd({
  scanner,
  reactor,
  report,
}: Pick<StopModeOptions, "scanner" | "reactor" | "report">): StopMode {
  const onEssentialEnd = () => {
    const { home, names } = scanner;
    const end = home && stopPart().essentialEnd(home, names);
    if (end === undefined) return;
    const text = "only with --stop, or as process 1, would that stop the tree";
    report.warn(`essential service ${end.name} has ended: ${text}`);
  };
  reactor.onSignal(posix.SIGURG, onEssentialEnd);
  return { onEssentialEnd };
}

function commandPart(): typeof import("./command.ts") {
  return posix.load("runsvdir/command") as typeof import("./command.ts");
}

function stopPart(): typeof import("./stop.ts") {
  return posix.load("runsvdir/stop") as typeof import("./stop.ts");
}
