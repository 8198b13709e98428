/**
 * `sv status`.
 *
 * Source: runit 2.1.2, `status` in sv(8).
 */

import { reportOn } from "./look.ts";
import type { Output } from "./output.ts";
import { statusLine } from "./render.ts";
import type { NamedService } from "./service.ts";
import type { ServiceReport } from "./service-report.ts";

/** Looks at a service and its log service, and prints and counts what comes of it. */
export function printStatus(service: NamedService, output: Output): ServiceReport {
  const report = reportOn(service);
  for (const part of [report, report.log]) {
    if (part?.state.is === "failure") output.countFailure();
  }
  if (report.state.is === "failure") output.suggest(service, report.state);
  output.print(statusLine(report));
  return report;
}
