/**
 * What sv says and counts. All answers go to standard output, failures too: clients read them there; and
 * each failure adds one to the exit code.
 *
 * Source: runit 2.1.2, sv(8), EXIT CODES.
 */
import * as posix from "posix";
import { isPosixError, reason } from "../../base/errors.ts";
import { print, STDERR, STDOUT } from "../../base/report.ts";
import type { StatusRecord } from "../../protocol/status.ts";
import type { Rule } from "./commands.ts";
import { statusText } from "./render.ts";
import type { Failure, Service } from "./service.ts";
import { historyText } from "./start-failure.ts";

/** The exit codes above it have meanings of their own. */
const FAILURES_MAX = 99;

export class Answers {
  #failures = 0;
  #unwritten = false;

  /** How many failures there were, up to 99; that answers could not be written is one of them. */
  get exitCode(): number {
    return Math.min(FAILURES_MAX, this.#failures + (this.#unwritten ? 1 : 0));
  }

  /** Counts a failure that is told by a line of its own or as a part of one. */
  count(): void {
    this.#failures += 1;
  }

  say(line: string): void {
    if (!print(STDOUT, `${line}\n`)) this.#unwritten = true;
  }

  /** @param rules what was to happen: for an exit, the supervisor's absence is no failure */
  fail(service: Service, failure: Failure, rules: readonly Rule[]): void {
    const isDone = failure.kind === "gone" && rules[0] === "x";
    if (!isDone) this.count();
    this.say(failureText(service, isDone ? "ok" : failure.severity, failure));
  }
}

export function failureText({ name }: Service, severity: string, { text }: Failure): string {
  return `${severity}: ${name}: ${text}`;
}

/**
 * The status of a service as text.
 *
 * @param label what the service is called there
 * @returns `undefined` where `down` cannot be looked at, which is warned of
 */
export function statusOf(
  service: Service,
  label: string,
  record: StatusRecord,
): string | undefined {
  try {
    const nowS = posix.clockReal().seconds;
    return statusText(label, record, service.has("down"), nowS, isGivenUp(service, record));
  } catch (error) {
    if (!isPosixError(error)) throw error;
    warnOf("stat", service, "down", reason(error));
    return undefined;
  }
}

/** Whether it died too often; it is then down, and not wanted up. The part that reads the history is seldom needed. */
export function isGivenUp(service: Service, { phase, want }: StatusRecord): boolean {
  const text = phase === "down" && want === "down" ? historyText(service) : undefined;
  if (!text?.includes("\nfailed 1\n")) return false;
  const { hasFailedIn } = posix.load("sv/history") as typeof import("./history.ts");
  return hasFailedIn(text);
}

/** Warns about one of the service's own files, on standard error and uncounted. */
export function warnOf(action: string, { name }: Service, file: string, problem: string): void {
  print(STDERR, `warning: unable to ${action} ${name}/${file}: ${problem}\n`);
}
