/**
 * Writes commands into a supervisor's FIFO.
 *
 * Source: runit 2.1.2, FILES in runsv(8), sv(8).
 */
import * as posix from "posix";
import { isPosixError } from "../../base/errors.ts";
import { openOwn } from "../../base/own-file.ts";
import { notFifo, unableTo } from "./failure.ts";
import type { Service } from "./service.ts";
import { type Failure, GONE } from "./service-report.ts";

/** Writes `bytes` to the supervisor, all at once. */
export function send(service: Service, bytes: string): Failure | undefined {
  let control: number | undefined;
  try {
    control = openOwn(
      posix.AT_FDCWD,
      service.file("supervise/control"),
      posix.S_IFIFO,
      posix.O_WRONLY,
    );
  } catch (error) {
    if (isPosixError(error, "ENXIO", "ENODEV")) return GONE;
    if (!isPosixError(error)) throw error;
    return unableTo("open supervise/control", error);
  }
  if (control === undefined) return notFifo("supervise/control");
  try {
    const written = posix.write(control, bytes);
    if (written === bytes.length) return undefined;
    return unableTo("write to supervise/control", { code: "EAGAIN" });
  } catch (error) {
    if (!isPosixError(error)) throw error;
    return unableTo("write to supervise/control", error);
  } finally {
    posix.close(control);
  }
}
