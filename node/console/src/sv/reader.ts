/**
 * Looks at services with the files of tools/sv: states, reasons, dependencies and metrics are those
 * of `sv`, and their members in JSON have the names that docs/sv.schema.json gives them.
 *
 * Names and paths are byte strings, as in tools/sv. A look takes some 0.1 ms of the event loop,
 * {@link whyOf} some milliseconds; a caller that looks at many lets others run in between.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../../base/errors.ts";
import { rfc3339 } from "../../../../base/utc.ts";
import type { MetricsService } from "../../../../protocol/metrics.ts";
import { pastRuns } from "../../../../protocol/past-runs.ts";
import * as history from "../../../../tools/sv/history.ts";
import { servicesHome } from "../../../../tools/sv/home.ts";
import { NamedService } from "../../../../tools/sv/service.ts";
import { nodeMembers, nodesFrom } from "../../../../tools/sv/words/graph-nodes.ts";
import { type Json, jsonText } from "../../../../tools/sv/words/json.ts";
import { logBytesOf } from "../../../../tools/sv/words/log-size.ts";
import { infoText } from "../../../../tools/sv/words/service-info.ts";
import { serviceMembers } from "../../../../tools/sv/words/service-json.ts";
import { metricsOf } from "../../../../tools/sv/words/service-metrics.ts";
import type { ServiceView } from "../../../../tools/sv/words/service-view.ts";
import { signalName } from "../../../../tools/sv/words/signal-names.ts";
import { isSupervisable } from "../../../../tools/sv/words/supervisable.ts";
import { viewOf } from "../../../../tools/sv/words/view.ts";
import { answerTo, evidenceFor } from "../../../../tools/sv/words/why/explain.ts";
import { lookClosely } from "../../../../tools/sv/words/why/look.ts";
import type { Service } from "../../shared/service.ts";

/** The members of a service that the console uses itself; the others pass through. */
export interface ServiceMembers extends Service {
  readonly observed: string;
  readonly cpu_seconds?: number;
  readonly resident_bytes?: number;
  readonly next_try_seconds?: number;
}

/** The answer of `sv why`. */
interface WhyMembers {
  readonly reason: string;
  readonly answer: string;
  readonly command?: string;
  readonly fine: boolean;
  readonly evidence: readonly { readonly label: string; readonly text: string }[];
}

/** One of the last runs of ./run. */
interface RunMembers {
  readonly code?: number;
  readonly signal?: string;
  readonly ended: string;
  readonly ran_ms: number;
}

/** What a service needs and comes after, by names. */
interface GraphMembers {
  readonly name: string;
  readonly summary: string;
  readonly needs: readonly { readonly name: string }[];
  readonly after: readonly { readonly name: string }[];
  readonly waits_for: readonly { readonly name: string }[];
}

const CORE_BIT = 128;

/** The directory of the services, as `sv` finds it. */
export function defaultHome(): string {
  return textOf(servicesHome());
}

export function serviceAt(home: string, name: string): NamedService {
  return new NamedService(bytesOf(name), `${bytesOf(home)}/${bytesOf(name)}`);
}

/** Whether an entry of the directory is one that runsvdir supervises, or a link without target. */
export function isService(service: NamedService): boolean {
  return isSupervisable(service);
}

export function membersOf(service: NamedService, processes: "without" | "rss"): ServiceMembers {
  const view = viewOf(service, { now: posix.clockReal(), processes, withLog: true });
  const info = infoText(view, signalName);
  return parsed<ServiceMembers>({ ...serviceMembers(view, signalName), info });
}

export function whyOf(service: NamedService): WhyMembers {
  const facts = lookClosely(service, posix.clockReal());
  const { reason, text, command, isFine = false } = answerTo(facts, signalName);
  const evidence = evidenceFor(facts, signalName).map(([label, line]) => ({ label, text: line }));
  return parsed<WhyMembers>({ reason, answer: text, command, fine: isFine, evidence });
}

/** The last runs that the supervisor keeps, the newest first; none of runit's supervisor. */
export function runsOf(service: NamedService): readonly RunMembers[] {
  const record = ignoringErrors(() => history.historyOf(service));
  return pastRuns(record?.runs ?? "").map(({ code, status, endedS, ranMs }) => ({
    ...(code >= 0 ? { code } : { signal: signalName(status % CORE_BIT) }),
    ended: rfc3339({ seconds: endedS, nanoseconds: 0 }),
    ran_ms: ranMs,
  }));
}

export function graphOf(services: readonly NamedService[]): readonly GraphMembers[] {
  const nodes = nodesFrom(services);
  return [...nodes.values()].map((node) => parsed<GraphMembers>(nodeMembers(node, nodes)));
}

/** @returns `undefined` if the service could not be looked at */
export function metricsOfService(service: NamedService): MetricsService | undefined {
  const view: ServiceView = viewOf(service, { now: posix.clockReal(), processes: "rss" });
  return view.summary === "unreadable" ? undefined : metricsOf(view, logBytesOf(service));
}

/** Text as the byte string of its UTF-8. */
function bytesOf(text: string): string {
  return Buffer.from(text).toString("latin1");
}

/** A byte string of UTF-8 as text; U+FFFD stands for what is not UTF-8. */
export function textOf(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString();
}

function parsed<Members>(members: Json): Members {
  return JSON.parse(textOf(jsonText(members))) as Members;
}
