/**
 * Statistics of samples. Pure: numbers in, numbers out. There is no average, because one bad moment
 * spoils it.
 */

interface Summary {
  readonly count: number;
  readonly median: number;
  readonly low: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly high: number;
}

/** The value below which this fraction of the samples lies, interpolated between two of them. */
export function quantile(samples: readonly number[], part: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

export function summarize(samples: readonly number[]): Summary {
  return {
    count: samples.length,
    median: median(samples),
    low: quantile(samples, 0),
    lowerQuartile: quantile(samples, 0.25),
    upperQuartile: quantile(samples, 0.75),
    high: quantile(samples, 1),
  };
}

/**
 * The median of the ratios of two subjects, round by round: both ran under the same conditions in a
 * round, so a disturbance slowed both. If a round lacks one of them, the ratio of the medians.
 */
export function ratio(samples: readonly number[], reference: readonly number[]): number {
  if (samples.length !== reference.length) return divide(median(samples), median(reference));
  return median(samples.map((sample, round) => divide(sample, reference[round] ?? Number.NaN)));
}

/** Zero divided by zero counts as equal. */
const divide = (a: number, b: number): number => (a === b ? 1 : a / b);
