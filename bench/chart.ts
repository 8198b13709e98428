/**
 * The README's chart: how many times as good as runit each subject is, with a line for each row
 * that has a goal as a ratio, on a logarithmic scale. Pure: results in, SVG out. Colours follow the
 * reader's light or dark mode.
 */
import { type Goal, REFERENCE, type Row, type SubjectName } from "./measurement.ts";
import { type MeasuredRow, ratioOf } from "./results.ts";
import { median } from "./statistics.ts";
import { figure, LABELS } from "./table.ts";

const WIDTH = 860;
const LEFT = 400;
const RIGHT = 30;
const TOP = 64;
const LINE = 22;
const BOTTOM = 44;
/** In painting order: ours last, on top of the others. */
const SHOWN: readonly SubjectName[] = ["daemontools", "s6", "dense", "ours"];

const STYLE = `
  text { font: 12px system-ui, "DejaVu Sans", sans-serif; fill: #24292f; }
  .title { font-size: 14px; font-weight: 600; }
  .faint { fill: #57606a; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .one { stroke: #57606a; stroke-width: 1.5; }
  .goal { stroke: #bc4c00; stroke-width: 2; }
  .ours { fill: #0969da; }
  .dense { fill: none; stroke: #0969da; stroke-width: 2; }
  .s6, .daemontools { fill: none; stroke: #6e7781; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .faint { fill: #9198a1; }
    .grid { stroke: #30363d; }
    .one { stroke: #9198a1; }
    .goal { stroke: #f0883e; }
    .ours { fill: #58a6ff; }
    .dense { stroke: #58a6ff; }
    .s6, .daemontools { stroke: #9198a1; }
  }
`;

/** A larger result is better, whatever the unit. */
const goodness = (row: Row, ratio: number): number => (row.better === "higher" ? ratio : 1 / ratio);

/** Whether the scale can show a number: it cannot show a ratio with zero. */
const hasPlace = (times: number): boolean => times > 0 && Number.isFinite(times);

interface Line {
  readonly name: string;
  readonly marks: readonly { readonly of: SubjectName; readonly times: number }[];
  readonly goals: readonly { readonly of: Goal["of"]; readonly times: number }[];
}

function lineOf(row: MeasuredRow): Line {
  const marks = SHOWN.flatMap((of) => {
    const ratio = ratioOf(row, of);
    const times = ratio === undefined ? Number.NaN : goodness(row, ratio);
    return hasPlace(times) ? [{ of, times }] : [];
  });
  const reference = median(row.samples[REFERENCE] ?? []);
  const goals = row.goals
    .map(({ of, as, value }) => ({
      of,
      times: goodness(row, as === "ratio" ? value : value / reference),
    }))
    .filter(({ times }) => hasPlace(times));
  return { name: row.name, marks, goals };
}

export function chart(rows: readonly MeasuredRow[]): string {
  const lines = rows
    .filter(({ goals }) => goals.length > 0)
    .map(lineOf)
    // The scale cannot show a subject that needs nothing at all while runit needs something.
    .filter(({ marks }) => marks.some(({ of }) => of === "ours" || of === "dense"));
  const values = lines.flatMap(({ marks, goals }) => [
    ...marks.map(({ times }) => times),
    ...goals.map(({ times }) => times),
    1,
  ]);
  const from = Math.floor(Math.log10(Math.min(0.5, ...values)));
  const to = Math.ceil(Math.log10(Math.max(2, ...values)));
  const x = (times: number) =>
    LEFT + ((Math.log10(times) - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  const height = TOP + lines.length * LINE + BOTTOM;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Times as good as runit">`,
    `<style>${STYLE}</style>`,
    text(16, 22, "Times as good as Debian's runit in the same run", "title"),
    ...legend(),
    ...grid(from, to, x, height - BOTTOM),
    ...lines.flatMap((line, index) => drawn(line, TOP + (index + 0.5) * LINE, x)),
    text(16, height - 12, "Right is better. Medians; the scale goes by powers of ten.", "faint"),
    "</svg>",
  ];
  return `${parts.join("\n")}\n`;
}

function drawn({ name, marks, goals }: Line, y: number, x: (times: number) => number): string[] {
  return [
    text(LEFT - 12, y + 4, name, "", "end"),
    ...goals.map(({ of, times }) => goalMark(x(times), y, of)),
    ...marks.map(({ of, times }) => mark(of, x(times), y, `${LABELS[of]}: ${figure(times)} x`)),
  ];
}

/** A line for each power of ten; the one at 1 is the original's own. */
function grid(from: number, to: number, x: (times: number) => number, bottom: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index).flatMap((power) => {
    const at = x(10 ** power);
    const isOne = power === 0;
    const label = isOne ? LABELS[REFERENCE] : `${figure(10 ** power)} x`;
    return [
      `<line class="${isOne ? "one" : "grid"}" x1="${px(at)}" x2="${px(at)}" y1="${TOP}" y2="${bottom}"/>`,
      text(at, bottom + 16, label, "faint", "middle"),
    ];
  });
}

function legend(): string[] {
  const y = 44;
  const names = SHOWN.toReversed();
  const marks = names.flatMap((name, index) => {
    const at = 24 + index * 120;
    return [mark(name, at, y - 4, LABELS[name]), text(at + 12, y, LABELS[name])];
  });
  const at = 24 + names.length * 120;
  return [
    ...marks,
    goalMark(at, y - 4, "ours"),
    goalMark(at + 12, y - 4, "dense"),
    text(at + 24, y, "their goals"),
  ];
}

const goalMark = (x: number, y: number, of: Goal["of"]): string =>
  `<line class="goal"${of === "dense" ? ' stroke-dasharray="3 2"' : ""} x1="${px(x)}" x2="${px(x)}" y1="${px(y - 8)}" y2="${px(y + 8)}"/>`;

/** Each subject has its own shape, because not everybody sees the colours. */
function mark(of: SubjectName, x: number, y: number, title: string): string {
  const told = `<title>${escaped(title)}</title>`;
  if (of === "s6") {
    return `<rect class="s6" x="${px(x - 4)}" y="${px(y - 4)}" width="8" height="8">${told}</rect>`;
  }
  if (of === "daemontools") {
    const points = `${px(x)},${px(y - 5)} ${px(x + 5)},${px(y + 4)} ${px(x - 5)},${px(y + 4)}`;
    return `<polygon class="daemontools" points="${points}">${told}</polygon>`;
  }
  return `<circle class="${of}" cx="${px(x)}" cy="${px(y)}" r="${of === "ours" ? 6 : 5}">${told}</circle>`;
}

function text(x: number, y: number, said: string, kind = "", anchor = "start"): string {
  const style = kind === "" ? "" : ` class="${kind}"`;
  return `<text${style} x="${px(x)}" y="${px(y)}" text-anchor="${anchor}">${escaped(said)}</text>`;
}

const px = (value: number): string => `${Number(value.toFixed(1))}`;

const escaped = (said: string): string =>
  said.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
