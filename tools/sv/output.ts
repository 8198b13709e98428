/**
 * The output of sv, and the count of failures. All outcomes go to standard output, failures too,
 * because clients read them there; each failure adds one to the exit code.
 *
 * Source: runit 2.1.2, sv(8), EXIT CODES.
 */
import * as posix from "posix";
import { STDERR, STDOUT, print as write } from "../../base/report.ts";
import type { DoneRule } from "./commands.ts";
import { load } from "./parts.ts";
import { failureText } from "./render.ts";
import type { NamedService } from "./service.ts";
import type { ServiceFailure } from "./service-report.ts";

/** The exit codes above it have meanings of their own. */
const FAILURES_MAX = 99;

export class Output {
  #failures = 0;
  #unwritten = false;
  #hasRefused = false;

  /** The number of failures, up to 99; output that could not be written counts as one. */
  get exitCode(): number {
    return Math.min(FAILURES_MAX, this.#failures + (this.#unwritten ? 1 : 0));
  }

  /** Counts a failure that the caller prints. */
  countFailure(): void {
    this.#failures += 1;
  }

  print(line: string): void {
    if (!write(STDOUT, `${line}\n`)) this.#unwritten = true;
  }

  /**
   * Asks a person at a terminal whether another service was meant, if this one does not exist;
   * once, says how to get a right that is missing.
   */
  suggest(service: NamedService, { kind, code }: ServiceFailure): void {
    const isRefused = code === "EACCES" || code === "EPERM";
    if ((kind !== "absent" && !isRefused) || !posix.isTerminal(STDERR)) return;
    if (kind === "absent") load("sv/suggestion").suggestService(service);
    else if (!this.#hasRefused) load("sv/suggestion").suggestGrant(service);
    this.#hasRefused ||= isRefused;
  }

  /** @param rules of the order: after an exit it is no failure that the supervisor has gone */
  fail(service: NamedService, failure: ServiceFailure, rules: readonly DoneRule[]): void {
    const { name } = service;
    const isDone = failure.kind === "gone" && rules[0] === "x";
    if (!isDone) this.countFailure();
    this.suggest(service, failure);
    this.print(isDone ? `ok: ${name}: ${failure.text}` : failureText(name, failure));
  }
}
