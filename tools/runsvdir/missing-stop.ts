/**
 * Warns of a container in which runsvdir is a child of process 1, such as docker-init or tini, and
 * lacks --stop: at SIGTERM, which process 1 passes on, it would end alone, and the kernel would
 * kill all services.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import type { Report } from "../../base/report.ts";

/** The pid namespace of the machine: PROC_PID_INIT_INO, a fixed number of the kernel. */
const MACHINE = "pid:[4026531836]";
/** Process 1 that stops the services itself, in its stage 3. */
const STOPS_SERVICES = "runit";

export function warnOfMissingStop(report: Report): void {
  if (posix.getppid() !== 1) return;
  const namespace = ignoringErrors(() => posix.readlink(posix.AT_FDCWD, "/proc/self/ns/pid"));
  if (namespace === undefined || namespace === MACHINE) return;
  const name = ignoringErrors(() => posix.readText(posix.AT_FDCWD, "/proc/1/comm"));
  if (name?.trimEnd() === STOPS_SERVICES) return;
  report.warn("SIGTERM will leave the services running; --stop stops them in order, and waits");
}
