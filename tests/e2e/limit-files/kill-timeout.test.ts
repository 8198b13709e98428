/** timeout-kill and timeout-finish: runsv kills a process that does not end in time. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { CRASH, FINISH, NEVER_MS, SOON_MS, sv } from "../../support/limit-files.ts";
import { FOREVER, STUBBORN } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";
import { unchanged } from "../../support/wait.ts";

/** More than a process needs to end, on a busy machine too. */
const IN_TIME_MS = 2_000;

describe("bounds: a process that does not end", { concurrency: 4, ...improved("bounds") }, () => {
  test("runsv sends KILL when timeout-kill has passed after the stop signal", async (t) => {
    const service = supervise(t, {
      run: STUBBORN,
      finish: FINISH,
      files: { "timeout-kill": SOON_MS },
    });
    await service.untilRunning();
    await service.untilLines(1);
    service.control("d");
    await service.untilStat("down");
    assert.deepEqual(service.lines("ends"), ["-1 9"]);
  });

  test("runsv kills a daemon that ignores TERM, after 't' and after 'x'", async (t) => {
    const service = supervise(t, { run: STUBBORN, files: { "timeout-kill": SOON_MS } });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    service.control("t");
    await service.untilRunning(pid);
    await service.untilLines(2);
    service.control("x");
    assert.equal(await service.exitCode(), 0);
  });

  test("runsv sends no KILL to a process that ends in time, nor to the next one", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      finish: FINISH,
      files: { "timeout-kill": `${IN_TIME_MS}\n` },
    });
    const { pid } = await service.untilRunning();
    service.control("t");
    const next = await service.untilRunning(pid);
    await unchanged(() => service.tell(), IN_TIME_MS + 300); // the time of the first is over
    assert.equal(service.status().pid, next.pid);
    assert.deepEqual(service.lines("ends"), ["-1 15"]);
  });

  test("runsv reads timeout-kill at the stop, and a second stop with less time counts", async (t) => {
    const service = supervise(t, { run: STUBBORN, files: { "timeout-kill": NEVER_MS } });
    await service.untilRunning();
    await service.untilLines(1);
    service.control("d");
    await service.untilStat("run, got TERM, want down");
    writeFileSync(service.path("timeout-kill"), SOON_MS);
    service.control("d");
    await service.untilStat("down");
  });

  test("runsv sends KILL to a paused process, without running control/k", async (t) => {
    const service = supervise(t, {
      run: STUBBORN,
      control: { k: "echo k >>trace" },
      files: { "timeout-kill": SOON_MS },
    });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    service.control("pt");
    await service.untilRunning(pid);
    assert.ok(!service.lines().includes("k"));
  });

  test("runsv sends no KILL if control/t replaced the stop signal", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      control: { t: "echo t >>trace" },
      files: { "timeout-kill": "1\n" },
    });
    await service.untilRunning();
    service.control("d");
    await service.untilLines(1);
    await unchanged(() => service.tell(), 300);
    assert.equal(service.stat(), "run, want down");
  });

  test("runsv sends KILL to a finish that takes longer than timeout-finish", async (t) => {
    const service = supervise(t, {
      run: CRASH,
      finish: "echo finish >>trace; exec sleep 1000",
      files: { "timeout-finish": "300\n" },
    });
    await service.untilTrue(
      "second start",
      () => service.lines().filter((l) => l === "start").length > 1,
    );
    assert.deepEqual(service.lines().slice(0, 3), ["start", "finish", "start"]);
  });

  test("runsv kills the log service by the files in log/", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      log: { run: STUBBORN, files: { "timeout-kill": SOON_MS } },
    });
    await service.log.untilRunning();
    await service.log.untilLines(1);
    service.log.control("d");
    await service.log.untilStat("down");
    assert.equal(service.stat(), "run");
  });

  test("sv waits for the kill timeout; force-stop kills if there is none", async (t) => {
    const service = supervise(t, { run: STUBBORN, files: { "timeout-kill": SOON_MS } });
    await service.untilRunning();
    await service.untilLines(1);
    const down = await sv(service, "-w", "30", "down");
    assert.match(down.stdout, /^ok: down: /);
    rmSync(service.path("timeout-kill"));
    service.control("u");
    await service.untilLines(2);
    const forced = await sv(service, "-w", "5", "force-stop");
    assert.match(forced.stdout, /^kill: run: .* got TERM\n$/);
    await service.untilStat("down");
  });
});
