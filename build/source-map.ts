/** Makes a bundle's trace table from its source map. Pure: no file is touched. */
import { type Position, traceTable } from "../base/trace-table.ts";

/** The fields of a source map (version 3) that are used. */
interface SourceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

/** The trace table of a bundle. */
export function traceTableOf({ sources, mappings }: SourceMap): string {
  return traceTable(firstPositions(sources, mappings));
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
