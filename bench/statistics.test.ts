import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../tests/support/fast-check.ts";
import { quantile, ratio, summarize } from "./statistics.ts";

test("a quantile between two samples is interpolated", () => {
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
  assert.equal(quantile([10], 0.25), 10);
  assert.deepEqual(summarize([5, 1, 3, 2, 4]), {
    count: 5,
    median: 3,
    low: 1,
    lowerQuartile: 2,
    upperQuartile: 4,
    high: 5,
  });
});

test("quantiles are in order and within the samples", () => {
  const samples = fc.array(fc.integer(), { minLength: 1 });
  fc.assert(
    fc.property(samples, (list) => {
      const { low, lowerQuartile, median, upperQuartile, high } = summarize(list);
      const inOrder = [low, lowerQuartile, median, upperQuartile, high];
      assert.equal(low, Math.min(...list));
      assert.equal(high, Math.max(...list));
      const leeway = 1e-6; // interpolation rounds
      for (const [index, value] of inOrder.slice(1).entries()) {
        assert.ok(value >= (inOrder[index] ?? Number.NaN) - leeway);
      }
    }),
  );
});

test("a ratio is taken round by round, so that a slow moment that meets both does not count", () => {
  assert.equal(ratio([1, 100, 1], [2, 200, 2]), 0.5);
  assert.equal(ratio([1, 3], [2, 2, 2]), 1); // a round is missing: of the medians
  assert.equal(ratio([0], [0]), 1);
});
