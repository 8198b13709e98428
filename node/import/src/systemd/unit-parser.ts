/**
 * The format of systemd's units.
 *
 * Pure. The rules are those of systemd.syntax(7).
 */
import { ImportError, type Place } from "../note.ts";

/** `Key=value`; the value may have been on several lines. */
export interface Assignment extends Place {
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

const HEADER = /^\[([^\]]+)\]$/;
const PAIR = /^([^=\s][^=]*?)\s*=\s*(.*)$/;
const COMMENT = /^\s*[#;]/;

/** In their order. @throws {ImportError} a line that is neither */
export function parseUnit(text: string, file: string): readonly Assignment[] {
  const assignments: Assignment[] = [];
  let section: string | undefined;
  for (const { line, content } of joinedLines(text)) {
    const place = { file, line };
    const whole = content.trim();
    if (whole === "") continue;
    const [, header] = HEADER.exec(whole) ?? [];
    if (header !== undefined) {
      section = header;
      continue;
    }
    const [, key, value = ""] = PAIR.exec(whole) ?? [];
    if (key === undefined)
      throw new ImportError(place, `neither a section nor an option: ${whole}`);
    if (section === undefined) throw new ImportError(place, `no section before ${whole}`);
    assignments.push({ ...place, section, key, value });
  }
  return assignments;
}

interface JoinedLine {
  /** That of the first of them. */
  readonly line: number;
  readonly content: string;
}

/** A backslash at the end of a line joins it with the next; comments between them are dropped. */
function joinedLines(text: string): readonly JoinedLine[] {
  const joined: JoinedLine[] = [];
  let open: JoinedLine | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (COMMENT.test(line)) continue;
    const before: JoinedLine = open ?? { line: index + 1, content: "" };
    const goesOn = line.endsWith("\\");
    const content: string = before.content + (goesOn ? `${line.slice(0, -1)} ` : line);
    open = goesOn ? { ...before, content } : undefined;
    if (!goesOn) joined.push({ ...before, content });
  }
  return open === undefined ? joined : [...joined, open];
}
