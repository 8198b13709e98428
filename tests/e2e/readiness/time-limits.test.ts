/** timeout-ready and watchdog: a service that is not ready in time, or is silent, is ended. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { go, isReady, makeGo, SPEAKER, untilReady } from "../../support/readiness.ts";
import { testBothWays } from "../../support/scan.ts";
import { FOREVER, STUBBORN } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";
import { unchanged } from "../../support/wait.ts";

const prepare = makeGo;
const finish = 'echo "$@" >>ends';
const SOCKET = { "notify-socket": "" };
/** More than a service needs to be ready or paused, on a busy machine too. */
const LIMIT_MS = 2_000;
const SILENT = { "notification-fd": "3", "timeout-ready": "200" };

describe("time limits of readiness", { concurrency: 4, ...improved("readiness") }, () => {
  test("a service that is not ready within timeout-ready crashes", async (t) => {
    const run = `echo start >>trace; ${FOREVER}`;
    const service = supervise(t, { run, finish, files: { ...SILENT, "max-death-tally": "2" } });
    await service.untilMessage(
      "runsv service: warning: service is not ready within timeout-ready, service gets TERM.",
    );
    await service.untilMessage("died too often, 2 times, not started again.");
    assert.deepEqual(service.lines("ends"), ["-1 15", "-1 15"]);
  });

  test("timeout-kill bounds that stop", async (t) => {
    const files = { ...SILENT, "timeout-kill": "100" };
    const service = supervise(t, { run: STUBBORN, finish, files });
    // On a busy machine the first TERM may come before the trap.
    await service.untilTrue("KILL", () => service.lines("ends").includes("-1 9"));
  });

  test("a service that is ready in time stays", async (t) => {
    const files = { ...SILENT, "timeout-ready": `${LIMIT_MS}` };
    const service = supervise(t, { run: `echo >&3; ${FOREVER}`, finish, files });
    const { pid } = await untilReady(service);
    await unchanged(() => service.tell(), LIMIT_MS + 300);
    assert.equal(service.status().pid, pid);
  });

  test("the time stands still while the service is paused", async (t) => {
    const files = { ...SILENT, "timeout-ready": `${LIMIT_MS}` };
    const service = supervise(t, { run: FOREVER, finish, files });
    await service.untilRunning();
    service.control("p");
    const { pid } = await service.untilStat("run, paused");
    await unchanged(() => service.tell(), LIMIT_MS + 300);
    assert.equal(service.status().pid, pid);
    service.control("c");
    assert.deepEqual(await service.untilLines(1, "ends"), ["-1 15"]);
  });

  test("a service that misses its watchdog gets ABRT, and starts again", async (t) => {
    const files = { ...SOCKET, watchdog: "3000" };
    const service = supervise(t, { run: SPEAKER, finish, files }, { prepare });
    await service.untilLines(1);
    await go(service, "READY=1");
    const { pid } = await untilReady(service);
    for (let count = 0; count < 4; count += 1) {
      await go(service, "WATCHDOG=1");
      await service.untilLines(count + 3);
    }
    await service.untilMessage(
      "runsv service: warning: service has missed its watchdog, service gets ABRT.",
    );
    const [end = ""] = await service.untilLines(1, "ends");
    assert.match(end, /^-1 (6|134)$/);
    await service.untilRunning(pid);
  });

  test("the watchdog does not run before readiness, and WATCHDOG=trigger acts at once", async (t) => {
    const files = { ...SOCKET, watchdog: "100" };
    const service = supervise(t, { run: SPEAKER, finish, files }, { prepare });
    await service.untilLines(1);
    await service.untilQuiet();
    assert.ok(!isReady(service));
    assert.ok(!service.has("ends"));
    await go(service, "WATCHDOG=trigger");
    await service.untilMessage("service has triggered its watchdog, service gets ABRT.");
    await service.untilLines(1, "ends");
  });

  test("./run gets WATCHDOG_USEC, and WATCHDOG_PID with its own pid", async (t) => {
    const run = `echo "$WATCHDOG_USEC $WATCHDOG_PID $$" >>trace; ${FOREVER}`;
    const service = supervise(t, { run, files: { ...SOCKET, watchdog: "1500" } });
    const [line = ""] = await service.untilLines(1);
    const [microseconds, pid, own] = line.split(" ");
    assert.equal(microseconds, "1500000");
    assert.equal(pid, own);
  });

  test("EXTEND_TIMEOUT_USEC gives a stop more time", async (t) => {
    const stubborn = SPEAKER.replace(
      "$SIG{TERM} = sub { exit 0 };",
      '$SIG{TERM} = sub { print $trace "TERM\\n"; };',
    );
    const files = { ...SOCKET, "timeout-kill": "6000" };
    const service = supervise(t, { run: stubborn, finish, files }, { prepare });
    await service.untilLines(1);
    service.control("d");
    await service.untilLines(2);
    const stoppedAt = process.hrtime.bigint();
    await go(service, "EXTEND_TIMEOUT_USEC=9000000");
    await service.untilLines(1, "ends");
    const tookMs = Number((process.hrtime.bigint() - stoppedAt) / 1_000_000n);
    assert.ok(tookMs > 6_500, `KILL after ${tookMs} ms`);
    assert.deepEqual(service.lines("ends"), ["-1 9"]);
  });

  testBothWays(
    "a service under runsvdir that is not ready in time crashes",
    {},
    async (t, start) => {
      const service = start(t, { web: { run: FOREVER, finish, files: SILENT } }).service("web");
      assert.deepEqual((await service.untilLines(2, "ends"))[0], "-1 15");
    },
  );
});
