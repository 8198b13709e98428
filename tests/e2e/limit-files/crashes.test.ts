/**
 * max-death-tally and restart-delay-max: runsv gives up a service that keeps crashing, or delays
 * it.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { CRASH, NEVER_MS, sv } from "../../support/limit-files.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { FOREVER } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";
import { endOf, listed } from "../../support/sv-json.ts";

describe("bounds: a service that keeps dying", { concurrency: 4, ...improved("bounds") }, () => {
  test("runsv gives a service up at the crash that max-death-tally names, until it is commanded to start", async (t) => {
    const service = supervise(t, { run: CRASH, files: { "max-death-tally": "2\n" } });
    await service.untilMessage("service died too often, 2 times, not started again.");
    await service.untilStat("down");
    assert.equal(service.status().want, "down");
    assert.equal(service.lines().length, 2);
    const failed = await listed(service);
    assert.deepEqual([failed.summary, failed.restarts, endOf(failed)], ["failed", 1, 3]);
    assert.match((await sv(service, "status")).stdout, /^down: .*: \d+s, normally up, failed\n$/);

    writeFileSync(service.path("run"), `#!/bin/sh\n${FOREVER}\n`);
    const restarted = await sv(service, "-w", "30", "restart");
    assert.match(restarted.stdout, /^ok: run: /);
    const running = await listed(service);
    assert.deepEqual([running.summary, running.restarts, endOf(running)], ["running", 2, 3]);
  });

  test("runsv does not count exits that were commanded", async (t) => {
    const service = supervise(t, { run: FOREVER, files: { "max-death-tally": "2\n" } });
    let { pid } = await service.untilRunning();
    for (const byte of ["t", "k", "i"]) {
      service.control(byte);
      ({ pid } = await service.untilRunning(pid));
    }
    sendSignal(pid, "SIGKILL");
    await service.untilRunning(pid);
  });

  test("runsv doubles the restart delay up to restart-delay-max, and reports the next start", async (t) => {
    const service = supervise(t, {
      run: "date +%s%N >>trace; exit 1",
      files: { "restart-delay-max": NEVER_MS },
    });
    const starts = (await service.untilLines(3)).map((ns) => Number(ns) / 1e6);
    const [first = 0, second = 0, third = 0] = starts;
    assert.ok(second - first >= 990, `first rest ${second - first} ms`);
    assert.ok(third - second >= 1_990, `second rest ${third - second} ms`);
    // The history is written before the status, which still has the process that ended.
    const isResting = () => /^rest (4|8|16)000$/m.test(service.text("supervise/history"));
    // On a busy machine the rest may be over before sv has looked; the next one is longer.
    let nextTryS: unknown;
    while (nextTryS === undefined) {
      await service.until("third rest", ({ pid }) => pid === 0 && isResting());
      nextTryS = (await listed(service)).next_try_seconds;
    }
    assert.equal(typeof nextTryS, "number");
    service.control("d");
    await service.until("wanted down", ({ want }) => want === "down");
    assert.equal((await listed(service)).next_try_seconds, undefined);
  });

  test("runsv gives a log service up by the files in log/, and starts it again by command", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      log: { run: CRASH, files: { "max-death-tally": "1\n" } },
    });
    await service.untilMessage("log service died too often, 1 times, not started again.");
    await service.log.untilStat("down");
    assert.equal((await listed(service)).log?.summary, "failed");
    service.log.control("u");
    await service.log.untilLines(2);
    assert.equal(service.stat(), "run");
  });
});
