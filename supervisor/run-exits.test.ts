import assert from "node:assert/strict";
import { test } from "node:test";
import { pastRuns } from "../protocol/past-runs.ts";
import { after, exited, RUNNING, spawned, withoutScript } from "../tests/support/service-events.ts";

test("the last runs are kept, with the time that each took", () => {
  const again = { on: "restartTimerFired" } as const;
  const crashed = after(RUNNING, exited(10_250), again, withoutScript("u"), spawned(43, 12_000));
  const [twice] = after(crashed[0], exited(15_500));
  assert.deepEqual(
    pastRuns(twice.exits.runs).map(({ endedS, ranMs }) => [endedS, ranMs]),
    [
      [15, 3_500],
      [10, 250],
    ],
  );
});
