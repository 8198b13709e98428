/** Whatever strikes, ours survives: nothing is lost, nothing is started twice, nobody else is touched. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { originalInPlace, ours } from "../support/suite.ts";
import { CASES } from "./cases.ts";
import { play } from "./play.ts";

const AT_ONCE = 4;

const skip = originalInPlace && "what the original survives is in docs/reliability.md";
describe("the fault matrix", { concurrency: AT_ONCE }, () => {
  for (const one of CASES) {
    test(`${one.kind}: ${one.name}`, { skip }, async () => {
      const { complaints, linesLost, linesDoubled, doubleStarts } = await play(ours, one);
      assert.deepEqual(complaints, []);
      assert.deepEqual({ linesDoubled, doubleStarts }, { linesDoubled: 0, doubleStarts: 0 });
      if (one.mayLoseLines !== true) assert.equal(linesLost, 0, "lines are lost");
    });
  }
});
