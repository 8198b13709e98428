/**
 * Reads supervise/history. Most commands do not need its fields, so the parser is a program of its
 * own: history.ts.
 *
 * Source: protocol/history.ts; runit's supervisor publishes no such file.
 */
import { HISTORY_MAX_BYTES } from "../../protocol/history.ts";
import type { StatusRecord } from "../../protocol/status.ts";
import { load } from "./parts.ts";
import type { NamedService } from "./service.ts";
import { readSuperviseFile } from "./supervise-file.ts";

/** The text of the file; `undefined` if it cannot be read. */
export function readHistoryFile(service: NamedService): string | undefined {
  return readSuperviseFile(service, "history", HISTORY_MAX_BYTES);
}

/** Whether the last run that has ended was a crash, sooner than `lastingMs` after its start. */
export function hasCrashed(service: NamedService, lastingMs: number): boolean {
  const text = readHistoryFile(service);
  // Most services have not ended, or were asked to: no parser is needed for that.
  if (!text?.includes("\nasked 0\n")) return false;
  return load("sv/history").endsInCrash(text, lastingMs);
}

/** Whether the supervisor has given the service up; it is then down, and not wanted up. */
export function isGivenUp(service: NamedService, { phase, want }: StatusRecord): boolean {
  const text = phase === "down" && want === "down" ? readHistoryFile(service) : undefined;
  if (!text?.includes("\nfailed 1\n")) return false;
  const { parseHistory } = load("sv/history");
  return parseHistory(text)?.failed === true;
}
