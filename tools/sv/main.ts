/**
 * sv [-v] [-w SEC] COMMAND SERVICE...: tells services what to do, and tells what they do.
 * NAME [-w SEC] COMMAND: the same as an init script, by a link with the name of the service.
 *
 * Exit codes: sv: how many services failed, up to 99; 100 wrong usage. Init script: 0, or 1 for a failure;
 * 2 wrong usage; `status` and `report`: 0 running, 3 not running, 4 unknown.
 *
 * Source: runit 2.1.2, sv(8); where runit 2.3.0 has another answer, that one.
 */
import * as posix from "posix";
import { keepStandardDescriptors } from "../../base/descriptors.ts";
import { baseName, parseOptions } from "../../base/options.ts";
import type { StatusRecord } from "../../protocol/status.ts";
import { Answers, failureText, statusOf } from "./answers.ts";
import type { Question } from "./commands.ts";
import { servicesHome } from "./home.ts";
import { type Failure, Service } from "./service.ts";

const NAME = "sv";
/** Exit codes of init scripts. Source: Linux Standard Base, Init Script Actions. */
const INIT = { running: 0, notRunning: 3, unknown: 4 } as const;

export function main(argv: readonly string[]): number {
  const calledAs = baseName(argv[0] ?? NAME);
  const isInitScript = calledAs !== NAME;
  if (argv[1] === "--help" && !isInitScript) return aboutUse().help();
  const line = parseOptions(argv.slice(1), "vVw:");
  if (!line.ok) return aboutUse().usage(calledAs, isInitScript, `${calledAs}: ${line.problem}\n`);

  let wait = posix.getenv("SVWAIT");
  let verbose = false;
  for (const { letter, argument } of line.options) {
    if (letter === "V")
      return aboutUse().usage(calledAs, isInitScript, `runits ${posix.VERSION}\n`);
    if (letter === "w") wait = argument;
    verbose = true;
  }
  const [word, ...operands] = line.operands;
  const names = isInitScript ? [calledAs] : operands;
  if (names.length === 0) return aboutUse().usage(calledAs, isInitScript, "");

  // Seldom: what is no plain number is looked at more closely there.
  if (wait !== undefined && String(Math.abs(Number.parseInt(wait, 10))) !== wait) {
    aboutUse().warnOfWait(calledAs, wait);
  }
  let home: string | undefined;
  const services = names.map((name) =>
    Service.named(name, () => {
      home ??= servicesHome();
      return home;
    }),
  );
  if (word === "status" || word === "report") return printAll(services, word, isInitScript);
  // All that status does not need: to load it would take as long as status itself.
  const { giveOrder, orderOf } = posix.load("sv/order") as typeof import("./order.ts");
  const order = orderOf(word ?? "", { isInitScript, verbose });
  if (order === undefined) return aboutUse().usage(calledAs, isInitScript, "");
  if (typeof order === "string") return printAll(services, order, isInitScript);
  const answers = new Answers();
  giveOrder(services, order, answers, wait, prepareProcess());
  return isInitScript ? Math.min(1, answers.exitCode) : answers.exitCode;
}

function aboutUse(): typeof import("./help.ts") {
  return posix.load("sv/help") as typeof import("./help.ts");
}

/**
 * Makes the process one that cannot be hurt by what it was started with.
 *
 * @returns puts back in a forked child what a program started by it would notice
 */
function prepareProcess(): () => void {
  keepStandardDescriptors();
  // A reader that left, of a FIFO or of the answers, is a failed write.
  const onPipe = posix.disposition(posix.SIGPIPE);
  posix.setDisposition(posix.SIGPIPE, "ignore");
  return () => {
    if (onPipe !== "ignore") posix.setDisposition(posix.SIGPIPE, "default");
  };
}

/** @returns the exit code: for an init script that of the last service */
function printAll(services: readonly Service[], question: Question, isInitScript: boolean): number {
  prepareProcess();
  const answers = new Answers();
  let code: number = INIT.unknown;
  for (const service of services) code = printStatus(service, question, answers);
  return isInitScript ? code : answers.exitCode;
}

/** Prints the status of a service and of its log service. @returns the init script's code for it */
function printStatus(service: Service, question: Question, answers: Answers): number {
  const seen = service.look();
  if (seen.is === "failure") {
    answers.fail(service, seen, []);
    const isKnown = seen.kind === "gone" || seen.kind === "absent";
    return isKnown ? INIT.notRunning : INIT.unknown;
  }
  posix.close(seen.ok);
  const status = statusOf(service, service.name, seen.record);
  const log = lookAtLog(service);
  answers.say((status ?? "") + logStatus(log, answers));
  if (question === "report") {
    const { sayHistory } = posix.load("sv/history") as typeof import("./history.ts");
    sayHistory(service, "", seen.record, answers);
    if (log?.record !== undefined) sayHistory(log.service, "log ", log.record, answers);
  }
  if (status === undefined) return INIT.unknown;
  return seen.record.pid === 0 ? INIT.notRunning : INIT.running;
}

/** A log service, with its record or with why there is none. */
type LogSighting =
  | { readonly service: Service; readonly record: StatusRecord }
  | { readonly service: Service; readonly record: undefined; readonly failure: Failure };

/** `undefined` where there is no log service. */
function lookAtLog(service: Service): LogSighting | undefined {
  const log = service.log();
  if (log === undefined) return undefined;
  if (!(log instanceof Service)) {
    return { service: new Service(`${service.name}/log`, ""), record: undefined, failure: log };
  }
  const seen = log.look();
  if (seen.is === "failure") return { service: log, record: undefined, failure: seen };
  posix.close(seen.ok);
  return { service: log, record: seen.record };
}

/** What follows in the line about the log service: nothing where there is none. */
function logStatus(log: LogSighting | undefined, answers: Answers): string {
  if (log === undefined) return "";
  if (log.record !== undefined) return `; ${statusOf(log.service, "log", log.record) ?? ""}`;
  answers.count();
  return `; ${failureText(log.service, log.failure.severity, log.failure)}`;
}
