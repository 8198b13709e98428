/** A new runsv continues with the process of one that was killed. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { isAlive, kinship } from "../../support/procfs.ts";
import { runTool } from "../../support/run.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { ENDING, FOREVER, type ServiceDirectory, STUBBORN } from "../../support/service.ts";
import { ours } from "../../support/suite.ts";
import { type Supervised, supervise } from "../../support/supervise.ts";
import { ADOPTION, kill, replace } from "../../support/takeover.ts";

describe("runsv: in the place of one that was killed", { concurrency: 4, ...ADOPTION }, () => {
  test("a new runsv goes on with the same process, and publishes the same", async (t) => {
    const service = supervise(t, { run: FOREVER, log: { run: "exec cat >>lines" } });
    await service.untilRunning();
    await service.log.untilRunning();
    await service.untilSupervised();
    service.control("p");
    await service.untilStat("run, paused");
    const read = (from: ServiceDirectory) =>
      ["status", "stat", "pid"].map((name) =>
        readFileSync(from.path(`supervise/${name}`), "latin1"),
      );
    const before = [...read(service), ...read(service.log)];
    const next = await replace(service);
    assert.deepEqual([...read(next), ...read(next.log)], before);
    next.control("cd");
    await next.untilStat("down");
    next.control("x");
    assert.equal(await next.exitCode(), 0);
  });

  test("a new runsv takes over from one after the other, and commands what it has taken over", async (t) => {
    const service = supervise(t, ENDING);
    const { pid, since } = await service.untilRunning();
    await service.untilLines(1);
    let last: Supervised = await service.untilSupervised();
    for (let round = 0; round < 3; round++) last = await replace(last);
    assert.deepEqual([last.status().pid, last.status().since], [pid, since]);
    last.control("t");
    await last.untilRunning(pid);
    assert.ok(!isAlive(pid));
    assert.equal(last.lines("ends").length, 1);
    // Known only if its parent is quick.
    assert.match(last.lines("ends")[0] ?? "", /^(7 0|-1 0)$/);
  });

  test("a new runsv goes on waiting for a process that got TERM", async (t) => {
    const service = supervise(t, { run: STUBBORN });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    await service.untilSupervised();
    service.control("d");
    await service.untilStat("run, got TERM, want down");
    const next = await replace(service);
    assert.equal(next.stat(), "run, got TERM, want down");
    next.control("k");
    await next.untilStat("down");
    assert.ok(!isAlive(pid));
  });

  test("a new runsv kills a process whose kill timeout passes after a stop of its predecessor", async (t) => {
    const service = supervise(t, { run: STUBBORN });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    await service.untilSupervised();
    service.control("d");
    await service.untilStat("run, got TERM, want down");
    await kill(service);
    writeFileSync(service.path("timeout-kill"), "1");
    await service.another().untilStat("down");
    assert.ok(!isAlive(pid));
  });

  test("a new runsv exits with its service if its predecessor was commanded to exit", async (t) => {
    const service = supervise(t, { run: STUBBORN });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    await service.untilSupervised();
    service.control("x");
    await service.untilStat("run, got TERM, want exit");
    const next = await replace(service);
    sendSignal(pid, "SIGKILL");
    assert.equal(await next.exitCode(), 0);
    assert.ok(!next.has("supervise/adopt"));
  });

  test("a new runsv runs control scripts for the process that it has taken over", async (t) => {
    const service = supervise(t, { run: FOREVER, control: { t: "echo asked >>trace; exit 0" } });
    const { pid } = await service.untilRunning();
    await service.untilSupervised();
    const next = await replace(service);
    next.control("t");
    await next.untilLines(1);
    assert.equal(next.status().pid, pid);
    assert.ok(isAlive(pid));
  });

  test("a new runsv takes over a ./finish, and starts the service when that ends", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      finish: "echo >>finishes; exec sleep 1000",
    });
    const { pid } = await service.untilRunning();
    sendSignal(pid, "SIGKILL");
    const finish = await service.until("finish", (now) => now.phase === "finish" && now.pid !== 0);
    await service.untilLines(1, "finishes");
    const next = await replace(await service.untilSupervised());
    assert.deepEqual(next.status(), finish);
    sendSignal(finish.pid, "SIGKILL");
    await next.untilRunning(pid);
    assert.equal(next.lines("finishes").length, 1);
  });

  test("a new runsv runs ./finish for a process that exited meanwhile", async (t) => {
    const service = supervise(t, { run: FOREVER, finish: 'echo "$@" >>ends' });
    const { pid } = await service.untilRunning();
    await kill(await service.untilSupervised());
    sendSignal(pid, "SIGKILL");
    await service.untilTrue("end of the service", () => kinship(pid) === undefined);
    const next = service.another();
    await next.untilRunning(pid);
    assert.deepEqual(next.lines("ends"), ["-1 0"]);
  });

  test("a new runsv leaves a service down that was commanded down", async (t) => {
    const service = supervise(t, { run: "echo >>trace; exec sleep 1000" });
    await service.untilRunning();
    await service.untilLines(1);
    await service.untilSupervised();
    service.control("d");
    const down = await service.untilStat("down");
    const next = await replace(service);
    assert.deepEqual(next.status(), down);
    next.control("o");
    await next.untilRunning();
    assert.equal((await next.untilLines(2)).length, 2);
  });

  test("a new runsv goes on with a service that is up although there is a ./down", async (t) => {
    const service = supervise(t, { run: FOREVER, down: true });
    await service.untilSupervised();
    service.control("u");
    const before = await service.untilRunning();
    const next = await replace(service);
    assert.deepEqual(next.status(), before);
  });

  test("a new runsv starts afresh after one that was commanded to exit", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    await service.untilSupervised();
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    await service.another().untilRunning();
  });

  test("sv reports after a kill of runsv, until there is a new one, that nobody supervises", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    await kill(await service.untilSupervised());
    const { stdout } = await runTool(service.box, ours, "sv", ["status", service.dir]);
    assert.equal(stdout, `fail: ${service.dir}: runsv not running\n`);
  });
});
