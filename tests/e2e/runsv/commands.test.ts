/** Control bytes, and signals to runsv, as runsv acts on them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isAlive, kinship } from "../../support/procfs.ts";
import { FOREVER, REPORTER, STUBBORN, sinceMs } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";

describe("runsv: commands", { concurrency: 4 }, () => {
  const SIGNALS = [
    ["h", "HUP"],
    ["a", "ALRM"],
    ["i", "INT"],
    ["q", "QUIT"],
    ["1", "USR1"],
    ["2", "USR2"],
    ["t", "TERM"],
  ] as const;
  for (const [byte, signal] of SIGNALS) {
    test(`'${byte}' sends ${signal}`, async (t) => {
      const service = supervise(t, { run: REPORTER });
      await service.untilLines(1);
      service.control(byte);
      assert.equal((await service.untilLines(2))[1], signal);
    });
  }

  test("'k' sends KILL, and the service is started again", async (t) => {
    const service = supervise(t, { run: STUBBORN, finish: 'echo "$@" >>trace' });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    service.control("k");
    await service.untilRunning(pid);
    assert.equal((await service.untilLines(2))[1], "-1 9");
  });

  test("'t' sets 'got TERM' until the process is gone", async (t) => {
    const service = supervise(t, { run: STUBBORN });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    service.control("t");
    assert.equal((await service.untilStat("run, got TERM")).termSent, true);
    service.control("k");
    assert.equal((await service.untilRunning(pid)).termSent, false);
  });

  test("'p' stops the service, 'c' lets it go on", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    service.control("p");
    await service.untilStat("run, paused");
    await service.untilTrue("stopped process", () => kinship(pid)?.state === "T");
    service.control("c");
    await service.untilStat("run");
    await service.untilTrue("process that goes on", () => kinship(pid)?.state === "S");
  });

  test("'d' ends a paused service too", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    service.control("p");
    await service.untilStat("run, paused");
    service.control("d");
    await service.until("service down", ({ phase, pid }) => phase === "down" && pid === 0);
  });

  test("'t' ends a paused service only after 'c'", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    service.control("p");
    await service.untilStat("run, paused");
    await service.untilTrue("stopped process", () => kinship(pid)?.state === "T");
    service.control("t");
    await service.untilStat("run, paused, got TERM");
    await service.untilQuiet();
    assert.equal(service.status().pid, pid);
    service.control("c");
    await service.untilRunning(pid);
  });

  test("'d' leaves the service down until 'u'", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    service.control("d");
    const down = await service.untilStat("down");
    assert.equal(down.want, "down");
    assert.ok(!isAlive(pid));
    service.control("u");
    await service.untilRunning(pid);
  });

  test("'d' shows as 'want down' while the service does not end", async (t) => {
    const service = supervise(t, { run: STUBBORN });
    await service.untilLines(1);
    service.control("d");
    await service.untilStat("run, got TERM, want down");
  });

  test("runsv takes several bytes at once, in their order", async (t) => {
    const control = Object.fromEntries(
      ["h", "i", "1", "2", "q"].map((byte) => [byte, `echo ${byte} >>trace`]),
    );
    const service = supervise(t, { run: FOREVER, control });
    await service.untilRunning();
    service.control("h1i2q");
    assert.deepEqual(await service.untilLines(5), ["h", "1", "i", "2", "q"]);
  });

  test("runsv takes a thousand bytes at once", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    service.control(`${"\n".repeat(500)}${"pc".repeat(250)}p`);
    assert.equal((await service.untilStat("run, paused")).pid, pid);
    await service.untilQuiet();
    assert.equal(service.stat(), "run, paused");
  });

  test("runsv ignores bytes that are no commands", async (t) => {
    const service = supervise(t, { run: REPORTER });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    service.control("\n\0?zZTKDUY\xff");
    service.control("h");
    await service.untilLines(2);
    assert.deepEqual(service.lines(), ["start", "HUP"]);
    assert.equal(service.status().pid, pid);
    assert.equal(service.stderr, "");
  });

  test("'tcu' starts the service again", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    service.control("tcu");
    await service.untilRunning(pid);
  });

  test(
    "runsv ends its service and exits at INT and HUP, as at TERM",
    improved("signals-end-service"),
    async (t) => {
      for (const signal of ["SIGINT", "SIGHUP"] as const) {
        const service = supervise(t, { run: REPORTER, finish: 'echo "finish $@" >>trace' });
        const { pid } = await service.untilRunning();
        await service.untilLines(1);
        service.runsv.signal(signal);
        assert.equal(await service.exitCode(), 0, signal);
        assert.ok(!isAlive(pid));
        assert.equal(service.lines()[1], "TERM");
        assert.equal(service.lines().at(-1), "finish 0 0");
      }
    },
  );

  test("runsv ignores HUP if it was started so", async (t) => {
    const via = ["sh", "-c", "trap '' HUP; exec \"$@\"", "sh"];
    const service = supervise(t, { run: FOREVER }, { via });
    const { pid } = await service.untilRunning();
    service.runsv.signal("SIGHUP");
    service.control("p");
    assert.equal((await service.untilStat("run, paused")).pid, pid);
  });

  test(
    "'p' and 'c' change nothing while the service is down",
    improved("pause-flag"),
    async (t) => {
      const service = supervise(t, { run: FOREVER, down: true });
      await service.untilSupervised();
      service.control("p");
      await service.untilQuiet();
      assert.equal(service.stat(), "down");
      assert.equal(service.status().paused, false);
    },
  );

  test("'p' and 'c' change nothing while ./finish runs", improved("pause-flag"), async (t) => {
    const service = supervise(t, { run: "exit 0", finish: FOREVER });
    await service.untilStat("finish");
    service.control("p");
    await service.untilQuiet();
    assert.equal(service.stat(), "finish");
  });

  test(
    "runsv answers commands during the restart delay",
    improved("throttle-answers"),
    async (t) => {
      const service = supervise(t, { run: "exit 1" });
      // One of twenty: before the first start a service is down, too, and a busy machine may keep
      // us from looking in time.
      for (let round = 0; round < 20; round++) {
        const { since } = await service.until("rest", (s) => s.phase === "down" && s.want === "up");
        service.control("d");
        const down = await service.until("want down", ({ want }) => want === "down");
        const sameRest = sinceMs(down) === sinceMs({ since });
        if (sameRest && Date.now() - sinceMs({ since }) < 700) return;
        service.control("u");
        await service.until("start", (s) => s.want === "up" && sinceMs(s) > sinceMs({ since }));
      }
      assert.fail("'d' was never answered within 700 ms of the service's end");
    },
  );

  test(
    "runsv restarts a young service at once after 't'",
    improved("restart-on-request"),
    async (t) => {
      const service = supervise(t, { run: FOREVER });
      let before = await service.untilRunning();
      for (let round = 0; round < 20; round++) {
        service.control("t");
        const after = await service.untilRunning(before.pid);
        if (sinceMs(after) - sinceMs(before) < 700) return;
        before = after;
      }
      assert.fail("never restarted within 700 ms");
    },
  );

  test("runsv delays the restart after a young service's own exit, even after an earlier 't'", async (t) => {
    const service = supervise(t, {
      run: "echo $(date +%s%N) >>trace; [ -e calm ] && exec sleep 1000; exit 1",
    });
    const [first = 0, second = 0] = (await service.untilLines(2)).map((ns) => Number(ns) / 1e6);
    assert.ok(second - first >= 990);
    service.control("t");
    const [, , third = 0, fourth = 0] = (await service.untilLines(4)).map((ns) => Number(ns) / 1e6);
    assert.ok(fourth - third >= 990);
  });
});
