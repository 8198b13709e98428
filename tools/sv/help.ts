/**
 * The usage line, and the page of --help. A program of its own, sv/help, which main.ts loads when
 * it needs it.
 */
import * as posix from "posix";
import { leadingNumber } from "../../base/options.ts";
import { print, STDERR } from "../../base/report.ts";
import { optionList, usageOf } from "../../base/usage.ts";
import { BUILT_IN, firstPlace, PLACES, servicesHome } from "./home.ts";
import { DESCRIBED, INIT_SCRIPT } from "./option-help.ts";
import { printPage } from "./words/word-output.ts";

const EXIT_USAGE = 100;
/** Source: Linux Standard Base, Init Script Actions. */
const EXIT_INIT_USAGE = 2;

const SYNOPSIS = `${usageOf(DESCRIBED)} command service ...`;
const INIT_SYNOPSIS = `${usageOf(INIT_SCRIPT)} command`;
const HINT = "sv --help explains the commands, also those that runit's sv lacks\n";
const COMMANDS = `\
Commands that wait for their effect, and print the outcome:
  start            start the service, and again whenever it ends
  stop             send TERM, and do not start it again
  restart          send TERM, and start it again
  try-restart      the same, but only if it is wanted up
  reload           send HUP
  shutdown         stop it and its log service, and end its supervisor
  check            send nothing: is it in the state that is wanted, and ready?
  force-stop, force-restart, force-shutdown
                   the same, and KILL when the time is over
  force-reload     try-restart, and KILL when the time is over

Commands that do not wait without -v or -w:
  up, down, exit   as start, stop and shutdown
  once             start the service, but not again when it ends
  pause, cont      send STOP, CONT
  hup, alarm, interrupt, quit, 1, 2, term, kill
                   send HUP, ALRM, INT, QUIT, USR1, USR2, TERM, KILL

Commands that show something:
  status           the state of the service and of its log service

Commands that runit's sv lacks; sv command --help explains each. Those that
show something take all services without a name, and patterns such as 'web*':
  list             a row for each service
  why              why a service is in its state, and what to do
  logs             the last lines of logs; -f follows them
  watch            each change of state
  graph            which services depend on which
  metrics          the state for Prometheus
  verify           mistakes in service directories
  wait             wait until services are up, ready, down, finished, failed
                   or restarted
  grant            let a group read the status of services, and control them
  link, remove     put a service in place, or take it away
`;

/**
 * Prints runit's usage, and for a person at a terminal how to get the page of help.
 *
 * @returns the exit code
 */
export function usage(calledAs: string, isInitScript: boolean, before: string): number {
  const synopsis = isInitScript ? INIT_SYNOPSIS : SYNOPSIS;
  const hint = !isInitScript && posix.isTerminal(STDERR) ? HINT : "";
  print(STDERR, `${before}usage: ${calledAs} ${synopsis}\n${hint}\n`);
  return isInitScript ? EXIT_INIT_USAGE : EXIT_USAGE;
}

/** @returns the exit code */
export function help(): number {
  const page = `\
usage: sv ${SYNOPSIS}
       /etc/init.d/service ${INIT_SYNOPSIS}     (a link to sv)

${COMMANDS}
${optionList(DESCRIBED)}
Services are looked up in ${servicesHome()}:
${whyThere()}.
A service that starts with / or ., or ends with /, is a directory itself.
See also the manual page, sv(8).
`;
  return printPage(page);
}

/** @returns the exit code */
export function version(): number {
  return printPage(`runits ${posix.VERSION}\n`);
}

function whyThere(): string {
  if (posix.getenv("SVDIR") !== undefined) return "SVDIR is set to it";
  if (BUILT_IN !== "") return "it was set when sv was built, and SVDIR is not set";
  const [first, second, third, ...others] = PLACES;
  const places = `${[first, second, third].join(", ")},\n${others.join(", ")}`;
  const which = firstPlace() === undefined ? "none exists" : "it is the first that exists";
  return `SVDIR is not set, and ${which} of\n${places}`;
}

/**
 * Warns about a time that is not a number; of a time to wait the original silently takes the digits
 * at its beginning.
 */
export function warnOfSeconds(calledAs: string, seconds: string): void {
  if ([...seconds].every((digit) => digit >= "0" && digit <= "9")) return;
  const taken = `not a number of seconds: ${seconds} (taken as ${leadingNumber(seconds)})`;
  print(STDERR, `${calledAs}: warning: ${taken}\n`);
}
