/**
 * Looks up a line of a bundle in its trace table: which line of which TypeScript file it was.
 * Pure: text in, position out. build/trace-table.ts makes the tables and tells their format.
 */

export interface Position {
  /** The file's path from the repository's root. */
  readonly file: string;
  readonly line: number;
}

/** Where `line` of the bundle came from; `undefined` for a line that no file stands behind. */
export function positionOf(table: string, line: number): Position | undefined {
  const [files = "", runs = ""] = table.split("\n\n");
  let found: Position | undefined;
  for (const run of runs.split("\n")) {
    const [first = Number.NaN, file, source = 0] = run.split(" ").map(Number);
    // Also ends the search for what is not a number.
    if (!(first <= line)) break;
    const name = file === undefined ? undefined : files.split("\n")[file];
    found = name === undefined ? undefined : { file: name, line: source + line - first };
  }
  return found;
}
