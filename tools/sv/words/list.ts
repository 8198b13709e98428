/**
 * `sv list`: a row for each service. A program of its own, sv/words/list.
 */
import * as posix from "posix";
import { quoted } from "../../../base/quoted.ts";
import { readWords, type WordContext } from "./command-line.ts";
import { spanText } from "./durations.ts";
import { DOCUMENT, jsonText } from "./json.ts";
import { type ListRequest, SPEC } from "./list-options.ts";
import { ageS, infoText, restartsOf, toneOf } from "./service-info.ts";
import { serviceMembers } from "./service-json.ts";
import type { ServiceView } from "./service-view.ts";
import { servicesOf } from "./services.ts";
import { signalName } from "./signal-names.ts";
import { type Cell, type Column, tableLines } from "./table.ts";
import { viewOf } from "./view.ts";
import { printing, WordOutput } from "./word-output.ts";

/** The names of 20 columns fit into a terminal of 80, with all that follows. */
const NAME_COLUMNS = 20;

const COLUMNS: readonly Column[] = [
  { title: "NAME", most: NAME_COLUMNS },
  { title: "STATE" },
  { title: "SINCE", isNumber: true },
  { title: "RESTARTS", isNumber: true },
  { title: "PID", isNumber: true },
  { title: "INFO" },
];

export function run(words: readonly string[], _context: WordContext): number {
  const request: ListRequest = { color: "auto", json: false, quiet: false };
  const operands = readWords(SPEC, words, request);
  if (typeof operands === "number") return operands;
  const output = new WordOutput(request.color);
  return printing(output, () => {
    const now = posix.clockReal();
    const views = servicesOf(operands, output).map((service) => viewOf(service, now));
    output.countFailure(views.filter(({ summary }) => summary === "unreadable").length);
    if (request.json) printJson(views, output);
    else if (request.quiet) for (const { name } of views) output.line(quoted(name));
    else printTable(views, output);
  });
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

function printTable(views: readonly ServiceView[], output: WordOutput): void {
  const layout = { width: output.columns, paint: output.paint };
  for (const line of tableLines(COLUMNS, views.map(rowOf), layout)) output.line(line);
}

function rowOf(view: ServiceView): Cell[] {
  const { name, summary, live } = view;
  const age = ageS(view);
  const restarts = live && restartsOf(live);
  const pid = live?.record.pid ?? 0;
  return [
    { text: quoted(name) },
    { text: summary, tone: toneOf(summary) },
    { text: age === undefined ? "-" : spanText(age) },
    { text: restarts === undefined ? "-" : String(restarts) },
    { text: pid === 0 ? "-" : String(pid) },
    { text: infoText(view, signalName) },
  ];
}
