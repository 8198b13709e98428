/**
 * Reads supervise/ready, for a service that reports readiness.
 *
 * Source: protocol/ready.ts; runit's supervisor publishes no such file.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import { READY_MAX_BYTES, type ReadyRecord, readReady, readyOf } from "../../protocol/ready.ts";
import type { StatusRecord } from "../../protocol/status.ts";
import type { NamedService } from "./service.ts";

/** The readiness of the process in `status`; `undefined` if it does not report any. */
export function readinessOf(service: NamedService, status: StatusRecord): ReadyRecord | undefined {
  if (status.phase !== "run") return undefined;
  const path = service.file("supervise/ready");
  const text = ignoringErrors(() =>
    posix.readText(posix.AT_FDCWD, path, READY_MAX_BYTES, posix.O_NOFOLLOW),
  );
  return text === undefined ? undefined : readyOf(status, readReady(text));
}
