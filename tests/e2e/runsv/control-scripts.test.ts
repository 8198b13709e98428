/** runsv runs control/X before it acts on byte X. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { isAlive, kinship } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { FOREVER, REPORTER } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";

describe("runsv: control scripts", { concurrency: 4 }, () => {
  test("control/t that exits 0 takes the place of TERM", async (t) => {
    const service = supervise(t, { run: REPORTER, control: { t: "echo script >>trace" } });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    service.control("t");
    await service.untilLines(2);
    await service.untilQuiet();
    assert.deepEqual(service.lines(), ["start", "script"]);
    assert.equal(service.status().pid, pid);
    assert.equal(service.stat(), "run");
  });

  test("control/t that exits otherwise is followed by TERM", async (t) => {
    const service = supervise(t, { run: REPORTER, control: { t: "echo script >>trace; exit 1" } });
    await service.untilLines(1);
    service.control("t");
    assert.deepEqual((await service.untilLines(3)).slice(0, 3), ["start", "script", "TERM"]);
  });

  test("that are not executable by their owner do not count", async (t) => {
    const control = { h: { text: "#!/bin/sh\necho script >>trace\n", mode: 0o655 } };
    const service = supervise(t, { run: REPORTER, control });
    await service.untilLines(1);
    service.control("h");
    assert.deepEqual(await service.untilLines(2), ["start", "HUP"]);
  });

  test("control/u runs before each start, whatever it exits with", async (t) => {
    const control = { u: "echo u >>trace; exit 1" };
    const service = supervise(t, { run: "echo run >>trace; exec sleep 1000", control });
    const { pid } = await service.untilRunning();
    await service.untilLines(2);
    sendSignal(pid, "SIGKILL");
    assert.deepEqual(await service.untilLines(4), ["u", "run", "u", "run"]);
  });

  test("'d' runs control/t, then control/d, in the service directory", async (t) => {
    const control = { t: "echo t >>trace; exit 1", d: "echo d $PWD >>trace; exit 1" };
    const service = supervise(t, { run: REPORTER, control });
    await service.untilLines(1);
    service.control("d");
    await service.untilStat("down");
    const scripts = (await service.untilLines(4)).filter((line) => /^[td]\b/.test(line));
    assert.deepEqual(scripts, ["t", `d ${service.dir}`]);
  });

  test("'x' runs control/t, then control/x", async (t) => {
    const control = { t: "echo t >>trace; exit 1", x: "echo x >>trace", d: "echo d >>trace" };
    const service = supervise(t, { run: REPORTER, control });
    await service.untilLines(1);
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    assert.deepEqual(
      service.lines().filter((line) => /^[a-z]$/.test(line)),
      ["t", "x"],
    );
  });

  test("control/p and control/c that exit 0 take the place of the signals, not of the flag", async (t) => {
    const control = { p: "echo p >>trace", c: "echo c >>trace" };
    const service = supervise(t, { run: FOREVER, control });
    const { pid } = await service.untilRunning();
    service.control("p");
    await service.untilStat("run, paused");
    assert.deepEqual(service.lines(), ["p"]);
    assert.notEqual(kinship(pid)?.state, "T");
    service.control("c");
    await service.untilStat("run");
    assert.deepEqual(service.lines(), ["p", "c"]);
  });

  test("that cannot be executed are complained about, and the signal is sent", async (t) => {
    const control = { h: { text: "#!/no/interpreter\n", mode: 0o755 } };
    const service = supervise(t, { run: REPORTER, control });
    await service.untilLines(1);
    service.control("h");
    assert.deepEqual(await service.untilLines(2), ["start", "HUP"]);
    await service.untilMessage("runsv service: fatal: unable to run control/?: ");
  });

  test("are not used for the log service", async (t) => {
    const log = { run: "exec cat >/dev/null", control: { t: "echo script >>../trace" } };
    const service = supervise(t, { run: FOREVER, log });
    const { pid } = await service.log.untilRunning();
    service.log.control("t");
    await service.log.untilRunning(pid);
    assert.deepEqual(service.lines(), []);
  });

  test("write to the log, as the service does", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      control: { h: "echo from script" },
      log: { run: "exec cat >>../trace" },
    });
    await service.untilRunning();
    service.control("h");
    assert.deepEqual(await service.untilLines(1), ["from script"]);
  });

  test(
    "that hang do not keep runsv from answering",
    improved("control-scripts-async"),
    async (t) => {
      const control = { t: "echo $$ >>trace; exec sleep 1000" };
      const service = supervise(t, { run: FOREVER, control });
      const { pid } = await service.untilRunning();
      service.control("t");
      const [script] = await service.untilLines(1);
      service.control("d");
      await service.until("want down", ({ want }) => want === "down");
      assert.equal(service.status().pid, pid, "the service is not ended before its script is");
      service.control("k");
      await service.untilStat("down");
      await service.untilTrue("end of the hanging script", () => !isAlive(Number(script)));
      assert.ok(!isAlive(pid));
    },
  );

  test(
    "that hang do not keep runsv from ending by 'x' and 'k'",
    improved("control-scripts-async"),
    async (t) => {
      const control = { t: "echo $$ >>trace; exec sleep 1000" };
      const service = supervise(t, { run: FOREVER, control });
      await service.untilRunning();
      service.control("t");
      await service.untilLines(1);
      service.control("xk");
      assert.equal(await service.exitCode(), 0);
    },
  );

  test(
    "that hang do not keep runsv from collecting its service",
    improved("control-scripts-async"),
    async (t) => {
      const control = { h: "echo script >>trace; exec sleep 1000" };
      const service = supervise(t, { run: FOREVER, control });
      const { pid } = await service.untilRunning();
      service.control("h");
      await service.untilLines(1);
      sendSignal(pid, "SIGKILL");
      await service.untilRunning(pid);
    },
  );

  test(
    "control/u that hangs does not keep runsv from answering",
    improved("control-scripts-async"),
    async (t) => {
      const control = { u: "echo $$ >>trace; exec sleep 1000" };
      const service = supervise(t, { run: FOREVER, control });
      const [script] = await service.untilLines(1);
      service.control("d");
      await service.until("want down", ({ want }) => want === "down");
      service.control("kx");
      assert.equal(await service.exitCode(), 0);
      assert.ok(!isAlive(Number(script)));
    },
  );

  test("that run long delay the commands behind them, and keep their order", async (t) => {
    const wait = "while [ ! -e go ]; do sleep .02; done";
    const control = {
      t: `echo t >>trace; ${wait}; echo done >>trace`,
      h: "echo h >>trace",
      "1": "echo 1 >>trace",
      "2": "echo 2 >>trace",
    };
    const service = supervise(t, { run: FOREVER, control });
    await service.untilRunning();
    service.control("t");
    await service.untilLines(1);
    service.control("h1");
    service.control("2h");
    await service.untilQuiet();
    assert.deepEqual(service.lines(), ["t"]);
    writeFileSync(service.path("go"), "");
    assert.deepEqual(await service.untilLines(6), ["t", "done", "h", "1", "2", "h"]);
  });

  test("killed by a signal are no veto", improved("control-script-killed"), async (t) => {
    const control = { h: "echo script >>trace; kill -KILL $$" };
    const service = supervise(t, { run: REPORTER, control });
    await service.untilLines(1);
    service.control("h");
    assert.deepEqual(await service.untilLines(3), ["start", "script", "HUP"]);
  });

  test("run with no signal blocked", improved("control-script-signals"), async (t) => {
    const control = {
      // exec: a shell unblocks signals in the children that it forks.
      h: "exec grep -E '^Sig(Blk|Ign)' /proc/self/status >>trace",
    };
    const service = supervise(t, { run: FOREVER, control });
    await service.untilRunning();
    service.control("h");
    assert.deepEqual(await service.untilLines(2), [
      "SigBlk:\t0000000000000000",
      "SigIgn:\t0000000000000000",
    ]);
  });

  test("control/k that exits 0 leaves the service running", improved("kill-veto"), async (t) => {
    const service = supervise(t, { run: FOREVER, control: { k: "echo k >>trace" } });
    const { pid } = await service.untilRunning();
    service.control("k");
    await service.untilLines(1);
    service.control("up");
    assert.equal((await service.untilStat("run, paused")).pid, pid);
    await service.untilQuiet();
    assert.equal(service.status().pid, pid);
    assert.deepEqual(service.lines(), ["k"]);
  });
});
