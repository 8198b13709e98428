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
  const titles = columns.map(({ title }): Cell => ({ text: title, tone: "faint" }));
  const cut = rows.map((row) => row.map((cell, index) => fitted(cell, columns[index], width)));
  const lines = [titles, ...cut];
  const widths = columns.map((_, index) =>
    lines.reduce((most, row) => Math.max(most, columnsOf(row[index]?.text ?? "")), 0),
  );
  const before = widths.slice(0, -1).reduce((sum, one) => sum + one + GAP.length, 0);
  const left = width === undefined ? Number.POSITIVE_INFINITY : Math.max(width - before, 0);
  return lines.map((row) => {
    const texts = row.map(({ text, tone }, index) => {
      const isLast = index === columns.length - 1;
      const shown = isLast ? cutAtEnd(text, left) : text;
      const blanks = " ".repeat(Math.max(0, (widths[index] ?? 0) - columnsOf(shown)));
      const painted = paint(shown, tone);
      if (columns[index]?.isNumber === true) return blanks + painted;
      return isLast ? painted : painted + blanks;
    });
    return texts.join(GAP).trimEnd();
  });
}

function fitted(cell: Cell, column: Column | undefined, width: number | undefined): Cell {
  if (width === undefined || column?.most === undefined) return cell;
  return { ...cell, text: cutInMiddle(cell.text, column.most) };
}

/** At most `most` columns of a text, of which the middle is left out. */
export function cutInMiddle(text: string, most: number): string {
  if (columnsOf(text) <= most) return text;
  const room = most - CUT.length;
  if (room <= 0) return cutAtEnd(text, most);
  const characters = charactersOf(text);
  const head = fitting(characters, Math.ceil(room / 2));
  const tail = fitting([...characters].reverse(), Math.floor(room / 2)).reverse();
  return `${head.join("")}${CUT}${tail.join("")}`;
}

/** At most `most` columns of a text, of which the end is left out. */
export function cutAtEnd(text: string, most: number): string {
  if (columnsOf(text) <= most) return text;
  const characters = charactersOf(text);
  if (most < CUT.length) return fitting(characters, most).join("");
  return fitting(characters, most - CUT.length).join("") + CUT;
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
