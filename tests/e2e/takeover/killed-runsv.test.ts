/** A runsv that is killed leaves its service and a free lock, as runit's does. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isAlive } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { scan } from "../../support/scan.ts";
import { FOREVER } from "../../support/service.ts";
import { improved, originalInPlace } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";

describe("runsv: killed", { concurrency: 4 }, () => {
  test("a killed runsv leaves its service running and its lock free for the next runsv", async (t) => {
    const service = supervise(t, { run: FOREVER, finish: "exit 0" });
    const { pid } = await service.untilRunning();
    service.runsv.signal("SIGKILL");
    await service.runsv.exit();
    assert.ok(isAlive(pid));
    const next = service.another();
    await next.untilSupervised();
    await next.untilRunning(originalInPlace ? pid : 0);
  });

  test("runsvdir reports a runsv that was killed", improved("runsv-failing"), async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    await scanner.service("web").untilRunning();
    sendSignal(await scanner.untilRunsv("web"), "SIGKILL");
    await scanner.untilMessage("warning: runsv web was killed by signal 9, ");
  });

  test("a killed runsv, all its processes with it, does not keep the next one from a fresh start", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    service.runsv.signal("SIGKILL");
    await service.runsv.exit();
    sendSignal(pid, "SIGKILL");
    await service.untilTrue("end of the service", () => !isAlive(pid));
    const next = service.another();
    const status = await next.untilRunning(pid);
    assert.ok(isAlive(status.pid));
  });
});
