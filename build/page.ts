/** Pages with a generated section, between two comments that name the command. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";

/** The two comments, each on a line. */
interface SectionMarks {
  readonly begin: string;
  readonly end: string;
}

/** A page with a new section between the marks; the rest is unchanged. */
export function withSection(page: string, { begin, end }: SectionMarks, section: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < from) throw new Error(`the page lacks ${begin} or its end`);
  return `${page.slice(0, from)}${begin}\n\n${section.trim()}\n\n${page.slice(to)}`;
}

/** Replaces the section of a file. */
export function writeSection(path: string, marks: SectionMarks, section: string): void {
  writeWhole(path, withSection(readFileSync(path, "utf8"), marks, section));
}

/** Replaces the text of a file in one step: an interruption leaves the old one. */
export function writeWhole(path: string, text: string): void {
  const fresh = `${path}.new`;
  writeFileSync(fresh, text);
  renameSync(fresh, path);
}
