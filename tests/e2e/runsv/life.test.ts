/** runsv starts a service, restarts it, and ends with it. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { cwd, environ, isAlive, openFiles, statusLines } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { FOREVER, REPORTER, STUBBORN, sinceMs } from "../../support/service.ts";
import { supervise } from "../../support/supervise.ts";

describe("runsv: the life of a service", { concurrency: 4 }, () => {
  test("starts ./run and says so in the status record", async (t) => {
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

  test("says 'run' in supervise/stat and the pid in supervise/pid", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    assert.equal(service.text("supervise/stat"), "run\n");
    assert.equal(service.pidFile(), `${pid}\n`);
  });

  test("empties supervise/pid while nothing runs", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    service.control("d");
    await service.untilStat("down");
    assert.equal(service.pidFile(), "");
  });

  test("leaves a service with ./down alone until it is told 'u'", async (t) => {
    const service = supervise(t, { run: FOREVER, down: true });
    await service.until("rest", ({ phase, want }) => phase === "down" && want === "down");
    service.control("u");
    await service.until("running service", ({ phase, want }) => phase === "run" && want === "up");
  });

  test("takes a dangling link ./down for no ./down", async (t) => {
    const service = supervise(t, { run: FOREVER, files: { down: { link: "nowhere" } } });
    await service.untilRunning();
  });

  test("looks for ./down once, when it starts", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    writeFileSync(service.path("down"), "");
    sendSignal(pid, "SIGKILL");
    await service.untilRunning(pid);
  });

  test("starts the service again when it is killed", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    sendSignal(pid, "SIGKILL");
    const next = await service.untilRunning(pid);
    assert.ok(isAlive(next.pid));
  });

  test("gives a service that dies at once a second of rest between starts", async (t) => {
    const service = supervise(t, { run: "date +%s%N >>trace" });
    const starts = (await service.untilLines(3)).map((ns) => Number(ns) / 1e6);
    const [first = 0, second = 0, third = 0] = starts;
    for (const restMs of [second - first, third - second]) {
      assert.ok(restMs >= 990, `rested ${restMs} ms`); // 990: two processes read the clock
    }
  });

  test("starts a service at once that has run for longer than a second", async (t) => {
    const service = supervise(t, { run: "date +%s%N >>trace; exec sleep 1.1" });
    const [first = 0, second = 0] = (await service.untilLines(2)).map((ns) => Number(ns) / 1e6);
    assert.ok(second - first < 2_000, `next start after ${second - first} ms`);
  });

  test("keeps the service's state 'down, want up' while it rests", async (t) => {
    const service = supervise(t, { run: "exit 1" });
    const status = await service.until("rest", ({ phase, pid }) => phase === "down" && pid === 0);
    assert.equal(status.want, "up");
  });

  test("told 'x', ends the service, then itself with 0", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    assert.ok(!isAlive(pid));
    assert.equal(service.stat(), "down");
    assert.equal(service.status().want, "down");
  });

  test("given TERM, does as told 'x'", async (t) => {
    const service = supervise(t, { run: REPORTER });
    await service.untilLines(1);
    service.runsv.signal("SIGTERM");
    assert.equal(await service.exitCode(), 0);
    assert.deepEqual(service.lines().slice(0, 2), ["start", "TERM"]);
  });

  test("told 'x' while the service is down, ends at once", async (t) => {
    const service = supervise(t, { run: FOREVER, down: true });
    await service.untilStat("down");
    await service.untilSupervised();
    service.control("x");
    assert.equal(await service.exitCode(), 0);
  });

  test("told 'x' while the service rests, ends without another start", async (t) => {
    const service = supervise(t, { run: "echo start >>trace" });
    await service.until(
      "rest",
      ({ phase, pid }) => phase === "down" && pid === 0 && service.lines().length === 1,
    );
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    assert.deepEqual(service.lines(), ["start"]);
  });

  test("says 'want exit' in supervise/stat while the service does not end", async (t) => {
    const service = supervise(t, { run: STUBBORN });
    await service.untilLines(1);
    service.control("x");
    const status = await service.untilStat("run, got TERM, want exit");
    assert.equal(status.want, "down", "the record knows up and down only");
    assert.equal(status.termSent, true);
  });

  test("told 'u', forgets that it was told 'x'", async (t) => {
    const service = supervise(t, { run: STUBBORN });
    await service.untilLines(1);
    service.control("x");
    const { pid } = await service.untilStat("run, got TERM, want exit");
    service.control("u");
    await service.untilStat("run, got TERM");
    service.control("k");
    await service.untilRunning(pid);
  });

  test("runs a service once that is told 'o'", async (t) => {
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

  test("told 'o' of a running service, does not start it again", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    service.control("o");
    await service.untilStat("run, want down");
    sendSignal(pid, "SIGKILL");
    await service.untilStat("down");
    await service.untilQuiet();
    assert.equal(service.stat(), "down");
  });

  test("passes its environment and its descriptors on, and none of its own", async (t) => {
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

  test("keeps no directory busy but its service's", async (t) => {
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

  test("writes nothing to standard output", async (t) => {
    const service = supervise(t, { run: "exit 1" });
    await service.until("rest", ({ phase }) => phase === "down");
    service.control("x");
    await service.exitCode();
    assert.equal(service.runsv.stdout(), "");
  });
});
