/**
 * How a service reports that it is ready, as the files of its directory say: `notification-fd`,
 * `notify-socket`, `check-period`, and the files that go with them. They are read at each start of
 * ./run, and hold until it has ended. If one cannot be read because a resource has run out, ./run
 * does not start without it.
 *
 * Source: s6, `notification-fd`; systemd, sd_notify(3), for `notify-socket` and `watchdog`; the
 * other files are extensions of runits.
 */

import { parseNumber } from "./limit-text.ts";
import type { CheckRules, ReadinessRules, Senders } from "./readiness-state.ts";
import { type FileReader, readValue } from "./value-file.ts";

/** 0, 1 and 2 are standard input, output and error. */
const DESCRIPTOR_MIN = 3;
/** The largest int. */
const DESCRIPTOR_MAX = 0x7fff_ffff;
/** How long one ./check may take, without `check-timeout`. */
export const CHECK_TIMEOUT_MS = 10_000;
const VITAL = { isVital: true } as const;

/**
 * @returns `undefined` if the service does not report readiness
 * @throws {PosixError} a resource has run out
 */
export function readReadinessRules(owner: FileReader): ReadinessRules | undefined {
  const milliseconds = (path: string) =>
    readValue(owner, { ...VITAL, path, kind: "a number of milliseconds", parse: parsePositive });
  const descriptor = readValue(owner, {
    ...VITAL,
    path: "notification-fd",
    kind: `a descriptor from ${DESCRIPTOR_MIN} on`,
    parse: parseDescriptor,
  });
  const senders = readValue(owner, {
    ...VITAL,
    path: "notify-socket",
    kind: '"main" or "all"',
    parse: parseSenders,
  });
  const periodMs = milliseconds("check-period");
  if (descriptor === undefined && senders === undefined && periodMs === undefined) return undefined;
  const check: CheckRules | undefined =
    periodMs === undefined
      ? undefined
      : {
          periodMs,
          timeoutMs: milliseconds("check-timeout") ?? CHECK_TIMEOUT_MS,
          restartAfter: readValue(owner, {
            ...VITAL,
            path: "check-restart",
            kind: "a number from 1 on",
            parse: parsePositive,
          }),
        };
  const watchdogMs = senders === undefined ? undefined : milliseconds("watchdog");
  return { descriptor, senders, check, timeoutMs: milliseconds("timeout-ready"), watchdogMs };
}

/** @returns `undefined` for 0 too */
function parsePositive(text: string): number | undefined {
  return parseNumber(text) || undefined;
}

function parseDescriptor(text: string): number | undefined {
  const number = parseNumber(text) ?? 0;
  return number >= DESCRIPTOR_MIN && number <= DESCRIPTOR_MAX ? number : undefined;
}

function parseSenders(text: string): Senders | undefined {
  const word = text.trimEnd();
  if (word === "" || word === "main") return "main";
  return word === "all" ? word : undefined;
}
