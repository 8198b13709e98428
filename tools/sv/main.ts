/**
 * sv [-v] [-w SEC] COMMAND SERVICE...: controls services, and prints their state. NAME [-w SEC]
 * COMMAND: the same as an init script, if a link with the name of the service leads to sv.
 *
 * Exit codes: sv: the number of services that failed, up to 99; 100 wrong usage. Init script: 0, or
 * 1 for a failure; 2 wrong usage; `status`: 0 running, 3 not running, 4 unknown.
 *
 * Source: runit 2.1.2, sv(8); if runit 2.3.0 differs, that one.
 */
import * as posix from "posix";
import { sanitizeStdio } from "../../base/descriptors.ts";
import { baseName } from "../../base/options.ts";
import { STDERR } from "../../base/report.ts";
import { servicesNamed } from "./home.ts";
import type { SvOptions } from "./options.ts";
import { Output } from "./output.ts";
import { load } from "./parts.ts";
import type { NamedService } from "./service.ts";
import type { ServiceReport } from "./service-report.ts";
import { printStatus } from "./status.ts";

const NAME = "sv";
/** Exit codes of init scripts. Source: Linux Standard Base, Init Script Actions. */
const INIT = { running: 0, notRunning: 3, unknown: 4 } as const;

export function main(argv: readonly string[]): number {
  const calledAs = baseName(argv[0] ?? NAME);
  const isInitScript = calledAs !== NAME;
  const options: SvOptions = { verbose: false, wait: posix.getenv("SVWAIT") };
  let words: readonly string[] = argv.slice(1);
  if (words[0]?.startsWith("-")) {
    const line = load("sv/command-line").applyLine(words, options, calledAs, isInitScript);
    if (typeof line === "number") return line;
    words = line;
  }
  const { verbose, wait, stay } = options;
  const [word = "", ...operands] = words;
  const names = isInitScript ? [calledAs] : operands;
  // `status` does without this part: to load it would take as long as `status` itself.
  const order =
    word === "status" ? word : load("sv/order").orderOf(word, { isInitScript, verbose });
  if (order === undefined && !isInitScript) {
    return load("sv/words/dispatch").runWord(word, operands, wait);
  }
  if (order === undefined || names.length === 0) {
    return load("sv/help").usage(calledAs, isInitScript, "");
  }

  for (const seconds of [wait, stay]) {
    // Seldom: the help part looks closer at anything but a plain number.
    if (seconds !== undefined && String(Math.abs(Number.parseInt(seconds, 10))) !== seconds) {
      load("sv/help").warnOfSeconds(calledAs, seconds);
    }
  }
  if (word !== "status" && word.length > 1 && !isInitScript && posix.isTerminal(STDERR)) {
    load("sv/suggestion").explainWord(word);
  }
  const services = servicesNamed(names);
  if (typeof order === "string") return printAll(services, isInitScript);
  const output = new Output();
  const isPipeIgnored = posix.disposition(posix.SIGPIPE) === "ignore";
  prepareProcess();
  load("sv/order").giveOrder(services, order, output, { wait, stay, isPipeIgnored });
  return isInitScript ? Math.min(1, output.exitCode) : output.exitCode;
}

/** Protects the process from closed standard descriptors and from SIGPIPE. */
function prepareProcess(): void {
  sanitizeStdio();
  // If the reader of a FIFO or of standard output has gone, a write fails.
  posix.setDisposition(posix.SIGPIPE, "ignore");
}

/** @returns the exit code: for an init script that of the last service */
function printAll(services: readonly NamedService[], isInitScript: boolean): number {
  prepareProcess();
  const output = new Output();
  let code: number = INIT.unknown;
  for (const service of services) code = initCode(printStatus(service, output));
  return isInitScript ? code : output.exitCode;
}

function initCode({ state }: ServiceReport): number {
  if (state.is === "failure") {
    return state.kind === "gone" || state.kind === "absent" ? INIT.notRunning : INIT.unknown;
  }
  if (state.hasDown === undefined) return INIT.unknown;
  return state.record.pid === 0 ? INIT.notRunning : INIT.running;
}
