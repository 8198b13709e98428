/** sv report prints the history of a service. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { sv } from "../../support/limit-files.ts";
import { run } from "../../support/run.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { FOREVER } from "../../support/service.ts";
import { debian, improved, ours } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";

describe("sv report", { ...improved("sv-report") }, () => {
  test("tells what it can of a service under runit's runsv, and of one that nothing happened to", async (t) => {
    for (const suite of [ours, debian]) {
      if (suite.missing !== undefined) continue;
      const service = supervise(t, { run: FOREVER }, { suite });
      await service.untilRunning();
      const report = await sv(service, "report");
      assert.equal(report.code, 0);
      assert.match(report.stdout, /^run: .* \d+s\n {2}history: none\n$/);
    }
  });

  test("does not take the word of a supervisor that is gone", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    const { stdout } = await run(service.box, ["sh", "-c", "echo $$"]);
    writeFileSync(
      service.path("supervise/history"),
      `supervisor ${stdout.trim()}\nendings 5\nrest 0\nfailed 0\n`,
    );
    assert.match((await sv(service, "report")).stdout, /\n {2}history: none\n$/);
    sendSignal(pid, "SIGKILL");
    await service.untilRunning(pid);
    assert.match(
      (await sv(service, "report")).stdout,
      /\n {2}restarts: 1\n {2}last exit: signal 9, \d+s ago\n$/,
    );
  });

  test("fails as status does", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    service.control("x");
    await service.exitCode();
    const report = await sv(service, "report");
    assert.equal(report.code, 1);
    assert.match(report.stdout, /^fail: .*: runsv not running\n$/);
  });
});
