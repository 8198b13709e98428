/**
 * Reads supervise/ready. Few services report readiness, so the parser is a program of its own:
 * readiness.ts.
 *
 * Source: protocol/ready.ts; runit's supervisor publishes no such file.
 */
import { READY_MAX_BYTES, type ReadyRecord } from "../../protocol/ready.ts";
import type { StatusRecord } from "../../protocol/status.ts";
import { load } from "./parts.ts";
import type { NamedService } from "./service.ts";
import { readSuperviseFile } from "./supervise-file.ts";

/** The readiness of the process in `status`; `undefined` if it does not report any. */
export function readinessOf(service: NamedService, status: StatusRecord): ReadyRecord | undefined {
  if (status.phase !== "run") return undefined;
  const text = readSuperviseFile(service, "ready", READY_MAX_BYTES);
  return text === undefined ? undefined : load("sv/readiness").readinessIn(text, status);
}
