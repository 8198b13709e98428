/** runsv runs ./finish after each exit of ./run. */
import assert from "node:assert/strict";
import { statSync, utimesSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { isAlive } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { FOREVER } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";
import { eventually } from "../../support/wait.ts";

/** runsv reads a directory that has changed within the last two seconds before each start. */
const OLD_MS = 3_000;

describe("runsv: ./finish", { concurrency: 4 }, () => {
  const ENDS = [
    ["exit 0", "0 0"],
    ["exit 3", "3 0"],
    ["exit 255", "255 0"],
    ["kill -TERM $$", "-1 15"],
    ["kill -KILL $$", "-1 9"],
    ["ulimit -c 0; kill -SEGV $$", "-1 11"],
  ] as const;
  for (const [end, args] of ENDS) {
    test(`./finish gets "${args}" as arguments after: ${end}`, async (t) => {
      const service = supervise(t, { run: end, finish: 'echo "$@" >>trace; exec sleep 1000' });
      await service.until("finish", ({ phase, pid }) => phase === "finish" && pid !== 0);
      assert.deepEqual(await service.untilLines(1), [args]);
    });
  }

  test('./finish gets "111 0" as arguments if there is no ./run', async (t) => {
    const service = supervise(t, { finish: 'echo "$@" >>trace; exec sleep 1000' });
    assert.deepEqual(await service.untilLines(1), ["111 0"]);
  });

  test('./finish gets "-1 139" as arguments if ./run dumps core', async (t) => {
    const run = "ulimit -c unlimited || exit 1; kill -SEGV $$";
    const service = supervise(t, { run, finish: 'echo "$@" >>trace; exec sleep 1000' });
    const [args] = await service.untilLines(1);
    if (args === "1 0" || args === "-1 11") return t.skip("no core dumps here");
    assert.equal(args, "-1 139");
  });

  test("runsv keeps the start time of ./run in the status record through ./finish", async (t) => {
    const service = supervise(t, { run: "while [ ! -e go ]; do sleep .02; done", finish: FOREVER });
    const before = await service.untilRunning();
    writeFileSync(service.path("go"), "");
    const after = await service.until("finish", (s) => s.phase === "finish" && s.pid !== 0);
    assert.deepEqual(after.since, before.since);
    assert.equal(service.pidFile(), `${after.pid}\n`);
  });

  test("./finish is run in the service directory, before the next start", async (t) => {
    const service = supervise(t, { run: "echo run >>trace", finish: "echo finish $PWD >>trace" });
    const lines = await service.untilLines(3);
    assert.deepEqual(lines.slice(0, 3), ["run", `finish ${service.dir}`, "run"]);
  });

  test("./finish completes after 'd' and 'x', before the service counts as down", async (t) => {
    const finish = "echo finish >>trace; while [ ! -e go ]; do sleep .02; done; echo done >>trace";
    const service = supervise(t, { run: FOREVER, finish });
    await service.untilRunning();
    service.control("x");
    await service.untilStat("finish, want exit");
    await service.untilLines(1);
    await service.untilQuiet();
    assert.equal(service.stat(), "finish, want exit");
    writeFileSync(service.path("go"), "");
    assert.equal(await service.exitCode(), 0);
    assert.deepEqual(service.lines(), ["finish", "done"]);
  });

  test("runsv looks for ./finish after each exit of ./run", async (t) => {
    const service = supervise(t, { run: "echo run >>trace; exec sleep 1000" });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    writeFileSync(service.path("finish"), "#!/bin/sh\necho finish >>trace\n", { mode: 0o755 });
    sendSignal(pid, "SIGKILL");
    assert.deepEqual((await service.untilLines(3)).slice(1), ["finish", "run"]);
  });

  test("runsv runs a ./finish that came without a new modification time", async (t) => {
    const service = supervise(t, { run: "echo run >>trace; exec sleep 1000" });
    await service.untilLines(1);
    // As rsync does, and tar; whole seconds, because utimes of Node loses the rest.
    const restoreTime = () => utimesSync(service.dir, 1, 1);
    restoreTime();
    const { ctimeMs } = statSync(service.dir);
    const isOld = () => Date.now() - ctimeMs > OLD_MS || undefined;
    await eventually("an old directory", isOld, () => `changed at ${ctimeMs}`);
    const first = await service.untilRunning();
    sendSignal(first.pid, "SIGKILL");
    const { pid } = await service.untilRunning(first.pid);
    await service.untilLines(2);
    writeFileSync(service.path("finish"), "#!/bin/sh\necho finish >>trace\n", { mode: 0o755 });
    restoreTime();
    sendSignal(pid, "SIGKILL");
    assert.deepEqual((await service.untilLines(4)).slice(2), ["finish", "run"]);
  });

  test("runsv reports a ./finish that cannot be executed, and restarts the service", async (t) => {
    const finish = { text: "#!/bin/sh\n", mode: 0o644 };
    const service = supervise(t, { run: "echo run >>trace", finish });
    await service.untilLines(2);
    await service.untilMessage("runsv service: fatal: unable to start ./finish: access denied");
  });

  test("runsv reports a ./finish that is a directory, and restarts the service", async (t) => {
    const service = supervise(t, { run: "echo run >>trace", finish: { directory: true } });
    await service.untilLines(2);
    await service.untilMessage("runsv service: fatal: unable to start ./finish: access denied");
  });

  test(
    "./finish is not run again after 'k' has killed it",
    improved("kill-in-finish"),
    async (t) => {
      const service = supervise(t, {
        run: FOREVER,
        finish: "echo finish >>trace; exec sleep 1000",
      });
      await service.untilRunning();
      service.control("d");
      await service.untilLines(1);
      const { pid } = await service.until("finish", (s) => s.phase === "finish" && s.pid !== 0);
      service.control("k");
      await service.untilStat("down");
      await service.untilQuiet();
      assert.ok(!isAlive(pid), "the finish process is gone");
      assert.deepEqual(service.lines(), ["finish"]);
    },
  );

  test(
    "./run follows a ./finish that 'k' has killed if the service is wanted up",
    improved("kill-in-finish"),
    async (t) => {
      const service = supervise(t, {
        run: "echo run >>trace",
        finish: "echo finish >>trace; exec sleep 1000",
      });
      await service.untilLines(2);
      service.control("k");
      assert.deepEqual((await service.untilLines(4)).slice(0, 4), [
        "run",
        "finish",
        "run",
        "finish",
      ]);
    },
  );

  test("./finish that is killed from outside has ended as any other", async (t) => {
    const service = supervise(t, { run: FOREVER, finish: "echo finish >>trace; exec sleep 1000" });
    await service.untilRunning();
    service.control("d");
    await service.untilLines(1);
    const { pid } = await service.until("finish", (s) => s.phase === "finish" && s.pid !== 0);
    sendSignal(pid, "SIGKILL");
    await service.untilStat("down");
    assert.deepEqual(service.lines(), ["finish"]);
  });
});
