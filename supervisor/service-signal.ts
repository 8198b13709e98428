/** Sends a service the signal of a command. */
import type { SignalName } from "../protocol/control.ts";
import type { GroupControl } from "./group-control.ts";
import type { Orphan } from "./orphan.ts";
import { numberOf, sendSignal } from "./send-signal.ts";

export type ServiceSignalName = SignalName | "ABRT";

interface ServiceSignal {
  readonly pid: number;
  readonly name: ServiceSignalName;
  /** The signal of `down-signal`, in place of TERM. */
  readonly stopSignal: number | undefined;
  /** The process has got TERM before. */
  readonly termSent: boolean;
  /** The process that was taken over, if there is one. */
  readonly orphan: Orphan | undefined;
  /** The process group of ./run, if it has its own. */
  readonly group: GroupControl | undefined;
}

/**
 * The signals that end a service go to its process group, and so does the CONT without which TERM
 * would not arrive.
 *
 * A child keeps its pid until this process reaps it; another process reaps an orphan.
 */
export function sendServiceSignal(given: ServiceSignal): void {
  const { pid, name, stopSignal, termSent, orphan } = given;
  const signal = stopSignal ?? numberOf(name);
  const isForGroup = name === "TERM" || name === "KILL" || (name === "CONT" && termSent);
  const group = isForGroup && given.group?.isLedBy(pid) === true ? given.group : undefined;
  if (orphan?.pid === pid) orphan.signal(signal, group !== undefined);
  else if (group !== undefined) group.signal(signal);
  else sendSignal(pid, signal);
}
