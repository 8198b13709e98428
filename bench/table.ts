/** Results as text: tables in Markdown, and the list of goals. Pure: results in, text out. */
import { REFERENCE, type SubjectName } from "./measurement.ts";
import {
  type BenchResults,
  type GoalVerdict,
  type MeasuredRow,
  ratioOf,
  verdicts,
} from "./results.ts";
import { median, summarize } from "./statistics.ts";

export const LABELS: Readonly<Record<SubjectName, string>> = {
  ours: "runits",
  dense: "runits, dense",
  runit: "runit",
  s6: "s6",
  daemontools: "daemontools",
  bare: "run scripts alone",
};
const NAMES = Object.keys(LABELS) as SubjectName[];

/** Three significant digits, without an exponent. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "-";
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return `${Number(value.toPrecision(value !== 0 && Math.abs(value) < 0.1 ? 2 : 3))}`;
}

/** The median, and the quartiles if they differ. */
function cell(samples: readonly number[] | undefined): string {
  if (samples === undefined) return "";
  const { median: middle, lowerQuartile, upperQuartile } = summarize(samples);
  const [low, high] = [figure(lowerQuartile), figure(upperQuartile)];
  return low === high ? figure(middle) : `${figure(middle)} (${low}-${high})`;
}

/** A table in Markdown. */
export function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...lines.map(line)].join("\n");
}

const goalText = ({ goal }: GoalVerdict): string => {
  const sign = goal.bound === "at most" ? "<=" : ">=";
  const times = goal.as === "ratio" ? ` x ${LABELS[REFERENCE]}` : "";
  return `${sign} ${goal.value}${times}${goal.aheadOfPeers ? ", ahead of all" : ""}`;
};

const gotText = ({ got, goal }: GoalVerdict): string =>
  got === undefined ? "not measured" : `${figure(got)}${goal.as === "ratio" ? " x" : ""}`;

function metText({ isMet, got, behind }: GoalVerdict): string {
  if (isMet) return "yes";
  if (got === undefined) return "-";
  return behind.length > 0 ? `no: behind ${behind.map((name) => LABELS[name]).join(", ")}` : "no";
}

const measuredBy = (rows: readonly MeasuredRow[]): SubjectName[] =>
  NAMES.filter((name) => rows.some(({ samples }) => samples[name] !== undefined));

/** Every row that has a goal: the figures, the ratio, and whether the goal is met. */
export function goalTable(rows: readonly MeasuredRow[]): string {
  const asked = rows.filter(({ goals }) => goals.length > 0);
  const names = measuredBy(asked);
  const lines = asked.map((row) => {
    const own = verdicts([row]);
    const join = (tell: (verdict: GoalVerdict) => string) =>
      own
        .map((verdict) => `${verdict.goal.of === "dense" ? "dense: " : ""}${tell(verdict)}`)
        .join("; ");
    const figures = names.map((name) => cell(row.samples[name]));
    return [row.name, row.unit, ...figures, join(gotText), join(goalText), join(metText)];
  });
  const head = ["what", "unit", ...names.map((name) => LABELS[name]), "measured", "goal", "met"];
  return table(head, lines);
}

/** Growth with size: a line for each subject, a column for each size. */
export function growthTables(rows: readonly MeasuredRow[]): string {
  const all = new Set(rows.flatMap(({ series }) => (series ? [series.name] : [])));
  return [...all].map((name) => growthTable(name, rows)).join("\n\n");
}

function growthTable(name: string, rows: readonly MeasuredRow[]): string {
  const members = rows.filter(({ series }) => series?.name === name);
  const lines = measuredBy(members).map((subject) => [
    LABELS[subject],
    ...members.map(({ samples }) => {
      const own = samples[subject];
      return own === undefined ? "-" : figure(median(own));
    }),
  ]);
  const sizes = members.map(({ series }) => (series?.size ?? 0).toLocaleString("en"));
  return table([`${name}, ${members[0]?.unit ?? ""}`, ...sizes], lines);
}

/** Rows without a goal. */
export function otherTable(rows: readonly MeasuredRow[]): string {
  const others = rows.filter(({ goals, series }) => goals.length === 0 && series === undefined);
  const names = measuredBy(others);
  const lines = others.map((row) => {
    const times = ratioOf(row, "ours");
    const figures = names.map((name) => cell(row.samples[name]));
    return [row.name, row.unit, ...figures, times === undefined ? "" : `${figure(times)} x`];
  });
  return table(["what", "unit", ...names.map((name) => LABELS[name]), "runits to runit"], lines);
}

/** The end of the output: a line for each goal, the missed ones last. */
export function goalList(rows: readonly MeasuredRow[]): string {
  const all = verdicts(rows);
  const group = (title: string, some: readonly GoalVerdict[]) =>
    some.length === 0 ? [] : [`${title}: ${some.length} of ${all.length}`, ...some.map(tell)];
  const tell = (verdict: GoalVerdict) => {
    const { row, goal, behind } = verdict;
    const behindWhom = behind.length > 0 ? `, behind ${behind.map((name) => LABELS[name])}` : "";
    const why = verdict.got === undefined ? ` (${row.absent[goal.of] ?? row.absent.runit})` : "";
    const who = goal.of === "dense" ? " [dense]" : "";
    return `  ${row.name}${who}: ${gotText(verdict)}${why}, goal ${goalText(verdict)}${behindWhom}`;
  };
  return [
    ...group(
      "met",
      all.filter(({ isMet }) => isMet),
    ),
    ...group(
      "not measured",
      all.filter(({ got }) => got === undefined),
    ),
    ...group(
      "missed",
      all.filter(({ isMet, got }) => !isMet && got !== undefined),
    ),
  ].join("\n");
}

/** The rows that were left out, by reason. */
export function absences(rows: readonly MeasuredRow[]): string {
  const byReason = new Map<string, string[]>();
  for (const { name, absent } of rows) {
    for (const [subject, reason] of Object.entries(absent) as [SubjectName, string][]) {
      const key = `${LABELS[subject]}: ${reason}`;
      byReason.set(key, [...(byReason.get(key) ?? []), name]);
    }
  }
  return [...byReason]
    .map(
      ([reason, names]) =>
        `  ${reason} (${names.length > 3 ? `${names.length} rows` : names.join("; ")})`,
    )
    .join("\n");
}

const list = (entries: Readonly<Record<string, string>>): string =>
  Object.entries(entries)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");

/** The date, the machine and the versions. */
export function circumstances({
  startedAt,
  tookS,
  words,
  machine,
  versions,
}: BenchResults): string {
  const command = ["npm run bench", ...(words.length > 0 ? ["--", ...words] : [])].join(" ");
  return `\`${command}\`, ${startedAt}, ${(tookS / 60).toFixed(0)} minutes. Machine: ${list(machine)}. Versions: ${list(versions)}.`;
}

/**
 * The rows that the README shows: those that readers ask for first, and one in which ours loses.
 */
export const README_ROWS = [
  "sv status of one service, whole process",
  "sv restart until it reports ok",
  "a new service seen, link to first act",
  "wake-ups of 100 idle services",
  "PSS of scanner and supervisors, 1,000 services with loggers",
  "svlogd, 100-byte lines, -t",
] as const;
const README_SUBJECTS = ["ours", "dense", "runit", "s6"] as const;

/** The README's rows, medians only. */
function readmeTable(rows: readonly MeasuredRow[]): string {
  const lines = README_ROWS.flatMap((name) => {
    const row = rows.find((each) => each.name === name);
    if (row === undefined) return [];
    const cells = README_SUBJECTS.map((subject) => {
      const samples = row.samples[subject];
      return samples === undefined ? "" : figure(median(samples));
    });
    return [[`${row.name}, ${row.unit}`, ...cells]];
  });
  return table(["measure", ...README_SUBJECTS.map((name) => LABELS[name])], lines);
}

/** The README's section about a run. */
export function readmeSection(results: BenchResults): string {
  return [readmeTable(results.rows), circumstances(results)].join("\n\n");
}

/** The full report of a run. */
export function benchmarksSection(results: BenchResults): string {
  return [
    circumstances(results),
    goalTable(results.rows),
    "Growth, medians; the sizes are services, or megabytes a second:",
    growthTables(results.rows),
  ].join("\n\n");
}
