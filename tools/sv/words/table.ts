/**
 * Rows in columns: aligned, and on a terminal cut to its width.
 *
 * Pure: cells in, lines out.
 */
import { charactersOf, columnsOf, isAscii } from "../../../base/utf8.ts";
import { type Paint, plain, type Tone } from "./style.ts";

export interface Column {
  readonly title: string;
  /** A text for each row: printable, without control characters. */
  readonly texts: readonly string[];
  /** What the text of a row means. */
  readonly tone?: (row: number) => Tone | undefined;
  /** Numbers stand to the right. */
  readonly isNumber?: boolean;
  /** A longer text is cut in the middle on a terminal. */
  readonly most?: number;
}

const GAP = "  ";
/** Stands for what was left out of a text. */
export const CUT = "..";

/**
 * The text of a table, its titles first; the last column is not padded.
 *
 * A table may have thousands of rows: what the engine does by itself, such as to pad or to join,
 * takes a part of the time of a loop, and one long array of cells less than an array for each row.
 *
 * @param width the columns of the terminal, to which each line is cut; `undefined`: cut nothing
 */
export function tableText(
  columns: readonly Column[],
  { width, paint }: { readonly width: number | undefined; readonly paint: Paint },
): string {
  let left = width ?? Number.POSITIVE_INFINITY;
  const printed = columns.map((column, index) => {
    const isLast = index === columns.length - 1;
    const most = isLast ? left : ((width && column.most) ?? left);
    const texts = cutTo(most, column, isLast);
    const allAscii = column.isNumber === true || isAscii(texts.join(""));
    const isPadded = !isLast || column.isNumber === true;
    const widest = isPadded ? widestOf(texts, allAscii) : 0;
    left = Math.max(0, left - widest - GAP.length);
    const layout = { widest, before: index === 0 ? "" : GAP, after: isLast ? "\n" : "" };
    return paint === plain && allAscii
      ? paddedColumn(column, texts, layout)
      : paintedColumn(column, texts, layout, paint);
  });
  const cells: string[] = [];
  const rows = printed[0]?.length ?? 0;
  for (let row = 0; row < rows; row += 1) {
    for (let index = 0; index < printed.length; index += 1) {
      cells[cells.length] = printed[index]?.[row] ?? "";
    }
  }
  return cells.join("");
}

/** The title and the texts of a column, each of which has at most `most` columns. */
function cutTo(most: number, { title, texts }: Column, isLast: boolean): readonly string[] {
  const all = [title].concat(texts);
  const cut = isLast ? cutAtEnd : cutInMiddle;
  return Number.isFinite(most) ? all.map((text) => cut(text, most)) : all;
}

function widestOf(texts: readonly string[], allAscii: boolean): number {
  if (!allAscii) return texts.reduce((one, text) => Math.max(one, columnsOf(text)), 0);
  let widest = 0;
  for (let row = 0; row < texts.length; row += 1) {
    const length = texts[row]?.length ?? 0;
    if (length > widest) widest = length;
  }
  return widest;
}

/** How a column is printed. */
interface ColumnLayout {
  /** Its columns on a terminal; 0 if it is not padded. */
  readonly widest: number;
  /** What separates it from the column before, and what ends the line. */
  readonly before: string;
  readonly after: string;
}

/** @param texts the title, and the texts of the rows: without colour, and ASCII */
function paddedColumn(
  { isNumber = false }: Column,
  texts: readonly string[],
  { widest, before, after }: ColumnLayout,
): readonly string[] {
  const wide = before.length + widest;
  if (isNumber && after === "") return texts.map((text) => text.padStart(wide));
  if (isNumber) return texts.map((text) => text.padStart(wide) + after);
  // No blanks at the end of a line.
  if (widest === 0) return texts.map((text) => (text === "" ? after : before + text + after));
  return texts.map((text) => before + text.padEnd(widest) + after);
}

/** @param texts the title, and the texts of the rows */
function paintedColumn(
  { isNumber = false, tone }: Column,
  texts: readonly string[],
  { widest, before, after }: ColumnLayout,
  paint: Paint,
): readonly string[] {
  return texts.map((text, at) => {
    if (text === "" && widest === 0) return after;
    const blanks = " ".repeat(Math.max(0, widest - columnsOf(text)));
    const painted = paint(text, at === 0 ? "faint" : tone?.(at - 1));
    return before + (isNumber ? blanks + painted : painted + blanks) + after;
  });
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
