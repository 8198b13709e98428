/** The columns of the list, and the texts in them. */
import type { Service } from "../shared/service.ts";
import { cpuText, exitText, memoryText, secondsSince, spanText } from "../shared/text.ts";
import type { BoardSample } from "../src/services/board.ts";

/** With the blank behind it. */
export const STATE_WIDTH = 14;
/** If the terminal is narrow, those on the right are left out. */
const COLUMNS = [
  { label: "READY", width: 6 },
  { label: "FOR", width: 9 },
  { label: "RESTARTS", width: 9 },
  { label: "CPU", width: 8 },
  { label: "MEMORY", width: 9 },
  { label: "PID", width: 8 },
] as const;
/** The mark of the chosen service. */
export const MARK_WIDTH = 2;
/** Before the reason. */
const GAP = "  ";
const NAME = { least: 12, most: 32 };
/** The reason is worth more than the last columns. */
const REASON_LEAST = 20;
const FIXED = MARK_WIDTH + STATE_WIDTH + GAP.length;

interface Layout {
  readonly name: number;
  /** So many of the columns behind the state. */
  readonly columns: number;
}

export function layoutFor(width: number): Layout {
  let columns = COLUMNS.length;
  const least = NAME.least + REASON_LEAST + FIXED;
  while (columns > 0 && least + widthOf(columns) > width) columns -= 1;
  const left = width - FIXED - widthOf(columns);
  // The reason, which comes last, gets as much as the name at least.
  return {
    name: Math.max(1, Math.min(NAME.most, Math.max(NAME.least, Math.floor(left / 2)))),
    columns,
  };
}

export function headingOf({ columns }: Layout): string {
  return line(
    COLUMNS.map(({ label }) => label),
    columns,
  );
}

export function cellsOf(
  service: Service,
  { cpu, memory }: BoardSample,
  { columns }: Layout,
): string {
  const { ready, since, restarts, pid } = service;
  const texts = [
    ready === undefined ? "" : ready ? "yes" : "no",
    since === undefined ? "" : spanText(secondsSince(since)),
    String(restarts ?? ""),
    cpu === null ? "" : cpuText(cpu),
    memory === null ? "" : memoryText(memory),
    String(pid ?? ""),
  ];
  return line(texts, columns);
}

/** What matters now, or how it ended last. */
export function reasonOf({ info, error, last_exit: exit }: Service): string {
  if (info !== "") return printable(info);
  if (error !== undefined) return printable(error);
  return exit === undefined ? "" : `last: ${exitText(exit)}`;
}

/** Names and lines of logs may have bytes that would command the terminal: none gets there. */
export function printable(text: string): string {
  return text.replaceAll("\t", "  ").replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\uFFFD");
}

function line(texts: readonly string[], count: number): string {
  return COLUMNS.slice(0, count)
    .map(({ width }, index) => (texts[index] ?? "").padStart(width))
    .join("")
    .concat(GAP);
}

function widthOf(count: number): number {
  return COLUMNS.slice(0, count).reduce((sum, { width }) => sum + width, 0);
}
