/** Readiness through the death of a supervisor, and through a re-exec. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { openFiles } from "../../support/procfs.ts";
import {
  go,
  isReady,
  makeGo,
  SPEAKER,
  untilNotReady,
  untilReady,
} from "../../support/readiness.ts";
import { FOREVER } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { type Supervised, supervise } from "../../support/supervise.ts";
import { kill, replace } from "../../support/takeover.ts";

const prepare = makeGo;
const FD = { "notification-fd": "3\n" };
const SOCKET = { "notify-socket": "" };
/** Reports when the test says so, and keeps the descriptor open. */
const report = `read _ <go; echo >&3; echo >>trace; ${FOREVER}`;

/** Whether the supervisor still reads the pipe of descriptor 3 of ./run. */
function readsPipe(supervisor: number, run: number): boolean {
  const pipe = openFiles(run).get(3)?.target;
  return [...openFiles(supervisor).values()].some(({ target }) => target === pipe);
}

/** Each continues with the process under a supervisor that did not start it. */
const NEXT: Readonly<Record<string, (service: Supervised) => Promise<Supervised>>> = {
  "a takeover": replace,
  "a re-exec": async (service) => {
    service.runsv.signal("SIGUSR2");
    await service.untilQuiet();
    return service;
  },
};

describe("readiness across supervisors", { concurrency: 4, ...improved("readiness") }, () => {
  for (const [name, next] of Object.entries(NEXT)) {
    test(`a service that is ready stays so since the same moment: ${name}`, async (t) => {
      const before = supervise(t, { run: report, files: FD }, { prepare });
      await untilNotReady(before);
      await go(before);
      const record = await untilReady(before);
      const service = await next(before);
      assert.deepEqual(await untilReady(service), record);
    });

    test(`a service that is not ready reports by its descriptor afterwards: ${name}`, async (t) => {
      const before = supervise(t, { run: report, files: FD }, { prepare });
      await untilNotReady(before);
      const service = await next(before);
      await untilNotReady(service);
      await go(service);
      await untilReady(service);
      assert.ok(!service.stderr.includes("lost"));
    });

    test(`a service that is not ready reports by its socket afterwards: ${name}`, async (t) => {
      const before = supervise(t, { run: SPEAKER, files: SOCKET }, { prepare });
      await before.untilLines(1);
      const { pid } = before.status();
      const service = await next(before);
      await go(service, "STATUS=hello;READY=1");
      assert.equal((await untilReady(service)).pid, pid);
      await service.untilTrue("text", () => service.lines("supervise/ready")[1] === "hello");
    });

    test(`a report by descriptor counts while ./check still fails: ${name}`, async (t) => {
      const files = { ...FD, "check-period": "50" };
      const run = `echo >&3; echo >>trace; ${FOREVER}`;
      const before = supervise(t, { run, check: "[ -e good ]", files });
      await before.untilLines(1);
      const { pid } = await before.untilRunning();
      const isWatched = () => readsPipe(before.runsv.pid, pid);
      await before.untilTrue("the report", () => !isWatched());
      const service = await next(before);
      writeFileSync(service.path("good"), "");
      assert.equal((await untilReady(service)).pid, pid);
      assert.ok(!service.stderr.includes("lost"));
    });

    test(`a report by socket counts while ./check still fails: ${name}`, async (t) => {
      const files = { ...SOCKET, "check-period": "50", "timeout-ready": "60000" };
      const description = { run: SPEAKER, check: "[ -e good ]", files };
      const before = supervise(t, description, { prepare });
      const { pid } = await before.untilRunning();
      await go(before, "STATUS=hello;READY=1");
      await before.untilTrue("the report", () => before.lines("supervise/ready")[1] === "hello");
      writeFileSync(before.path("timeout-ready"), "20000");
      const service = await next(before);
      writeFileSync(service.path("good"), "");
      assert.equal((await untilReady(service)).pid, pid);
    });

    test(`./check goes on: ${name}`, async (t) => {
      const checked = { "check-period": "100", "check-timeout": "2000" };
      const check = "echo >>checks; [ -e good ]";
      const before = supervise(t, { run: FOREVER, check, files: checked });
      await before.untilLines(1, "checks");
      const service = await next(before);
      const count = service.lines("checks").length;
      await service.untilLines(count + 1, "checks");
      assert.ok(!isReady(service));
    });
  }

  test("a report without a supervisor is neither lost nor fatal", async (t) => {
    const before = supervise(t, { run: report, files: FD }, { prepare });
    await untilNotReady(before);
    const { pid } = before.status();
    await kill(before);
    await go(before);
    await before.untilLines(1);
    const service = await before.another().untilSupervised();
    assert.equal((await untilReady(service)).pid, pid);
  });

  test("a service whose report may have been lost counts as ready after timeout-ready", async (t) => {
    const files = { ...SOCKET, "timeout-ready": "60000" };
    const before = supervise(t, { run: SPEAKER, files }, { prepare });
    await before.untilLines(1);
    const { pid } = before.status();
    await kill(before);
    writeFileSync(before.path("timeout-ready"), "300");
    const service = await before.another().untilSupervised();
    assert.equal((await untilReady(service)).pid, pid);
    await service.untilMessage("its report of readiness may have been lost, it counts as ready");
  });

  test("a process that has ended is not ready under the next supervisor", async (t) => {
    const before = supervise(t, { run: `echo >&3; read _ <go`, files: FD }, { prepare });
    const { pid } = await untilReady(before);
    await kill(before);
    await go(before);
    const service = before.another();
    await service.untilRunning(pid);
    await untilReady(service);
  });
});
