/**
 * Writes control bytes into the control FIFO.
 *
 * Source: runit 2.1.2, FILES in runsv(8), sv(8).
 */
import * as posix from "posix";
import { isPosixError } from "../../base/errors.ts";
import { openOwn } from "../../base/own-file.ts";
import type { Order } from "./commands.ts";
import { notFifo, unableTo } from "./failure.ts";
import type { NamedService } from "./service.ts";
import { GONE, type ServiceFailure } from "./service-report.ts";

/**
 * Sends the bytes of the order, whatever the status says: it may be older than other commands, or
 * could not be written.
 */
export function sendOrder(service: NamedService, { bytes }: Order): ServiceFailure | undefined {
  return bytes === "" ? undefined : send(service, bytes);
}

/** Writes all of `bytes` in one call. */
export function send(service: NamedService, bytes: string): ServiceFailure | undefined {
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
