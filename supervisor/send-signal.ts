/** Sends signals to processes by their pid. */
import * as posix from "posix";
import { ignoringErrors } from "../base/errors.ts";
import type { SignalName } from "../protocol/control.ts";

/** A process that has ended and is not yet reaped accepts signals, so no failure matters here. */
export function sendSignal(pid: number, signal: number): void {
  ignoringErrors(() => posix.kill(pid, signal));
}

/** @throws {RangeError} the system lacks the signal: a fault in the table of control bytes */
export function numberOf(signal: SignalName | "ABRT"): number {
  const number = posix.signalNumber(signal);
  if (number === undefined) throw new RangeError(`No signal ${signal}`);
  return number;
}
