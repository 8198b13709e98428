/**
 * `sv status` and `sv report`.
 *
 * Source: runit 2.1.2, `status` in sv(8); `report` is ours.
 */

import type { Query } from "./commands.ts";
import { reportOn } from "./look.ts";
import type { Output } from "./output.ts";
import { load } from "./parts.ts";
import { statusLine } from "./render.ts";
import type { NamedService } from "./service.ts";
import type { ServiceReport } from "./service-report.ts";

/** Looks at a service and its log service, and prints and counts what comes of it. */
export function printStatus(service: NamedService, query: Query, output: Output): ServiceReport {
  const details = query === "report" ? load("sv/history") : undefined;
  const report = reportOn(service, details?.historyOf);
  for (const part of [report, report.log]) {
    if (part?.state.is === "failure") output.countFailure();
  }
  output.print(statusLine(report));
  for (const line of details?.historyLines(report) ?? []) output.print(line);
  return report;
}
