/**
 * The status of a service as a line of text, such as `run: web: (pid 3914) 1s, paused, got TERM`.
 * Clients parse it, so it is the original's, byte for byte, unless the service reports readiness.
 *
 * Pure: reports in, text out.
 * Source: runit 2.1.2, `status` in sv(8) and the lines that it prints.
 */
import type { ReadyRecord } from "../../protocol/ready.ts";
import type { ServiceFailure, ServiceReport, ServiceState } from "./service-report.ts";

/** The line of `sv status`. */
export function statusLine({ name, state, log }: ServiceReport): string {
  if (state.is === "failure") return failureText(name, state);
  const text = statusText(name, state);
  if (log === undefined) return text;
  const logState = log.state;
  return `${text}; ${logState.is === "failure" ? failureText(log.name, logState) : statusText("log", logState)}`;
}

export function failureText(name: string, { severity, text }: ServiceFailure): string {
  return `${severity}: ${name}: ${text}`;
}

/**
 * @param name what the service is called in the line: as typed, or `log`
 * @returns `""` if it is not known whether the service is normally down
 */
export function statusText(name: string, state: ServiceState): string {
  const { record, hasDown, hasFailed, readiness, awaited, nowS } = state;
  const { phase, pid, want, paused, termSent } = record;
  if (hasDown === undefined) return "";
  let text = `${phase}: ${name}: `;
  if (phase !== "down") text += `(pid ${pid}) `;
  // Never negative, though the clock may be set back.
  text += `${Math.max(0, nowS - record.since.seconds)}s`;
  if (pid === 0) {
    if (!hasDown) text += ", normally up";
    if (want === "up") text += ", want up";
    if (hasFailed) text += ", failed";
    return awaited.length > 0 ? text + waitingText(awaited) : text;
  }
  if (hasDown) text += ", normally down";
  if (paused) text += ", paused";
  if (want === "down") text += ", want down";
  if (termSent) text += ", got TERM";
  if (readiness !== undefined) text += readinessText(readiness, nowS);
  return awaited.length > 0 ? text + waitingText(awaited) : text;
}

function waitingText(awaited: readonly string[]): string {
  return `, waiting for ${awaited.join(" ")}`;
}

function readinessText({ readyAt, isReloading }: ReadyRecord, nowS: number): string {
  const isReady =
    readyAt === undefined ? "not ready" : `ready ${Math.max(0, nowS - readyAt.seconds)}s`;
  return `, ${isReady}${isReloading ? ", reloading" : ""}`;
}
