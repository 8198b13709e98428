/**
 * The datagrams of sd_notify: lines of `NAME=value`. Names that a supervisor does not use are
 * ignored, among them `BARRIER` and `FDSTORE`.
 *
 * Pure: text in, values out.
 * Source: sd_notify(3) of systemd.
 */
import { STATUS_TEXT_MAX } from "./ready.ts";

/** The digits of a whole number that is exact: thirty years. */
const DIGITS_MAX = 15;

export interface NotifyMessage {
  readonly isReady: boolean;
  readonly isStopping: boolean;
  readonly isReloading: boolean;
  /** Printable ASCII, at most {@link STATUS_TEXT_MAX} characters; `undefined`: no `STATUS`. */
  readonly text: string | undefined;
  readonly watchdog: "alive" | "trigger" | undefined;
  /** A new time between two messages of the watchdog; 0 ends it. */
  readonly watchdogMs: number | undefined;
  /** How much longer the daemon needs, from now on. */
  readonly extendMs: number | undefined;
  readonly hasMainPid: boolean;
}

export function readNotifyMessage(datagram: string): NotifyMessage {
  const values = new Map<string, string>();
  for (const line of datagram.split("\n")) {
    const at = line.indexOf("=");
    if (at > 0) values.set(line.slice(0, at), line.slice(at + 1));
  }
  const watchdog = values.get("WATCHDOG");
  return {
    isReady: values.get("READY") === "1",
    isStopping: values.get("STOPPING") === "1",
    isReloading: values.get("RELOADING") === "1",
    text: printableIn(values.get("STATUS")),
    watchdog: watchdog === "1" ? "alive" : watchdog === "trigger" ? "trigger" : undefined,
    watchdogMs: millisecondsIn(values.get("WATCHDOG_USEC")),
    extendMs: millisecondsIn(values.get("EXTEND_TIMEOUT_USEC")),
    hasMainPid: values.has("MAINPID"),
  };
}

/** Rounds up, so that only 0 is 0. */
function millisecondsIn(microseconds: string | undefined): number | undefined {
  const isNumber = [...(microseconds ?? "")].every((digit) => digit >= "0" && digit <= "9");
  const length = microseconds?.length ?? 0;
  if (!isNumber || length === 0 || length > DIGITS_MAX) return undefined;
  return Math.ceil(Number(microseconds) / 1_000);
}

/** A `?` replaces each byte that is not printable ASCII. */
function printableIn(text: string | undefined): string | undefined {
  return text
    ?.slice(0, STATUS_TEXT_MAX)
    .split("")
    .map((character) => (character >= " " && character <= "~" ? character : "?"))
    .join("");
}
