/**
 * Makes a bundle's trace table from its source map: small enough to be sealed with every program,
 * and readable with a few lines of code (positionOf in base/trace-table.ts). Pure: no file is
 * touched.
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
 */
import type { Position } from "../base/trace-table.ts";

/** The fields of a source map (version 3) that are used. */
interface SourceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

/** The trace table of a bundle. */
export function traceTableOf({ sources, mappings }: SourceMap): string {
  return encode(firstPositions(sources, mappings));
}

/** The trace table for a bundle, from the position of each of its lines, in order. */
export function encode(lines: readonly (Position | undefined)[]): string {
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

/** For each line of the bundle, the position of its first mapped piece. */
function firstPositions(sources: readonly string[], mappings: string): (Position | undefined)[] {
  let source = 0;
  let line = 0;
  return mappings.split(";").map((segments) => {
    let first: Position | undefined;
    for (const segment of segments.split(",")) {
      const [, sourceStep, lineStep] = numbersOf(segment);
      if (sourceStep === undefined || lineStep === undefined) continue;
      source += sourceStep;
      line += lineStep;
      const file = sources[source];
      if (file !== undefined) first ??= { file, line: line + 1 };
    }
    return first;
  });
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * The numbers of a segment: base64 digits of five bits, lowest first, then a sign in the lowest
 * bit.
 */
function numbersOf(segment: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const character of segment) {
    const digit = DIGITS.indexOf(character);
    value += (digit & 31) << shift;
    shift += 5;
    if (digit >= 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}
