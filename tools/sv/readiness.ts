/**
 * A program of its own, sv/readiness, which ready-file.ts loads for a service that reports
 * readiness: the time that sv takes to start depends on how many functions it has.
 */
import { type ReadyRecord, readReady, readyOf } from "../../protocol/ready.ts";
import type { StatusRecord } from "../../protocol/status.ts";

/** @param text of supervise/ready */
export function readinessIn(text: string, status: StatusRecord): ReadyRecord | undefined {
  return readyOf(status, readReady(text));
}
