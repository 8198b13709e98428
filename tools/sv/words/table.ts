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
  /** A longer text is cut in the middle if the lines do not fit into the terminal. */
  readonly most?: number;
}

const GAP = "  ";
/** Stands for what was left out of a text. */
export const CUT = "..";

/**
 * The text of a table, its titles first; the last column is not padded.
 *
 * A table may have thousands of rows, and the engine takes long for each call and each step: the
 * loops over the rows have as few as possible.
 *
 * @param width the columns of the terminal, to which each line is cut; `undefined`: cut nothing
 */
export function tableText(
  columns: readonly Column[],
  { width, paint }: { readonly width: number | undefined; readonly paint: Paint },
): string {
  const rows = columns[0]?.texts.length ?? 0;
  const lines = new Array<string>(1 + rows).fill("");
  let left = width ?? Number.POSITIVE_INFINITY;
  columns.forEach((column, index) => {
    const isLast = index === columns.length - 1;
    const most = isLast ? left : (width && column.most && roomFor(column, columns, width)) || left;
    const texts = cutTo(most, column, isLast);
    const allAscii = column.isNumber === true || isAscii(texts.join(""));
    const isPadded = !isLast || column.isNumber === true;
    const widest = isPadded ? widestOf(texts, allAscii) : 0;
    left = Math.max(0, left - widest - GAP.length);
    const layout = { widest, before: index === 0 ? "" : GAP };
    if (paint === plain && allAscii) addColumn(lines, column, texts, layout);
    else addPaintedColumn(lines, column, texts, { ...layout, paint });
  });
  return `${lines.join("\n")}\n`;
}

/** The columns that the texts may take: more than `most` if all of each line fits nevertheless. */
function roomFor(column: Column, columns: readonly Column[], width: number): number {
  const { most = 0 } = column;
  if (naturalWidth(column) <= most) return most;
  const others = columns.filter((other) => other !== column);
  const room = others.reduce((rest, one) => rest - naturalWidth(one) - GAP.length, width);
  return Math.max(most, room);
}

/** Of a column of which nothing is cut. */
function naturalWidth({ title, texts }: Column): number {
  return widestOf([title, ...texts], isAscii(texts.join("")));
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
  /** What separates it from the column before. */
  readonly before: string;
}

/**
 * Adds a column to the lines.
 *
 * @param texts the title, and the texts of the rows: without colour, and ASCII
 */
function addColumn(
  lines: string[],
  { isNumber = false }: Column,
  texts: readonly string[],
  { widest, before }: ColumnLayout,
): void {
  // The blanks for a text of each length that occurs.
  const blanks = Array.from({ length: widest + 1 }, () => "");
  for (let row = 0; row < texts.length; row += 1) {
    const text = texts[row] ?? "";
    const { length } = text;
    if (blanks[length] === "") blanks[length] = " ".repeat(widest - length);
    if (isNumber) lines[row] += before + blanks[length] + text;
    else if (widest > 0) lines[row] += before + text + blanks[length];
    else if (text !== "") lines[row] += before + text; // no blanks at the end of a line
  }
}

/** As {@link addColumn}, in colour, and in any characters. */
function addPaintedColumn(
  lines: string[],
  { isNumber = false, tone }: Column,
  texts: readonly string[],
  { widest, before, paint }: ColumnLayout & { readonly paint: Paint },
): void {
  texts.forEach((text, row) => {
    if (text === "" && widest === 0) return; // no blanks at the end of a line
    const blanks = " ".repeat(Math.max(0, widest - columnsOf(text)));
    const painted = paint(text, row === 0 ? "faint" : tone?.(row - 1));
    lines[row] += before + (isNumber ? blanks + painted : painted + blanks);
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
