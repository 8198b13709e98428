/**
 * The table of `sv list` for people, and the line that counts them.
 *
 * Pure: views in, lines out.
 */
import { allQuoted, quoted } from "../../../base/quoted.ts";
import { sizeText, spanText } from "./durations.ts";
import { ageS, infoText, type NameOfSignal, restartsOf, toneOf } from "./service-info.ts";
import { type ServiceView, STATE_WORDS, type StateWord } from "./service-view.ts";
import type { Paint } from "./style.ts";
import { type Column, CUT, cutAtEnd, tableText } from "./table.ts";

/** Names of 20 columns leave room in a terminal of 80; longer ones are cut if there is none. */
const NAME_COLUMNS = 20;
/** A value that is not known, or refused: never 0. */
const UNKNOWN = "-";
/** The states that the last line counts without names. */
const USUAL: readonly StateWord[] = ["running", "stopped"];
const NAMES_MAX = 5;
/** The order of the last line, of which a narrow terminal cuts the end. */
const FIRST_COUNTED: readonly StateWord[] = [
  "running",
  "failed",
  "resting",
  "unsupervised",
  "unreadable",
  "waiting",
  "paused",
];
const COUNTED = [
  ...FIRST_COUNTED,
  ...STATE_WORDS.filter((state) => !FIRST_COUNTED.includes(state)),
];

interface ListLayout {
  readonly memory: "rss" | "pss";
  readonly columns: number | undefined;
  readonly paint: Paint;
  readonly signalName: NameOfSignal;
}

/** The text of the whole table. */
export function listText(views: readonly ServiceView[], layout: ListLayout): string {
  const { memory, signalName } = layout;
  const columns: readonly Column[] = [
    { title: "NAME", texts: allQuoted(views.map(({ name }) => name)), most: NAME_COLUMNS },
    {
      title: "STATE",
      texts: views.map(({ summary }) => summary),
      tone: (row) => views[row] && toneOf(views[row].summary),
    },
    numberColumn("SINCE", views.map(sinceText)),
    numberColumn("RESTARTS", views.map(restartsText)),
    numberColumn("PID", views.map(pidText)),
    numberColumn("CPU", views.map(cpuText)),
    memory === "pss"
      ? numberColumn("PSS", views.map(pssText))
      : numberColumn("MEM", views.map(memoryText)),
    { title: "INFO", texts: views.map((view) => infoText(view, signalName)) },
  ];
  return tableText(columns, { width: layout.columns, paint: layout.paint });
}

function numberColumn(title: string, texts: readonly string[]): Column {
  const tone = (row: number) => (texts[row] === UNKNOWN ? "faint" : undefined);
  return { title, texts, tone, isNumber: true };
}

function sinceText(view: ServiceView): string {
  const seconds = ageS(view);
  return seconds === undefined ? UNKNOWN : spanText(seconds);
}

function restartsText({ live }: ServiceView): string {
  const restarts = live && restartsOf(live);
  return restarts === undefined ? UNKNOWN : String(restarts);
}

function pidText({ live }: ServiceView): string {
  return live === undefined || live.record.pid === 0 ? UNKNOWN : String(live.record.pid);
}

/** Less than ten seconds have a digit behind the point. */
function cpuText({ process }: ServiceView): string {
  if (process === undefined) return UNKNOWN;
  const { cpuS } = process;
  return cpuS < 10 ? `${cpuS.toFixed(1)}s` : spanText(cpuS);
}

function memoryText({ process, cgroup }: ServiceView): string {
  const bytes = cgroup?.memoryBytes ?? process?.rssBytes;
  return bytes === undefined ? UNKNOWN : sizeText(bytes);
}

function pssText({ process }: ServiceView): string {
  return process?.pssBytes === undefined ? UNKNOWN : sizeText(process.pssBytes);
}

/**
 * How to see all of a text that the terminal has cut: `.. is cut short, in full: sv why web`.
 *
 * @param table the text of {@link listText}
 * @returns `undefined` if nothing was cut
 */
export function cutLine(
  views: readonly ServiceView[],
  table: string,
  { paint, signalName }: Pick<ListLayout, "paint" | "signalName">,
): string | undefined {
  const rows = table.split("\n").slice(1);
  const view = views.find(
    (one, row) => rows[row]?.endsWith(CUT) === true && !infoText(one, signalName).endsWith(CUT),
  );
  return view && paint(`${CUT} is cut short, in full: sv why ${quoted(view.name)}`, "faint");
}

/**
 * Such as `12 services: 9 running, 2 failed (a, b), 1 stopped`, with so many names that it fits.
 */
export function countLine(
  views: readonly Pick<ServiceView, "name" | "summary">[],
  { columns, paint }: Pick<ListLayout, "columns" | "paint">,
): string {
  let text = countText(views, NAMES_MAX);
  if (columns === undefined) return paint(text, "faint");
  for (let names = NAMES_MAX - 1; names >= 0 && cutAtEnd(text, columns) !== text; names -= 1) {
    text = countText(views, names);
  }
  return paint(cutAtEnd(text, columns), "faint");
}

/** @param namesMax how many services of a state are named; 0: none */
function countText(
  views: readonly Pick<ServiceView, "name" | "summary">[],
  namesMax: number,
): string {
  const total = `${views.length} ${views.length === 1 ? "service" : "services"}`;
  const parts = COUNTED.flatMap((state) => {
    const names = views.filter(({ summary }) => summary === state).map(({ name }) => name);
    if (names.length === 0) return [];
    const count = `${names.length} ${state}`;
    if (USUAL.includes(state) || namesMax === 0) return [count];
    const more = names.length > namesMax ? ", ..." : "";
    return [`${count} (${names.slice(0, namesMax).map(quoted).join(", ")}${more})`];
  });
  return parts.length === 0 ? total : `${total}: ${parts.join(", ")}`;
}
