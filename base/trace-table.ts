/**
 * The trace table of a bundle, which maps its lines to TypeScript files and lines: small enough to
 * be sealed with every program, and readable with a few lines of code.
 *
 * The format, all text, lines counted from 1:
 *
 *     base/start.ts
 *     tools/sv/main.ts
 *
 *     1
 *     2 0 14
 *     9 1 3
 *
 * First the files, a line each; after an empty line, the runs: "from line 2 of the bundle on, line
 * by line, file 0 from its line 14 on". A run ends where the next begins. A run without a file says
 * that its lines come from no source. Line numbers are enough: bundles keep their line breaks.
 *
 * Pure: text in, position out, and back.
 */

export interface Position {
  /** The file's path from the repository's root. */
  readonly file: string;
  readonly line: number;
}

/** The table of a bundle, from the position of each of its lines, in order. The build calls it. */
export function traceTable(lines: readonly (Position | undefined)[]): string {
  const files = [...new Set(lines.flatMap((position) => position?.file ?? []))];
  const runs: string[] = [];
  let before: Position | undefined;
  lines.forEach((position, index) => {
    const goesOn =
      index > 0 &&
      position?.file === before?.file &&
      (position === undefined || position.line === (before?.line ?? 0) + 1);
    before = position;
    if (goesOn) return;
    const from = position === undefined ? [] : [files.indexOf(position.file), position.line];
    runs.push([index + 1, ...from].join(" "));
  });
  return `${files.join("\n")}\n\n${runs.join("\n")}`;
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
