/**
 * The status that a supervisor has published, with the proof that the supervisor lives.
 *
 * Source: runit 2.1.2, FILES in runsv(8), sv(8).
 */
import * as posix from "posix";
import { isPosixError } from "../../base/errors.ts";
import {
  decodeStatus,
  STATUS_BYTES,
  StatusFormatError,
  type StatusRecord,
} from "../../protocol/status.ts";
import { load } from "./parts.ts";
import { GONE, type ServiceFailure, type ServiceFiles } from "./service-report.ts";

export interface LiveStatus {
  readonly is: "live";
  readonly record: StatusRecord;
  /**
   * supervise/ok, open for writing: it fails (`POLLERR`) when the supervisor ends. The caller
   * closes it.
   */
  readonly ok: number;
}

/** Reads the status, then opens `ok`: in the other order the supervisor could end in between. */
export function lookAt(service: ServiceFiles): LiveStatus | ServiceFailure {
  let record = readStatus(service);
  let ok: number | undefined;
  try {
    ok = openOk(service.dir, service.at("supervise/ok"));
  } catch (error) {
    if (isPosixError(error, "ENXIO", "ENODEV")) return GONE;
    if (!isPosixError(error)) throw error;
    return load("sv/failure").unableToOpenOk(service, error);
  }
  if (ok === undefined) return load("sv/failure").notFifo("supervise/ok");
  // A supervisor writes the status, then opens `ok`: it may have done both after the first look at
  // the status.
  if ("is" in record) record = readStatus(service);
  if (!("is" in record)) return { is: "live", record, ok };
  posix.close(ok);
  return record;
}

function readStatus(service: ServiceFiles): StatusRecord | ServiceFailure {
  try {
    const path = service.at("supervise/status");
    const max = STATUS_BYTES + 1; // one more, to see that there is none
    const bytes = posix.readText(service.dir, path, max, posix.O_NOFOLLOW);
    if (bytes !== undefined) return decodeStatus(bytes);
    return load("sv/failure").unableTo("open supervise/status");
  } catch (error) {
    if (error instanceof StatusFormatError) return load("sv/failure").badStatus();
    if (!isPosixError(error)) throw error;
    return load("sv/failure").unableTo(`${error.call} supervise/status`, error);
  }
}

/**
 * A user who controls the service may have put anything there, such as a link to a device: see
 * own-file.ts. sv writes nothing to this one, so it does not matter whose FIFO it is; nor does it
 * matter that the user can put something else there between the two calls, because a FIFO of the
 * user's own proves as little.
 *
 * @returns `undefined` if it is not a FIFO
 * @throws {PosixError} `ENXIO`: a FIFO without a reader
 */
function openOk(dir: number, path: string): number | undefined {
  const type = (posix.mode(dir, path, posix.AT_SYMLINK_NOFOLLOW) ?? posix.S_IFIFO) & posix.S_IFMT;
  // To open a directory does no harm, and fails with the reason.
  if (type !== posix.S_IFIFO && type !== posix.S_IFDIR) return undefined;
  const flags = posix.O_WRONLY | posix.O_NONBLOCK | posix.O_NOFOLLOW;
  return posix.open(dir, path, flags, 0);
}
