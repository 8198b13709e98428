/** A new runsv continues with the log pipe of one that was killed. */
import assert from "node:assert/strict";
import { unlinkSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { whileHeld } from "../../support/held.ts";
import { isAlive, kinship } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { scan } from "../../support/scan.ts";
import { FOREVER } from "../../support/service.ts";
import { ours, tool } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";
import { ADOPTION, kill, replace } from "../../support/takeover.ts";

describe("the log pipe of a runsv that was killed", { concurrency: 4, ...ADOPTION }, () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);
  const COUNTING = [
    "i=0; while [ $i -lt 10000 ]; do",
    "echo $i; i=$((i+1)); [ $((i % 100)) = 0 ] && sleep 0.01; done",
    "echo >>done; exec sleep 1000",
  ].join("\n");

  test("is kept: no line is lost or doubled, whichever of the two others is killed too", async (t) => {
    const log = `exec ${tool(ours, "runsv").replace(/runsv$/, "svlogd")} .`;
    const scanner = scan(t, { web: { run: COUNTING, log: { run: log } } });
    const service = scanner.service("web");
    const { pid } = await service.untilRunning();
    while (!service.has("done")) {
      await service.log.untilSupervised();
      const logger = await service.log.untilRunning();
      sendSignal(logger.pid, "SIGTERM"); // svlogd writes its input so far
      await service.log.untilRunning(logger.pid);
      const runsv = await scanner.untilRunsv("web");
      sendSignal(runsv, "SIGKILL");
      await scanner.until("end of runsv", () => (isAlive(runsv) ? undefined : true));
      scanner.runsvdir.signal("SIGALRM"); // no rest for a runsv that is killed often
    }
    await service.untilTrue("last line", () => service.log.lines("current").includes("9999"));
    assert.deepEqual(service.log.lines("current"), numbers(10_000));
    assert.equal(service.status().pid, pid);
  });

  test("keeps what nobody has read yet, when the log service dies with it", async (t) => {
    const service = supervise(t, {
      run: "echo first; until [ -e go ]; do sleep 0.01; done; seq 1000; echo >>done; exec sleep 1000",
      log: { run: "exec cat >>lines" },
    });
    const { pid } = await service.untilRunning();
    const logger = await service.log.untilRunning();
    await service.log.untilLines(1, "lines");
    sendSignal(logger.pid, "SIGSTOP");
    await service.untilTrue("stopped log service", () => kinship(logger.pid)?.state === "T");
    writeFileSync(service.path("go"), "");
    await service.untilLines(1, "done");
    await kill(await service.untilSupervised());
    sendSignal(logger.pid, "SIGKILL");
    await service.untilTrue("end of the log service", () => !isAlive(logger.pid));
    const next = service.another();
    await next.log.untilRunning(logger.pid);
    await next.log.untilLines(1_001, "lines");
    assert.deepEqual(next.log.lines("lines"), ["first", ...numbers(1_001).slice(1)]);
    assert.equal(next.status().pid, pid);
  });

  test("has a reader again before the service writes, if the log service ended with the runsv", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER, down: true, log: { run: "exec cat" } } });
    const service = scanner.service("web");
    const logger = await service.log.untilRunning();
    const runsv = await scanner.untilRunsv("web");
    await whileHeld(scanner.runsvdir.pid, async () => {
      sendSignal(runsv, "SIGKILL");
      const isZombie = () => kinship(logger.pid)?.state === "Z"; // runsvdir reaps nothing
      await service.untilTrue("end of the log service", isZombie);
      unlinkSync(service.path("down"));
      scanner.box.start([tool(ours, "runsv"), service.dir]);
      await service.untilRunning();
      const next = service.log.status();
      assert.notEqual(next.pid, logger.pid);
      assert.equal(next.phase, "run");
    });
  });

  test("is closed in the end: the log service that was taken over ends by the end of its input", async (t) => {
    const service = supervise(t, { run: FOREVER, log: { run: "cat; echo end >>trace" } });
    await service.untilRunning();
    await service.log.untilRunning();
    const next = await replace(await service.untilSupervised());
    next.control("x");
    assert.equal(await next.exitCode(), 0);
    assert.deepEqual(next.log.lines(), ["end"]);
  });
});
