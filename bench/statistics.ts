/** What is said of samples. Pure: numbers in, numbers out. No average, which one bad moment spoils. */

export interface Summary {
  readonly count: number;
  readonly median: number;
  readonly low: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly high: number;
}

/** The value below which this part of the samples lies, between two of them by interpolation. */
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
 * The ratio of two subjects, round by round, and of that the median: both met the same machine in a round, so
 * what slowed it slowed both. Where a round lacks one of them, the ratio of the medians.
 */
export function ratio(samples: readonly number[], reference: readonly number[]): number {
  if (samples.length !== reference.length) return divide(median(samples), median(reference));
  return median(samples.map((sample, round) => divide(sample, reference[round] ?? Number.NaN)));
}

/** Nothing beside nothing is as good. */
const divide = (a: number, b: number): number => (a === b ? 1 : a / b);
