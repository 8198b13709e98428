/** check-period: runsv runs ./check, and a service is ready once that exits 0. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { isAlive } from "../../support/procfs.ts";
import { isReady, untilNotReady, untilReady } from "../../support/readiness.ts";
import { testBothWays } from "../../support/scan.ts";
import { FOREVER } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { type Supervised, supervise } from "../../support/supervise.ts";
import { say } from "../../support/sv.ts";

const files = { "check-period": "100\n" };
/** Exits 0 while the test has put a file there; notes each run. */
const check = "echo check >>trace; [ -e good ]";
const run = FOREVER;
const put = (service: Supervised) => writeFileSync(service.path("good"), "");

describe("check-period", { concurrency: 4, ...improved("readiness") }, () => {
  test("a service is ready once ./check exits 0, and not after three failures", async (t) => {
    const service = supervise(t, { run, check, files });
    await untilNotReady(service);
    await service.untilLines(3);
    assert.ok(!isReady(service));
    put(service);
    await untilReady(service);
    rmSync(service.path("good"));
    await untilNotReady(service);
    assert.equal(service.stat(), "run");
    put(service);
    await untilReady(service);
  });

  test("sv start and sv check wait, and leave ./check to runsv", async (t) => {
    const parent = "echo $PPID >>parents; [ -e good ]";
    const service = supervise(t, { run, check: parent, files });
    await untilNotReady(service);
    assert.equal(
      await say(service, ["-w1", "check", "service"]),
      "timeout: run: service: (pid N) Ns, not ready\n1",
    );
    put(service);
    assert.equal(
      await say(service, ["start", "service"]),
      "ok: run: service: (pid N) Ns, ready Ns\n0",
    );
    assert.deepEqual([...new Set(service.lines("parents"))], [`${service.runsv.pid}`]);
  });

  test("one ./check runs at a time; the next waits for its end", async (t) => {
    const slow =
      "mkdir busy || echo overlap >>overlaps; echo >>trace; sleep 0.3; rmdir busy; false";
    const service = supervise(t, { run, check: slow, files: { "check-period": "1" } });
    await service.untilLines(4);
    assert.ok(!service.has("overlaps"));
  });

  test("check-timeout kills the process group of a ./check that hangs", async (t) => {
    const hanging = "sleep 1000 & echo $! >>trace; wait";
    const limits = { ...files, "check-timeout": "100" };
    const service = supervise(t, { run, check: hanging, files: limits });
    const [first] = await service.untilLines(2);
    await service.untilTrue("kill", () => !isAlive(Number(first)));
    assert.ok(!isReady(service));
  });

  test("./check is killed at the stop, and does not run while the service is paused or down", async (t) => {
    const hanging = 'echo "$$" >>trace; exec sleep 1000';
    const service = supervise(t, { run, check: hanging, files });
    const [pid] = await service.untilLines(1);
    service.control("p");
    await service.untilTrue("kill", () => !isAlive(Number(pid)));
    await service.untilQuiet();
    assert.equal(service.lines().length, 1);
    service.control("c");
    const [, second] = await service.untilLines(2);
    service.control("d");
    await service.untilStat("down");
    await service.untilTrue("kill", () => !isAlive(Number(second)));
    await service.untilQuiet();
    assert.equal(service.lines().length, 2);
  });

  test("check-restart ends a service whose checks fail, after its first success", async (t) => {
    const limits = { ...files, "check-restart": "2" };
    const service = supervise(t, { run: `echo start >>starts; ${run}`, check, files: limits });
    await service.untilLines(4);
    assert.deepEqual(service.lines("starts"), ["start"]);
    put(service);
    const { pid } = await untilReady(service);
    rmSync(service.path("good"));
    await service.untilMessage(
      "warning: ./check has failed as often as check-restart allows, service gets TERM.",
    );
    await service.untilRunning(pid);
    assert.deepEqual(await service.untilLines(2, "starts"), ["start", "start"]);
  });

  test("a ./check that is missing, or cannot be executed, is reported once and counts as a failure", async (t) => {
    const service = supervise(t, { run, files });
    await service.untilMessage("unable to run ./check: file does not exist");
    await untilNotReady(service);
    await service.untilQuiet();
    assert.equal(service.stderr.split("unable to run").length, 2);
  });

  test("a check killed by a signal fails", async (t) => {
    const service = supervise(t, { run, check: "echo >>trace; kill -TERM $$", files });
    await service.untilLines(3);
    assert.ok(!isReady(service));
  });

  testBothWays("a service under runsvdir is checked", {}, async (t, start) => {
    const service = start(t, { web: { run, check: "exit 0", files } }).service("web");
    await untilReady(service);
  });
});
