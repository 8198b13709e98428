/**
 * Rows in columns: aligned, and on a terminal cut to its width.
 *
 * Pure: cells in, lines out.
 */
import { charactersOf, columnsOf } from "../../../base/utf8.ts";
import type { Paint, Tone } from "./style.ts";

export interface Cell {
  /** Printable: no control characters. */
  readonly text: string;
  readonly tone?: Tone | undefined;
}

export interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly isNumber?: boolean;
  /** A longer text is cut in the middle on a terminal. */
  readonly most?: number;
}

const GAP = "  ";
const CUT = "..";
const NOTHING: Cell = { text: "" };
/** More than any column that is padded. */
const BLANKS = " ".repeat(4_096);

/**
 * The lines of a table, its titles first; the last column is not padded.
 *
 * @param width the columns of the terminal, to which each line is cut; `undefined`: cut nothing
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { width, paint }: { readonly width: number | undefined; readonly paint: Paint },
): string[] {
  const lines: string[] = ["", ...rows.map(() => "")];
  let left = width ?? Number.POSITIVE_INFINITY;
  columns.forEach((column, index) => {
    const isLast = index === columns.length - 1;
    const cells = [{ text: column.title, tone: "faint" } as Cell];
    for (const row of rows) cells.push(row[index] ?? NOTHING);
    const most = isLast ? left : ((width && column.most) ?? left);
    const cut = isLast ? cutAtEnd : cutInMiddle;
    const texts = cells.map(({ text }) => (fits(text, most) ? text : cut(text, most)));
    // Numbers are ASCII.
    const widths = texts.map((text) => (column.isNumber === true ? text.length : columnsOf(text)));
    const widest = widths.reduce((one, other) => Math.max(one, other), 0);
    left = Math.max(0, left - widest - GAP.length);
    cells.forEach(({ tone }, at) => {
      const text = texts[at] ?? "";
      const blanks = BLANKS.slice(0, widest - (widths[at] ?? 0));
      const painted = tone === undefined ? text : paint(text, tone);
      const padded = column.isNumber === true ? blanks + painted : painted + (isLast ? "" : blanks);
      lines[at] = index === 0 ? padded : `${lines[at]}${GAP}${padded}`;
    });
  });
  return lines.map((line) => line.trimEnd());
}

/** At most `most` columns of a text, of which the middle is left out. */
export function cutInMiddle(text: string, most: number): string {
  if (fits(text, most)) return text;
  const room = most - CUT.length;
  if (room <= 0) return cutAtEnd(text, most);
  const characters = charactersOf(text);
  const head = fitting(characters, Math.ceil(room / 2));
  const tail = fitting([...characters].reverse(), Math.floor(room / 2)).reverse();
  return `${head.join("")}${CUT}${tail.join("")}`;
}

/** At most `most` columns of a text, of which the end is left out. */
export function cutAtEnd(text: string, most: number): string {
  if (fits(text, most)) return text;
  const characters = charactersOf(text);
  if (most < CUT.length) return fitting(characters, most).join("");
  return fitting(characters, most - CUT.length).join("") + CUT;
}

/** A byte takes at most one column; to count them exactly takes longer. */
function fits(text: string, most: number): boolean {
  return text.length <= most || columnsOf(text) <= most;
}

/** The first characters, as many as fit into these columns. */
function fitting(characters: readonly string[], most: number): string[] {
  const fits: string[] = [];
  let left = most;
  for (const character of characters) {
    left -= columnsOf(character);
    if (left < 0) break;
    fits.push(character);
  }
  return fits;
}
