/** runsv starts a service, restarts it, and ends with it. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { StatusRecord } from "../../../protocol/status.ts";
import { cwd, environ, isAlive, openFiles, statusLines } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { FOREVER, REPORTER, STUBBORN, sinceMs } from "../../support/service.ts";
import { supervise } from "../../support/supervise.ts";

describe("runsv: the life of a service", { concurrency: 4 }, () => {
  test("runsv starts ./run and publishes the start in the status record", async (t) => {
    const beforeMs = Date.now() - 1;
    const service = supervise(t, { run: FOREVER });
    const status = await service.untilRunning();
    assert.deepEqual(
      { ...status, since: 0, pid: 0 },
      { phase: "run", since: 0, pid: 0, want: "up", paused: false, termSent: false },
    );
    assert.ok(isAlive(status.pid), "the recorded pid is alive");
    assert.ok(sinceMs(status) >= beforeMs && sinceMs(status) <= Date.now() + 1, "dated now");
  });

  test("runsv writes 'run' to supervise/stat and the pid to supervise/pid", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    assert.equal(service.text("supervise/stat"), "run\n");
    assert.equal(service.pidFile(), `${pid}\n`);
  });

  test("runsv empties supervise/pid while nothing runs", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    service.control("d");
    await service.untilStat("down");
    assert.equal(service.pidFile(), "");
  });

  test("runsv does not start a service with ./down until 'u'", async (t) => {
    const service = supervise(t, { run: FOREVER, down: true });
    await service.until("rest", ({ phase, want }) => phase === "down" && want === "down");
    service.control("u");
    await service.until("running service", ({ phase, want }) => phase === "run" && want === "up");
  });

  test("runsv ignores a ./down that is a dangling link", async (t) => {
    const service = supervise(t, { run: FOREVER, files: { down: { link: "nowhere" } } });
    await service.untilRunning();
  });

  test("runsv looks for ./down once, when it starts", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    writeFileSync(service.path("down"), "");
    sendSignal(pid, "SIGKILL");
    await service.untilRunning(pid);
  });

  test("runsv restarts a service that was killed", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    sendSignal(pid, "SIGKILL");
    const next = await service.untilRunning(pid);
    assert.ok(isAlive(next.pid));
  });

  test("runsv starts a service that exits at once no sooner than after a second", async (t) => {
    const service = supervise(t, { run: "date +%s%N >>trace" });
    const starts = (await service.untilLines(3)).map((ns) => Number(ns) / 1e6);
    const [first = 0, second = 0, third = 0] = starts;
    for (const restMs of [second - first, third - second]) {
      assert.ok(restMs >= 990, `rested ${restMs} ms`); // 990: two processes read the clock
    }
  });

  test("runsv restarts at once a service that ran for longer than a second", async (t) => {
    const service = supervise(t, { run: "date +%s%N >>trace; exec sleep 1.1" });
    // A busy machine may delay a start, but not each of them.
    const spansMs: number[] = [];
    for (let count = 2; count < 20; count++) {
      const starts = (await service.untilLines(count)).map((ns) => Number(ns) / 1e6);
      const spanMs = (starts[count - 1] ?? 0) - (starts[count - 2] ?? 0);
      if (spanMs < 2_000) return;
      spansMs.push(spanMs);
    }
    assert.fail(`next starts after ${spansMs.join(", ")} ms`);
  });

  test("runsv publishes 'down, want up' during the restart delay", async (t) => {
    const service = supervise(t, { run: "exit 1" });
    const status = await service.until("rest", ({ phase, pid }) => phase === "down" && pid === 0);
    assert.equal(status.want, "up");
  });

  test("runsv ends the service and exits 0 after 'x'", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    assert.ok(!isAlive(pid));
    assert.equal(service.stat(), "down");
    assert.equal(service.status().want, "down");
  });

  test("runsv does the same at TERM as after 'x'", async (t) => {
    const service = supervise(t, { run: REPORTER });
    await service.untilLines(1);
    service.runsv.signal("SIGTERM");
    assert.equal(await service.exitCode(), 0);
    assert.deepEqual(service.lines().slice(0, 2), ["start", "TERM"]);
  });

  test("runsv exits at once after 'x' if the service is down", async (t) => {
    const service = supervise(t, { run: FOREVER, down: true });
    await service.untilStat("down");
    await service.untilSupervised();
    service.control("x");
    assert.equal(await service.exitCode(), 0);
  });

  test("runsv exits after 'x' in the restart delay without another start", async (t) => {
    // One of twenty: on a busy machine the delay may be over before the command arrives.
    for (let round = 0; round < 20; round++) {
      const service = supervise(t, { run: "echo start >>trace" });
      const isResting = ({ phase, pid }: StatusRecord) => phase === "down" && pid === 0;
      await service.until("rest", (now) => isResting(now) && service.lines().length > 0);
      service.control("x");
      assert.equal(await service.exitCode(), 0);
      if (service.lines().length === 1) return;
    }
    assert.fail("always another start");
  });

  test("runsv writes 'want exit' to supervise/stat while the service does not end", async (t) => {
    const service = supervise(t, { run: STUBBORN });
    await service.untilLines(1);
    service.control("x");
    const status = await service.untilStat("run, got TERM, want exit");
    assert.equal(status.want, "down", "the record knows up and down only");
    assert.equal(status.termSent, true);
  });

  test("runsv cancels an 'x' after 'u'", async (t) => {
    const service = supervise(t, { run: STUBBORN });
    await service.untilLines(1);
    service.control("x");
    const { pid } = await service.untilStat("run, got TERM, want exit");
    service.control("u");
    await service.untilStat("run, got TERM");
    service.control("k");
    await service.untilRunning(pid);
  });

  test("runsv runs a service once after 'o'", async (t) => {
    const service = supervise(t, {
      run: "echo start >>trace; while [ ! -e go ]; do sleep .02; done",
      down: true,
    });
    await service.untilStat("down");
    await service.untilSupervised();
    service.control("o");
    await service.untilStat("run, want down");
    writeFileSync(service.path("go"), "");
    await service.untilStat("down");
    await service.untilQuiet();
    assert.deepEqual(service.lines(), ["start"]);
  });

  test("runsv does not restart a running service after 'o'", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    service.control("o");
    await service.untilStat("run, want down");
    sendSignal(pid, "SIGKILL");
    await service.untilStat("down");
    await service.untilQuiet();
    assert.equal(service.stat(), "down");
  });

  test("runsv passes its environment and its descriptors on, and none of its own", async (t) => {
    const service = supervise(t, { run: FOREVER }, { env: { GREETING: "hello  world" } });
    const { pid } = await service.untilRunning();
    const asStarted = service.box.start(["sleep", "1000"]).pid;
    const isSleep = (of: number) => statusLines(of).get("Name") === "sleep";
    await service.untilTrue("exec of sleep", () => isSleep(pid) && isSleep(asStarted));
    assert.ok(environ(pid).includes("GREETING=hello  world"));
    assert.deepEqual([...openFiles(pid).keys()], [...openFiles(asStarted).keys()]);
    for (const [fd, { target }] of openFiles(pid)) {
      assert.equal(target, openFiles(service.runsv.pid).get(fd)?.target, `descriptor ${fd}`);
    }
  });

  test("runsv keeps no directory busy but its service's", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    assert.equal(cwd(service.runsv.pid), service.dir);
    const held = [...openFiles(service.runsv.pid).values()].map(({ target }) => target);
    const others = held.filter((path) => path.startsWith("/") && !path.startsWith("/dev/"));
    assert.deepEqual(
      others.filter((path) => path !== service.dir && !path.startsWith(`${service.dir}/`)),
      [],
    );
  });

  test("runsv writes nothing to standard output", async (t) => {
    const service = supervise(t, { run: "exit 1" });
    await service.until("rest", ({ phase }) => phase === "down");
    service.control("x");
    await service.exitCode();
    assert.equal(service.runsv.stdout(), "");
  });
});
