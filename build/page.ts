/** Pages that a command makes a part of: what stands between two comments, which tell the command. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";

/** The comments, each a line. */
export interface Marks {
  readonly begin: string;
  readonly end: string;
}

/** A page with another section between the marks, and all else as it was. */
export function withSection(page: string, { begin, end }: Marks, section: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < from) throw new Error(`the page lacks ${begin} or its end`);
  return `${page.slice(0, from)}${begin}\n\n${section.trim()}\n\n${page.slice(to)}`;
}

/** Makes the section of a file anew. */
export function writeSection(path: string, marks: Marks, section: string): void {
  writeWhole(path, withSection(readFileSync(path, "utf8"), marks, section));
}

/** Puts a text in a file's place in one step: whoever interrupts it leaves the old one. */
export function writeWhole(path: string, text: string): void {
  const fresh = `${path}.new`;
  writeFileSync(fresh, text);
  renameSync(fresh, path);
}
