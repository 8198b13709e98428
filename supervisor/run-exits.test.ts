import assert from "node:assert/strict";
import { test } from "node:test";
import { pastRuns } from "../protocol/past-runs.ts";
import { after, exited, RUNNING, spawned, withoutScript } from "../tests/support/service-events.ts";
import type { Service } from "./state.ts";

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

test("a KILL that the supervisor may have sent leaves no count of kills for lack of memory", () => {
  const killed = { ...exited(10_250), end: { code: -1, status: 9 }, memoryKills: 2 };
  const kills = (service: Service) =>
    pastRuns(after(service, killed)[0].exits.runs).map(({ memoryKills }) => memoryKills);
  assert.deepEqual(kills(RUNNING), [2]);
  assert.deepEqual(kills({ ...RUNNING, exitRequested: true }), [undefined]);
  assert.deepEqual(kills({ ...RUNNING, termSent: true }), [undefined]); // a kill timeout followed
});
