/** A short life, by the code and the rule of `npm run soak`: nothing grows, and nothing is lost. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { originalInPlace } from "../support/suite.ts";
import { isFlat } from "./leak-check.ts";
import { QUANTITIES, type Readings } from "./reading.ts";
import type { Sizes } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

const SHORT: Sizes = {
  breadth: 16,
  restarts: 64,
  warmUpRestarts: 3,
  commands: 100,
  warmUpCommands: 100,
  services: 320,
  warmUpServices: 1_200,
  bytes: 64 * 2 ** 20,
  warmUpBytes: 16 * 2 ** 20,
};

const skip = originalInPlace && "what ours are in a long life is in docs/reliability.md";
describe("a short life", { concurrency: SCENARIOS.length }, () => {
  for (const { name, play } of SCENARIOS) {
    test(`${name}: flat, and nothing lost`, { skip }, async () => {
      const readings: Readings = {};
      const { faults } = await play(SHORT, {
        onReading: (moment, reading) => {
          readings[moment] = reading;
        },
        onProgress: () => {},
      });
      assert.deepEqual(faults, []);
      for (const quantity of QUANTITIES) {
        assert.ok(isFlat(quantity, readings), `${quantity}: ${JSON.stringify(readings)}`);
      }
    });
  }
});
