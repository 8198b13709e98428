/**
 * Maps a line of a bundle to its TypeScript file and line, by the bundle's trace table.
 * Pure: text in, position out. build/trace-table.ts writes the tables and describes their format.
 */

export interface Position {
  /** The file's path from the repository's root. */
  readonly file: string;
  readonly line: number;
}

/** Returns the source of a line of the bundle; `undefined` if it comes from no file. */
export function positionOf(table: string, line: number): Position | undefined {
  const [files = "", runs = ""] = table.split("\n\n");
  let found: Position | undefined;
  for (const run of runs.split("\n")) {
    const [first = Number.NaN, file, source = 0] = run.split(" ").map(Number);
    // This also ends the search at NaN.
    if (!(first <= line)) break;
    const name = file === undefined ? undefined : files.split("\n")[file];
    found = name === undefined ? undefined : { file: name, line: source + line - first };
  }
  return found;
}
