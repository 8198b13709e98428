/** runsv supervises the log service, and holds the pipe to it. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { AWAIT_GO } from "../../support/order.ts";
import { isAlive } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { FOREVER } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";

describe("runsv: the log service", { concurrency: 4 }, () => {
  const TO_TRACE = "exec cat >>../trace";

  test("the log service reads what the service writes", async (t) => {
    const service = supervise(t, { run: `echo hello; ${FOREVER}`, log: { run: TO_TRACE } });
    assert.deepEqual(await service.untilLines(1), ["hello"]);
  });

  test("the log service reads what ./finish writes", async (t) => {
    const service = supervise(t, {
      run: "exit 2",
      finish: `echo "$@"; ${FOREVER}`,
      log: { run: TO_TRACE },
    });
    assert.deepEqual(await service.untilLines(1), ["2 0"]);
  });

  test("the log service runs in log/, with status and commands of its own", async (t) => {
    const service = supervise(t, { run: FOREVER, log: { run: `pwd >>../trace; ${FOREVER}` } });
    const { pid } = await service.log.untilRunning();
    await service.untilRunning();
    assert.deepEqual(await service.untilLines(1), [service.log.dir]);
    service.log.control("p");
    await service.log.untilStat("run, paused");
    assert.equal(service.stat(), "run");
    service.log.control("cd");
    await service.log.untilStat("down");
    assert.ok(!isAlive(pid));
    assert.equal(service.stat(), "run");
  });

  test("the log service is started also while the service is down", async (t) => {
    const service = supervise(t, { run: FOREVER, down: true, log: { run: FOREVER } });
    await service.log.untilRunning();
    assert.equal(service.stat(), "down");
  });

  test("the log service with log/down is not started until 'u'", async (t) => {
    const service = supervise(t, { run: FOREVER, log: { run: FOREVER, down: true } });
    await service.untilRunning();
    assert.equal(service.log.stat(), "down");
    service.log.control("u");
    await service.log.untilRunning();
  });

  test("the log service misses nothing that is written while it is down", async (t) => {
    const service = supervise(t, {
      run: `i=0; while [ $i -lt 50 ]; do i=$((i+1)); echo $i; done; ${FOREVER}`,
      log: { run: TO_TRACE, down: true },
    });
    await service.untilRunning();
    service.log.control("u");
    const lines = await service.untilLines(50);
    assert.deepEqual(
      lines,
      Array.from({ length: 50 }, (_, i) => `${i + 1}`),
    );
  });

  test(
    "a log service that rests starts for the lines in its pipe when runsv exits",
    improved("log-rest-read"),
    async (t) => {
      const service = supervise(t, {
        run: `until [ -e log/ended ]; do sleep 0.01; done; seq 50; printf x >supervise/control; ${FOREVER}`,
        log: { run: `[ -e ended ] && ${TO_TRACE}; echo >ended` },
      });
      assert.equal(await service.exitCode(), 0);
      assert.equal(service.lines().length, 50);
    },
  );

  test("the log service loses no line when it is killed and started again", async (t) => {
    const service = supervise(t, {
      run: `i=0; while [ $i -lt 2000 ]; do i=$((i+1)); echo $i; done; ${AWAIT_GO}; echo end; ${FOREVER}`,
      // One line at a time: the input that a reader has read is lost with it.
      log: { run: "while read -r line; do echo $line >>../trace; done" },
    });
    await service.untilLines(200);
    const { pid } = await service.log.untilRunning();
    sendSignal(pid, "SIGSTOP"); // between two lines or within one: at most that one is lost
    sendSignal(pid, "SIGKILL");
    await service.log.untilRunning(pid);
    writeFileSync(service.path("go"), "");
    await service.untilTrue("last line", () => service.lines().at(-1) === "end");
    assert.ok(service.lines().length >= 1999, `${service.lines().length} lines`);
  });

  test("the log service does not run log/finish", async (t) => {
    const log = { run: "exit 0", finish: "echo finish >>../trace" };
    const service = supervise(t, { run: FOREVER, log });
    await service.log.until("end", ({ phase }) => phase === "down");
    await service.untilQuiet();
    assert.deepEqual(service.lines(), []);
  });

  test("the log service ends by the end of its input, and runsv waits for it", async (t) => {
    const log = {
      run: "cat >/dev/null; echo end >>../trace; while [ ! -e ../go ]; do sleep .02; done",
    };
    const service = supervise(t, { run: FOREVER, log });
    const { pid } = await service.log.untilRunning();
    await service.untilRunning();
    service.control("x");
    await service.untilLines(1);
    await service.log.untilStat("run, want exit");
    assert.ok(isAlive(service.runsv.pid));
    writeFileSync(service.path("go"), "");
    assert.equal(await service.exitCode(), 0);
    assert.ok(!isAlive(pid));
    assert.deepEqual(service.lines(), ["end"]);
  });

  test("the log service that ignores the end of its input is ended by 'k' to it", async (t) => {
    const service = supervise(t, { run: FOREVER, log: { run: FOREVER } });
    await service.untilRunning();
    await service.log.untilRunning();
    service.control("x");
    await service.log.untilStat("run, want exit");
    service.log.control("k");
    assert.equal(await service.exitCode(), 0);
  });

  test("the log service ignores 'x'", async (t) => {
    const service = supervise(t, { run: FOREVER, log: { run: FOREVER } });
    const { pid } = await service.log.untilRunning();
    service.log.control("xp");
    assert.equal((await service.log.untilStat("run, paused")).pid, pid);
  });

  test("the log service is restarted when it is killed, and the service does not notice", async (t) => {
    const service = supervise(t, { run: FOREVER, log: { run: "exec cat >/dev/null" } });
    const main = await service.untilRunning();
    const { pid } = await service.log.untilRunning();
    sendSignal(pid, "SIGKILL");
    await service.log.untilRunning(pid);
    assert.equal(service.status().pid, main.pid);
  });

  test("runsv reports a log service without log/run, and runs the service", async (t) => {
    const service = supervise(t, { run: FOREVER, log: {} });
    await service.untilMessage(
      "runsv service: fatal: unable to start log/./run: file does not exist\n",
    );
    await service.untilRunning();
    writeFileSync(service.path("log/run"), `#!/bin/sh\n${FOREVER}\n`, { mode: 0o755 });
    await service.log.untilRunning();
  });

  test("runsv reports a ./log that is a file, and runs the service without a log service", async (t) => {
    const service = supervise(t, { run: FOREVER, files: { log: "a file\n" } });
    await service.untilRunning();
    await service.untilMessage("not a directory");
    assert.equal(service.stderr, "runsv service: warning: ./log: not a directory.\n");
  });

  test("the log service may be a link to a directory", async (t) => {
    const service = supervise(
      t,
      { run: `echo hello; ${FOREVER}`, files: { log: { link: "elsewhere" } } },
      {
        prepare: (dir) => {
          mkdirSync(join(dir, "elsewhere"));
          const run = "#!/bin/sh\nexec cat >>../trace\n";
          writeFileSync(join(dir, "elsewhere/run"), run, { mode: 0o755 });
        },
      },
    );
    assert.deepEqual(await service.untilLines(1), ["hello"]);
  });

  test(
    "the log service has its log/supervise/pid from the start",
    improved("log-pid-from-start"),
    async (t) => {
      const service = supervise(t, { run: FOREVER, log: { run: FOREVER, down: true } });
      await service.untilRunning();
      assert.equal(service.log.pidFile(), "");
    },
  );

  test(
    "the log service stays if 'u' cancels an 'x', also after its input was closed",
    improved("up-after-exit"),
    async (t) => {
      const service = supervise(t, {
        run: `echo start; ${FOREVER}`,
        log: { run: `while read -r line; do echo $line >>../trace; done; ${FOREVER}` },
      });
      const { pid } = await service.untilRunning();
      await service.untilLines(1);
      service.control("x");
      await service.log.untilStat("run, want exit");
      service.control("u");
      await service.untilRunning(pid);
      service.log.control("k"); // the old logger has seen the end of its input
      await service.untilLines(2);
      assert.deepEqual(service.lines(), ["start", "start"]);
      assert.equal(service.stderr, "");
      service.control("x");
      await service.log.untilStat("run, want exit");
      service.log.control("k");
      assert.equal(await service.exitCode(), 0);
    },
  );
});
