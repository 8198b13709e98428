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

describe("bounds: a service that keeps dying", { concurrency: 4, ...improved("bounds") }, () => {
  test("runsv gives a service up at the crash that max-death-tally names, until it is commanded to start", async (t) => {
    const service = supervise(t, { run: CRASH, files: { "max-death-tally": "2\n" } });
    await service.untilMessage("service died too often, 2 times, not started again.");
    await service.untilStat("down");
    assert.equal(service.status().want, "down");
    assert.equal(service.lines().length, 2);
    const report = await sv(service, "report");
    assert.match(
      report.stdout,
      /^down: .*: \d+s, normally up, failed\n {2}restarts: 1\n {2}last exit: code 3, \d+s ago\n {2}failed: died too often\n$/,
    );
    assert.match((await sv(service, "status")).stdout, /^down: .*: \d+s, normally up, failed\n$/);

    writeFileSync(service.path("run"), `#!/bin/sh\n${FOREVER}\n`);
    const restarted = await sv(service, "-w", "30", "restart");
    assert.match(restarted.stdout, /^ok: run: /);
    assert.match(
      (await sv(service, "report")).stdout,
      /^run: .*\n {2}restarts: 2\n {2}last exit: code 3, \d+s ago\n$/,
    );
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
    for (let report = ""; !/\n {2}next try: in \d+s\n$/.test(report); ) {
      await service.until("third rest", ({ pid }) => pid === 0 && isResting());
      report = (await sv(service, "report")).stdout;
    }
    service.control("d");
    await service.until("wanted down", ({ want }) => want === "down");
    assert.doesNotMatch((await sv(service, "report")).stdout, /next try/);
  });

  test("runsv gives a log service up by the files in log/, and starts it again by command", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      log: { run: CRASH, files: { "max-death-tally": "1\n" } },
    });
    await service.untilMessage("log service died too often, 1 times, not started again.");
    await service.log.untilStat("down");
    assert.match((await sv(service, "report")).stdout, /\n {2}log failed: died too often\n$/);
    service.log.control("u");
    await service.log.untilLines(2);
    assert.equal(service.stat(), "run");
  });
});
