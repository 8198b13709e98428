/** sv: start, stop, restart, shutdown and their force- forms, which wait. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { isAlive, kinship } from "../../support/procfs.ts";
import { runTool } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";
import { scan } from "../../support/scan.ts";
import { FOREVER, makeService, STUBBORN } from "../../support/service.ts";
import { improved, originalInPlace, ours } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";
import { mask, say, sv, up } from "../../support/sv.ts";

describe("sv start, stop and restart", { concurrency: 4 }, () => {
  test("start waits until the service runs", async (t) => {
    const service = await up(t, { run: FOREVER, down: true });
    assert.equal(
      await say(service, ["start", "service"]),
      "ok: run: service: (pid N) Ns, normally down\n0",
    );
    assert.ok(isAlive(service.status().pid));
  });

  test("start waits until ./check exits 0", async (t) => {
    const service = await up(t, {
      run: FOREVER,
      down: true,
      check: "echo check >>trace; test -e ready",
    });
    const starting = say(service, ["start", "service"]);
    await service.untilLines(2);
    writeFileSync(service.path("ready"), "");
    assert.equal(await starting, "ok: run: service: (pid N) Ns, normally down\n0");
  });

  test("start runs ./check again soon", improved("sv-check-async"), async (t) => {
    // Four times no: the original, which asks every 420 ms, would be at it for more than 1.42
    // seconds. One of twenty: on a busy machine a ./check may take long.
    const check = 'echo check >>trace; test "$(wc -l <trace)" -ge 5';
    for (let round = 0; round < 20; round++) {
      const service = await up(t, { run: FOREVER, down: true, check });
      const said = await say(service, ["-w1", "start", "service"]);
      if (said === "ok: run: service: (pid N) Ns, normally down\n0") return;
      assert.equal(said, "timeout: run: service: (pid N) Ns, normally down\n1");
      service.control("x");
      await service.exitCode();
    }
    assert.fail("never five times in 1.42 seconds");
  });

  test("start times out after the time given by -w", async (t) => {
    const service = await up(t, { run: FOREVER, check: "exit 1" });
    const startMs = performance.now();
    assert.equal(
      await say(service, ["-w1", "start", "service"]),
      "timeout: run: service: (pid N) Ns\n1",
    );
    assert.ok(performance.now() - startMs >= 1_000);
  });

  test("stop waits until the service and its ./finish have ended", async (t) => {
    const finish = "while [ ! -e go ]; do sleep .02; done";
    const service = await up(t, { run: FOREVER, finish });
    const stopping = say(service, ["stop", "service"]);
    await service.untilStat("finish, want down");
    writeFileSync(service.path("go"), "");
    assert.equal(await stopping, "ok: down: service: Ns, normally up\n0");
  });

  test("stop times out if the service does not end", async (t) => {
    const service = await up(t, { run: STUBBORN });
    await service.untilLines(1);
    assert.equal(
      await say(service, ["-w1", "stop", "service"]),
      "timeout: run: service: (pid N) Ns, want down, got TERM\n1",
    );
  });

  test("stop times out after the time in SVWAIT", async (t) => {
    const service = await up(t, { run: STUBBORN });
    await service.untilLines(1);
    const stop = async (SVWAIT?: string) => {
      const said = await say(service, ["stop", "service"], { env: { SVWAIT } });
      assert.equal(said, "timeout: run: service: (pid N) Ns, want down, got TERM\n1");
      return SVWAIT;
    };
    const startMs = performance.now();
    const stops = [stop(), stop("1")]; // 7 s without it
    assert.equal(await Promise.race(stops), "1");
    assert.ok(performance.now() - startMs >= 1_000);
    await Promise.all(stops);
  });

  test("force-stop kills a service that does not end", async (t) => {
    const service = await up(t, { run: STUBBORN });
    await service.untilLines(1);
    const { pid } = service.status();
    assert.equal(
      await say(service, ["-w1", "force-stop", "service"]),
      "kill: run: service: (pid N) Ns, want down, got TERM\n1",
    );
    await service.untilStat("down");
    assert.ok(!isAlive(pid));
  });

  test(
    "stop is done only once the service is wanted down",
    improved("sv-stop-wants-down"),
    async (t) => {
      const service = await supervise(t, { run: "exit 1" }).untilSupervised();
      await service.until("rest", ({ phase, pid }) => phase === "down" && pid === 0);
      service.runsv.signal("SIGSTOP");
      try {
        await service.untilTrue("stopped runsv", () => kinship(service.runsv.pid)?.state === "T");
        if (service.status().phase !== "down") return t.skip("runsv was stopped too late");
        const { code, stdout } = await sv(service, ["-w1", "stop", "service"]);
        assert.equal(mask(stdout), "timeout: down: service: Ns, normally up, want up\n");
        assert.equal(code, 1);
      } finally {
        service.runsv.signal("SIGCONT");
      }
      await service.until("want down", ({ want }) => want === "down");
      assert.equal(
        await say(service, ["stop", "service"]),
        "ok: down: service: Ns, normally up\n0",
      );
    },
  );

  test("restart waits for another process", async (t) => {
    const service = await up(t, { run: FOREVER });
    const { pid } = service.status();
    await service.untilTrue(
      "a later second",
      () => Date.now() / 1000 - service.status().since.seconds > 1.1,
    );
    assert.equal(await say(service, ["restart", "service"]), "ok: run: service: (pid N) Ns\n0");
    assert.notEqual(service.status().pid, pid);
  });

  test(
    "restart never reports the old process, however young it is",
    improved("sv-restart-new-process"),
    async (t) => {
      const service = await up(t, { run: FOREVER });
      for (let round = 0; round < 8; round++) {
        const { pid } = await service.untilRunning();
        const { code, stdout } = await sv(service, ["restart", "service"]);
        const reported = Number(/\(pid (\d+)\)/.exec(stdout)?.[1]);
        assert.equal(code, 0, stdout);
        assert.notEqual(reported, pid, `round ${round}: ${stdout}`);
        assert.equal(service.status().pid, reported);
      }
    },
  );

  test("restart times out if the service does not end", async (t) => {
    const service = await up(t, { run: STUBBORN });
    await service.untilLines(1);
    await service.untilTrue(
      "a later second",
      () => Date.now() / 1000 - service.status().since.seconds > 1.1,
    );
    assert.equal(
      await say(service, ["-w1", "restart", "service"]),
      "timeout: run: service: (pid N) Ns, got TERM\n1",
    );
  });

  test("shutdown and exit end runsv", async (t) => {
    for (const command of ["shutdown", "force-shutdown"]) {
      const service = await up(t, { run: FOREVER });
      assert.equal(await say(service, [command, "service"]), "ok: service: runsv not running\n0");
      assert.equal(await service.exitCode(), 0);
    }
    const service = await up(t, { run: FOREVER });
    assert.equal(await say(service, ["exit", "service"]), "0");
    assert.equal(await service.exitCode(), 0);
  });

  test(
    "start prints first the service that is ready first",
    improved("sv-waits-by-event"),
    async (t) => {
      const slow = await up(t, { run: FOREVER, check: "exec sleep 1" });
      const fast = await up(t, { run: FOREVER });
      assert.equal(
        await say(fast, ["start", slow.dir, "service"]),
        `ok: run: service: (pid N) Ns\nok: run: ${slow.dir}: (pid N) Ns\n0`,
      );
    },
  );

  test(
    "start waits for the supervisor of a service that was just linked",
    improved("sv-waits-for-supervision"),
    async (t) => {
      const scanner = scan(t, { web: { run: FOREVER } });
      await scanner.service("web").untilRunning();
      for (let round = 0; round < 5; round++) {
        scanner.add(`new-${round}`, { run: FOREVER });
        const outcome = await runTool(scanner.box, ours, "sv", ["start", `new-${round}`], {
          env: { SVDIR: scanner.services },
        });
        assert.equal(mask(outcome.stdout), `ok: run: new-${round}: (pid N) Ns\n`);
        assert.equal(outcome.code, 0);
      }
    },
  );

  test("force-stop kills no sooner than the original at its latest", async (t) => {
    const service = await up(t, { run: STUBBORN });
    await service.untilLines(1);
    const startMs = performance.now();
    const { code } = await sv(service, ["-w1", "force-stop", "service"]);
    assert.equal(code, 1);
    if (!originalInPlace) assert.ok(performance.now() - startMs >= 1_420);
  });

  test(
    "start gives up sooner on a directory without a supervisor, unless -w says how long to wait",
    improved("sv-waits-for-supervision"),
    async (t) => {
      const box = sandbox(t);
      makeService(join(box.dir, "web"), { run: FOREVER });
      const start = async (...options: string[]) => {
        const env = { SVDIR: box.dir, SVWAIT: undefined };
        await runTool(box, ours, "sv", [...options, "start", "web"], { env });
        return options;
      };
      const [long, short] = [start("-w", "7"), start()];
      assert.deepEqual(await Promise.race([long, short]), []);
      await long;
    },
  );

  test("start gives up on a directory without a supervisor", async (t) => {
    const box = sandbox(t);
    makeService(join(box.dir, "web"), { run: FOREVER });
    const outcome = await runTool(box, ours, "sv", ["-w1", "start", "web"], {
      env: { SVDIR: box.dir },
    });
    assert.equal(
      outcome.stdout,
      "warning: web: unable to open supervise/ok: file does not exist\n",
    );
    assert.equal(outcome.code, 1);
  });
});
