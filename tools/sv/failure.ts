/**
 * Failures in the words of the original. `sv status` of a healthy service does without them, so
 * they are a program of their own, sv/failure.
 *
 * Source: runit 2.1.2, the messages of sv.
 */
import * as posix from "posix";
import {
  type ErrorCode,
  ignoringErrors,
  isPosixError,
  NOT_THERE,
  reason,
} from "../../base/errors.ts";
import { withoutSlash } from "../../base/options.ts";
import { print, STDERR } from "../../base/report.ts";
import type { ServiceFailure, ServiceFiles } from "./service-report.ts";

export function unableTo(action: string, error: ErrorCode = NOT_THERE): ServiceFailure {
  return { ...warning(`unable to ${action}: ${reason(error)}`), code: error.code };
}

export function notFifo(name: string): ServiceFailure {
  return warning(`${name} exists but is not a fifo`);
}

export function badStatus(): ServiceFailure {
  return warning("unable to read supervise/status: bad format");
}

function warning(text: string): ServiceFailure {
  return { is: "failure", kind: "unknown", severity: "warning", text };
}

/**
 * Why `supervise/ok` cannot be opened: the service directory cannot be entered, or else `error`.
 */
export function unableToOpenOk(service: ServiceFiles, error: ErrorCode): ServiceFailure {
  const failure = unableTo("open supervise/ok", error);
  const isUnsupervised = error.code === "ENOENT";
  return unreachable(service) ?? (isUnsupervised ? { ...failure, kind: "unsupervised" } : failure);
}

function unreachable(service: ServiceFiles): ServiceFailure | undefined {
  const error = cannotEnter(service);
  if (error === undefined) return undefined;
  const { name, path } = service;
  const kind = error.code === "ENOENT" ? "absent" : isFile(service, error) ? "file" : "unknown";
  const tried = path === "" || path === name ? "" : ` (${path})`;
  const text = `unable to change to service directory: ${reason(error)}${tried}`;
  return { is: "failure", kind, severity: "fail", text, code: error.code };
}

/** Whether the service itself is no directory; otherwise one that leads to it is none. */
function isFile({ path }: ServiceFiles, { code }: ErrorCode): boolean {
  if (code !== "ENOTDIR") return false;
  return ignoringErrors(() => posix.mode(posix.AT_FDCWD, withoutSlash(path), 0)) !== undefined;
}

/** Why chdir(2) to the service directory would fail. */
function cannotEnter(service: ServiceFiles): ErrorCode | undefined {
  try {
    return service.has(".") ? undefined : NOT_THERE;
  } catch (error) {
    if (isPosixError(error)) return error;
    throw error;
  }
}

/** Warns about one of the service's own files, on standard error and uncounted. */
export function warnOf(
  action: string,
  { name }: ServiceFiles,
  file: string,
  problem: ErrorCode | string,
): void {
  const text = typeof problem === "string" ? problem : reason(problem);
  print(STDERR, `warning: unable to ${action} ${name}/${file}: ${text}\n`);
}
