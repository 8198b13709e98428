/**
 * The hold, supervise/hold: a FIFO that tells a supervisor whether services that depend on its own
 * one still have processes, and tells their supervisors whether this service is being stopped.
 *
 * It is closed as long as nobody depends on the service. The supervisor of a dependant keeps it
 * open for reading. To stop the service, its supervisor keeps it open for writing until the process
 * has ended: POLLERR there says that nobody holds the service. As long as it is open for writing, a
 * read of it fails with EAGAIN; otherwise it returns the end of file.
 */
import * as posix from "posix";
import type { Directory } from "../base/directory.ts";
import { ignoring, ignoringErrors } from "../base/errors.ts";
import { openOwn } from "../base/own-file.ts";
import type { Report } from "../base/report.ts";

/** The hold of the own service, relative to its service directory. */
export const HOLD = "supervise/hold";
/** Only root and the supervisor's user may hold up the stop of its service. */
const PERMISSIONS = 0o600;

/** Makes the FIFO if it is missing. Without it, other supervisors do without the hold. */
export function makeHold(home: Directory, report: Report): void {
  report.try(`create ${HOLD}`, () => {
    ignoring(["EEXIST"], () => posix.mkfifo(home.fd, HOLD, PERMISSIONS));
  });
}

/** A hold of another service, open for reading. */
export interface HeldFifo {
  readonly fd: number;
  /** Its {@link posix.Stat.id}: a supervisor may replace a FIFO that was removed. */
  readonly id: string;
}

/**
 * Takes the hold of another service.
 *
 * @param supervise its supervise directory, as a descriptor
 * @throws {PosixError} it cannot be opened
 */
export function openHold(supervise: number): HeldFifo | undefined {
  const fd = openOwn(supervise, "./hold", posix.S_IFIFO, posix.O_RDONLY);
  if (fd === undefined) return undefined;
  try {
    return { fd, id: posix.fstat(fd).id };
  } catch (error) {
    posix.close(fd);
    throw error;
  }
}

/** Whether the service is being stopped. */
export function isClosed({ fd }: HeldFifo): boolean {
  return ignoringErrors(() => posix.read(fd, 1) === undefined) ?? false;
}
