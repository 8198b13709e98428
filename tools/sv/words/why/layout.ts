/**
 * The answer and the evidence of `sv why` as lines: on a terminal, a line that does not fit goes on
 * below its beginning.
 *
 * Pure: text in, text out.
 */
import { quoted } from "../../../../base/quoted.ts";
import { columnsOf } from "../../../../base/utf8.ts";
import { toneOf } from "../service-info.ts";
import type { Paint } from "../style.ts";
import type { Evidence } from "./explain.ts";
import type { Answer, WhyFacts } from "./facts.ts";

/** The labels of the evidence are a column. */
const LABEL_COLUMNS = 10;
const INDENT = "  ";

interface AnswerLayout {
  /** The columns of the terminal; `undefined`: no line is broken. */
  readonly columns: number | undefined;
  readonly paint: Paint;
}

/**
 * `web: STATE: ANSWER; try: COMMAND`, the first line. The command is never broken, so that it can
 * be copied: it has a line of its own if it does not fit.
 */
export function answerLines(
  { view }: WhyFacts,
  { text, command }: Answer,
  { columns, paint }: AnswerLayout,
): string[] {
  const { name, summary } = view;
  const before = `${quoted(name)}: ${summary}: `;
  const lines = wrapped(text, {
    first: roomIn(columns, before),
    next: roomIn(columns, INDENT),
  });
  const [first = "", ...more] = lines;
  const head = `${paint(quoted(name), "strong")}: ${paint(summary, toneOf(summary))}:`;
  const shown = [first === "" ? head : `${head} ${first}`, ...more.map((line) => INDENT + line)];
  if (command === undefined) return shown;
  const last = lines.length === 1 ? before + first : INDENT + (lines.at(-1) ?? "");
  const end = `try: ${paint(command, "strong")}`;
  const fits = columnsOf(`${last}; try: ${command}`) <= (columns ?? Number.POSITIVE_INFINITY);
  if (!fits) return [...shown, INDENT + end];
  return [...shown.slice(0, -1), `${shown.at(-1) ?? ""}; ${end}`];
}

/** A line for each piece of evidence; a label that follows itself is not repeated. */
export function evidenceLines(
  evidence: readonly Evidence[],
  { columns, paint }: AnswerLayout,
): string[] {
  const indent = INDENT + " ".repeat(LABEL_COLUMNS) + INDENT;
  const room = roomIn(columns, indent);
  return evidence.flatMap(([label, text], index) => {
    const shown = evidence[index - 1]?.[0] === label ? "" : label;
    const before = INDENT + paint(shown.padEnd(LABEL_COLUMNS), "faint") + INDENT;
    const [first = "", ...more] = wrapped(text, { first: room, next: room });
    return [before + first, ...more.map((line) => indent + line)];
  });
}

function roomIn(columns: number | undefined, before: string): number {
  return columns === undefined ? Number.POSITIVE_INFINITY : columns - columnsOf(before);
}

/**
 * The text in lines that fit, broken at blanks; a longer word stays whole. The first line is empty
 * if the first word fits into the next one alone.
 */
function wrapped(text: string, room: { readonly first: number; readonly next: number }): string[] {
  if (columnsOf(text) <= room.first) return [text];
  const words = text.split(" ");
  const firstColumns = columnsOf(words[0] ?? "");
  const lines: string[] = firstColumns > room.first && firstColumns <= room.next ? [""] : [];
  let line: string | undefined;
  for (const word of words) {
    const longer: string = line === undefined ? word : `${line} ${word}`;
    const most = lines.length === 0 ? room.first : room.next;
    if (line === undefined || columnsOf(longer) <= most) {
      line = longer;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return line === undefined ? lines : [...lines, line];
}
