/**
 * `sv list`: a row for each service. A program of its own, sv/words/list.
 */
import * as posix from "posix";
import { quoted } from "../../../base/quoted.ts";
import { findLog } from "../logs/log-place.ts";
import type { NamedService } from "../service.ts";
import { readWords, usage, type WordContext } from "./command-line.ts";
import { DOCUMENT, jsonText } from "./json.ts";
import { type ListedState, type ListRequest, SPEC, statesIn } from "./list-options.ts";
import { countLine, cutLine, listText } from "./list-table.ts";
import { Cgroups } from "./own-cgroup.ts";
import { serviceMembers } from "./service-json.ts";
import { isAsWanted, isChanged, type ServiceView } from "./service-view.ts";
import { noServicesText, servicesOf } from "./services.ts";
import { signalName } from "./signal-names.ts";
import { suggestOthers } from "./suggestions.ts";
import { inside, viewOf } from "./view.ts";
import { printing, WordOutput } from "./word-output.ts";

export function run(words: readonly string[], _context: WordContext): number {
  const request: ListRequest = {
    color: "auto",
    json: false,
    withLogs: false,
    names: "no",
    states: undefined,
    checks: false,
    memory: "rss",
  };
  const operands = readWords(SPEC, words, request);
  if (typeof operands === "number") return operands;
  const states = request.states === undefined ? undefined : statesIn(request.states);
  if (typeof states === "string") return usage(SPEC, states);
  const output = new WordOutput(request.color);
  return printing(output, () => {
    const services = servicesOf(operands, output);
    if (operands.length > 0) suggestOthers(services);
    if (operands.length === 0 && needsNamesAlone(request)) {
      printNames(services, request, output);
      return;
    }
    const views = select(look(services, request), request.checks, states);
    const failed = request.checks ? views : views.filter(isUnreadable);
    output.countFailure(failed.length);
    if (request.json) printJson(views, output);
    else if (request.names !== "no") printNames(views, request, output);
    else if (views.length === 0 && output.exitCode === 0 && asksForAll(request)) {
      output.note(noServicesText());
    } else if (views.length > 0 || output.exitCode === 0) printTable(views, request, output);
    reportRefusals(views, output);
  });
}

/** Nothing about the state is asked for, so that nobody needs the right to read it. */
function needsNamesAlone({ names, states, checks, withLogs, json }: ListRequest): boolean {
  return names !== "no" && states === undefined && !checks && !withLogs && !json;
}

/** A script that looks for services in trouble expects no output if there are none. */
function asksForAll({ states, checks }: ListRequest): boolean {
  return states === undefined && !checks;
}

/** The views of the services, and of log services behind theirs if they are to be shown. */
function look(
  services: readonly NamedService[],
  { names, states, memory, withLogs, checks, json }: ListRequest,
): ServiceView[] {
  const now = posix.clockReal();
  const isTable = names === "no" && !json;
  const hasLogRows = withLogs || checks;
  const options = {
    now,
    ...(names === "no" ? { processes: memory, cgroups: new Cgroups() } : {}),
    withLog: hasLogRows || (isTable && "died"),
    withRunChange: isTable || states?.includes("stale") === true,
  } as const;
  const views: ServiceView[] = [];
  for (const service of services) {
    const view = withLogDirectories(
      service,
      inside(service, () => viewOf(service, options)),
      withLogs,
    );
    if (view.log === undefined || json || !hasLogRows) views.push(view);
    else views.push({ ...view, log: undefined }, view.log);
  }
  return views;
}

/** The view, in which the log service has the directories of its log. */
function withLogDirectories(
  service: NamedService,
  view: ServiceView,
  isWanted: boolean,
): ServiceView {
  if (!isWanted || view.log === undefined) return view;
  const place = findLog(service);
  const logDirectories = "missing" in place ? undefined : place.directories;
  return { ...view, log: { ...view.log, logDirectories } };
}

function select(
  views: readonly ServiceView[],
  checks: boolean,
  states: readonly ListedState[] | undefined,
): readonly ServiceView[] {
  return views.filter((view) => {
    const isStale = isChanged(view) === true && states?.includes("stale") === true;
    if (states !== undefined && !isStale && !states.includes(view.summary)) return false;
    return !checks || !isAsWanted(view);
  });
}

function isUnreadable({ summary }: ServiceView): boolean {
  return summary === "unreadable";
}

function printNames(
  views: readonly Pick<ServiceView, "name">[],
  { names }: ListRequest,
  output: WordOutput,
) {
  for (const { name } of views) output.write(names === "nul" ? `${name}\0` : `${quoted(name)}\n`);
}

function printJson(views: readonly ServiceView[], output: WordOutput): void {
  output.write(DOCUMENT.before);
  let between = "";
  for (const view of views) {
    output.write(between + jsonText(serviceMembers(view, signalName)));
    between = DOCUMENT.between;
  }
  output.write(DOCUMENT.after);
}

function printTable(
  views: readonly ServiceView[],
  { memory }: ListRequest,
  output: WordOutput,
): void {
  const { columns, paint, isTerminal } = output;
  const layout = { memory, columns, paint, signalName };
  // A header above nothing says nothing.
  const table = views.length > 0 ? listText(views, layout) : "";
  output.write(table);
  if (!isTerminal) return;
  const cut = cutLine(views, table, layout);
  if (cut !== undefined) output.line(cut);
  output.line(countLine(views, layout));
}

/** Reports once what an ordinary user may not read. */
function reportRefusals(views: readonly ServiceView[], output: WordOutput): void {
  const refused = views.filter(({ failure }) => failure?.text.endsWith(": access denied"));
  const [first] = refused;
  if (first === undefined) return;
  output.flush();
  const others = refused.length === 1 ? "" : ` and ${refused.length - 1} more`;
  output.note(
    `unable to read ${quoted(`${first.directory}/supervise/status`)}${others}: access denied ` +
      "(run as root, or let your group: sv grant :GROUP SERVICE)",
  );
}
