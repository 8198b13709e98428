/**
 * Reads the small files that a supervisor publishes beside the status.
 */
import * as posix from "posix";
import { isPosixError } from "../../base/errors.ts";
import type { SuperviseFile } from "../../protocol/service-directory.ts";
import type { ServiceFiles } from "./service-report.ts";

/** The text of a file of supervise/, at most `maxBytes`; `undefined` if it cannot be read. */
export function readSuperviseFile(
  service: ServiceFiles,
  name: SuperviseFile,
  maxBytes: number,
): string | undefined {
  const path = service.at(`supervise/${name}`);
  // Not by ignoringErrors: `sv list` comes here thousands of times, and would create functions.
  try {
    return posix.readText(service.dir, path, maxBytes, posix.O_NOFOLLOW);
  } catch (error) {
    if (isPosixError(error)) return undefined;
    throw error;
  }
}
