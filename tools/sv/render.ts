/**
 * The status of a service as a line of text, such as `run: web: (pid 3914) 1s, paused, got TERM`. Clients
 * parse it, so it is the original's, byte for byte. What else there is to tell, for people, is in lines of
 * its own.
 *
 * Pure: a record and the time in, text out.
 * Source: runit 2.1.2, `status` in sv(8) and the lines that it prints.
 */
import type { History } from "../../protocol/history.ts";
import type { StatusRecord } from "../../protocol/status.ts";

/** A core file was left, in what ./finish is told as the status. */
const CORE_BIT = 128;

/**
 * @param name what the service is called in the line: as typed, or `log`
 * @param hasDown whether the service directory has a file `down`
 * @param nowUnixS whole seconds of the wall clock; an age is whole seconds, and never negative
 * @param failed whether the supervisor has given it up, which runit's never does
 */
export function statusText(
  name: string,
  record: StatusRecord,
  hasDown: boolean,
  nowUnixS: number,
  failed = false,
): string {
  const { phase, pid, want, paused, termSent } = record;
  let text = `${phase}: ${name}: `;
  if (phase !== "down") text += `(pid ${pid}) `;
  text += `${Math.max(0, nowUnixS - record.since.seconds)}s`;
  if (pid === 0) {
    if (!hasDown) text += ", normally up";
    if (want === "up") text += ", want up";
    if (failed) text += ", failed";
    return text;
  }
  if (hasDown) text += ", normally down";
  if (paused) text += ", paused";
  if (want === "down") text += ", want down";
  if (termSent) text += ", got TERM";
  return text;
}

/**
 * What a service has been through, line by line, such as `last exit: code 1, 2s ago`.
 *
 * @param history `undefined` where nothing is told of it
 * @param nowUnixS as for {@link statusText}
 */
export function historyTexts(
  record: StatusRecord,
  history: History | undefined,
  nowUnixS: number,
): string[] {
  if (history === undefined) return ["history: none"];
  const { endings, ended, endedAt, restMs, failed, problem } = history;
  const starts = endings + (record.phase === "run" ? 1 : 0);
  const texts = [`restarts: ${Math.max(0, starts - 1)}`];
  if (endedAt !== undefined) {
    const agoS = Math.max(0, nowUnixS - endedAt.seconds);
    texts.push(`last exit: ${endText(ended.code, ended.status)}, ${agoS}s ago`);
  }
  if (record.phase !== "run" && problem !== undefined) texts.push(problem);
  const isDown = record.phase === "down";
  if (isDown && failed) texts.push("failed: died too often");
  if (isDown && record.want === "up" && restMs > 0) {
    const leftS = record.since.seconds + restMs / 1_000 - nowUnixS;
    texts.push(`next try: in ${Math.max(0, Math.ceil(leftS))}s`);
  }
  return texts;
}

function endText(code: number, status: number): string {
  if (code >= 0) return `code ${code}`;
  if (status === 0) return "unknown"; // a supervisor took it over from one that died
  return status < CORE_BIT ? `signal ${status}` : `signal ${status - CORE_BIT} and a core file`;
}
