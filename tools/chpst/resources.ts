/**
 * The limits of this process, and the messages about resources that a system lacks.
 *
 * Source: runit 2.1.2, chpst(8), its messages.
 */
import * as posix from "posix";
import { ignoring } from "../../base/errors.ts";
import type { Report } from "../../base/report.ts";
import type { Resource } from "./limits.ts";

/** `undefined` if the system has no limit for this resource. */
export function limitOf(resource: Resource, report: Report): posix.Limit | undefined {
  return report.must("getrlimit()", () => ignoring(["EINVAL"], () => posix.getrlimit(resource)));
}

export function setLimit(resource: Resource, limit: posix.Limit, report: Report): void {
  report.must("setrlimit()", () => posix.setrlimit(resource, limit));
}

export function nameOf(resource: Resource): string {
  return `RLIMIT_${resource.toUpperCase()}`;
}

export function lackOf(resource: Resource): string {
  if (resource === "as") return "system does neither support RLIMIT_VMEM nor RLIMIT_AS";
  if (resource === "nofile") return "system does neither support RLIMIT_NOFILE nor RLIMIT_OFILE";
  return `system does not support ${nameOf(resource)}`;
}
