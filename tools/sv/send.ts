/**
 * Writes commands into a supervisor's FIFO.
 *
 * Source: runit 2.1.2, FILES in runsv(8), sv(8).
 */
import * as posix from "posix";
import { isPosixError } from "../../base/errors.ts";
import { type Failure, GONE, openForWriting, type Service, warning } from "./service.ts";

/** Writes `bytes` to the supervisor, all at once. */
export function send(service: Service, bytes: string): Failure | undefined {
  let control: number;
  try {
    control = openForWriting(service.file("supervise/control"));
  } catch (error) {
    if (isPosixError(error, "ENXIO", "ENODEV")) return GONE;
    if (!isPosixError(error)) throw error;
    return warning("open supervise/control", error);
  }
  try {
    const written = posix.write(control, bytes);
    if (written === bytes.length) return undefined;
    return warning("write to supervise/control", { code: "EAGAIN" });
  } catch (error) {
    if (!isPosixError(error)) throw error;
    return warning("write to supervise/control", error);
  } finally {
    posix.close(control);
  }
}
