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

test("a count of kills for lack of memory belongs to the last run that has ended", () => {
  const [killed] = after(RUNNING, exited(10_250));
  const [counted, effects] = after(killed, { on: "memoryKillsCounted", kills: 2 });
  assert.deepEqual(effects, [{ do: "publish" }]);
  const [twice] = after(
    counted,
    { on: "restartTimerFired" },
    withoutScript("u"),
    spawned(43, 12_000),
    exited(15_500),
  );
  assert.deepEqual(
    pastRuns(twice.exits.runs).map(({ memoryKills }) => memoryKills),
    [undefined, 2],
  );
});
