/** Reads the status record that a supervisor has published. */
import type { Directory } from "../base/directory.ts";
import { superviseFile } from "../protocol/service-directory.ts";
import { STATUS_BYTES, type StatusRecord, statusIn } from "../protocol/status.ts";

/**
 * @param supervise the supervise directory, relative to `home`
 * @returns `undefined` if there is none, or if it is no record
 * @throws {PosixError} a resource has run out
 */
export function readStatus(home: Directory, supervise: string): StatusRecord | undefined {
  const bytes = home.readOwn(superviseFile(supervise, "status"), STATUS_BYTES + 1);
  return bytes === undefined ? undefined : statusIn(bytes);
}
