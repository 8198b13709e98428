/**
 * The rows of `sv list` for people, and the line that counts them.
 *
 * Pure: views in, lines out.
 */
import { quoted } from "../../../base/quoted.ts";
import { sizeText, spanText } from "./durations.ts";
import { ageS, infoText, type NameOfSignal, restartsOf, toneOf } from "./service-info.ts";
import { type ServiceView, STATE_WORDS, type StateWord } from "./service-view.ts";
import type { Paint } from "./style.ts";
import { type Cell, type Column, cutAtEnd, tableLines } from "./table.ts";

/** Names of 20 columns leave room in a terminal of 80. */
const NAME_COLUMNS = 20;
/** A cell whose value is not known, or refused: never 0. */
const UNKNOWN: Cell = { text: "-", tone: "faint" };
/** The states that the last line counts without names. */
const USUAL: readonly StateWord[] = ["running", "stopped"];
const NAMES_MAX = 5;

interface ListLayout {
  readonly memory: "rss" | "pss";
  readonly columns: number | undefined;
  readonly paint: Paint;
  readonly signalName: NameOfSignal;
}

export function listLines(views: readonly ServiceView[], layout: ListLayout): string[] {
  const columns: readonly Column[] = [
    { title: "NAME", most: NAME_COLUMNS },
    { title: "STATE" },
    { title: "SINCE", isNumber: true },
    { title: "RESTARTS", isNumber: true },
    { title: "PID", isNumber: true },
    { title: "CPU", isNumber: true },
    { title: layout.memory === "pss" ? "PSS" : "MEM", isNumber: true },
    { title: "INFO" },
  ];
  const rows = views.map((view) => rowOf(view, layout));
  return tableLines(columns, rows, { width: layout.columns, paint: layout.paint });
}

function rowOf(view: ServiceView, { memory, signalName }: ListLayout): Cell[] {
  const { name, summary, live, process } = view;
  const bytes = memory === "pss" ? process?.pssBytes : process?.rssBytes;
  const pid = live?.record.pid ?? 0;
  return [
    { text: quoted(name) },
    { text: summary, tone: toneOf(summary) },
    cellOf(ageS(view), spanText),
    cellOf(live && restartsOf(live), String),
    cellOf(pid === 0 ? undefined : pid, String),
    cellOf(process?.cpuS, cpuText),
    cellOf(bytes, sizeText),
    { text: infoText(view, signalName) },
  ];
}

function cellOf(value: number | undefined, write: (value: number) => string): Cell {
  return value === undefined ? UNKNOWN : { text: write(value) };
}

/** Less than ten seconds have a digit behind the point. */
function cpuText(seconds: number): string {
  return seconds < 10 ? `${seconds.toFixed(1)}s` : spanText(seconds);
}

/** Such as `12 services: 9 running, 2 failed (a, b), 1 stopped`. */
export function countLine(
  views: readonly ServiceView[],
  { columns, paint }: Pick<ListLayout, "columns" | "paint">,
): string {
  const total = `${views.length} ${views.length === 1 ? "service" : "services"}`;
  const parts = STATE_WORDS.flatMap((state) => {
    const names = views.filter(({ summary }) => summary === state).map(({ name }) => quoted(name));
    if (names.length === 0) return [];
    const more = names.length > NAMES_MAX ? ", ..." : "";
    const list = USUAL.includes(state) ? "" : ` (${names.slice(0, NAMES_MAX).join(", ")}${more})`;
    return [`${names.length} ${state}${list}`];
  });
  const text = parts.length === 0 ? total : `${total}: ${parts.join(", ")}`;
  return paint(columns === undefined ? text : cutAtEnd(text, columns), "faint");
}
