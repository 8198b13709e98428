/**
 * The end of a log service that another process than the service keeps from the end of its input: a
 * background child that has the log pipe open. runit's runsv waits for ever.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isAlive } from "../support/procfs.ts";
import { runTool } from "../support/run.ts";
import { sendSignal } from "../support/sandbox.ts";
import { testBothWays } from "../support/scan.ts";
import { FOREVER, type ServiceDirectory } from "../support/service.ts";
import { mounts, smallDisk } from "../support/small-disk.ts";
import { improved, ours } from "../support/suite.ts";
import { supervise } from "../support/supervise.ts";

/** Leaves a process behind that has the log pipe open. */
const ORPHANING = `sleep 1000 & echo $! >orphan; echo start; ${FOREVER}`;
const CAT = "exec cat >>lines";
const STUBBORN_CAT = "trap '' TERM; exec cat >>lines";
/** Reads nothing for longer than the grace, which is two seconds. */
const SLOW = `trap 'echo TERM >>trace; exit' TERM; sleep 4; ${CAT}`;
const SOON_MS = "50\n";
const options = { concurrency: 4, ...improved("log-pipe-held") };

const untilStarted = async (service: ServiceDirectory): Promise<number> => {
  await service.untilRunning();
  await service.log.untilRunning();
  const [orphan = ""] = await service.untilLines(1, "orphan");
  return Number(orphan);
};
const held = (orphan: number) =>
  `warning: log pipe is still open in sleep (pid ${orphan}), log service gets TERM.\n`;

describe("a log pipe that an orphan keeps open", options, () => {
  test("does not keep runsv from its exit, and nobody but the log service is signalled", async (t) => {
    const service = supervise(t, { run: ORPHANING, log: { run: CAT } });
    const orphan = await untilStarted(service);
    await service.log.untilLines(1, "lines");
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    assert.equal(service.stderr, `runsv service: ${held(orphan)}`);
    assert.deepEqual([service.stat(), service.log.stat()], ["down", "down"]);
    assert.ok(isAlive(orphan));
  });

  for (const [what, files] of [
    ["log/timeout-kill", { "timeout-kill": "50\n" }],
    ["five seconds", {}],
  ] as const) {
    test(`gives KILL to a log service that heeds no TERM, after ${what}`, async (t) => {
      const service = supervise(t, { run: ORPHANING, log: { run: STUBBORN_CAT, files } });
      await untilStarted(service);
      await service.log.untilLines(1, "lines");
      service.control("x");
      assert.equal(await service.exitCode(), 0);
    });
  }

  test("does not keep sv force-shutdown from its end", async (t) => {
    const service = supervise(t, { run: ORPHANING, log: { run: CAT } });
    await untilStarted(service);
    const { code, stdout } = await runTool(service.box, ours, "sv", [
      "-w60",
      "force-shutdown",
      service.dir,
    ]);
    assert.deepEqual([code, stdout], [0, `ok: ${service.dir}: runsv not running\n`]);
  });

  for (const signal of ["SIGTERM", "SIGHUP"] as const) {
    testBothWays(`does not keep a tree from its end by ${signal}`, {}, async (t, start) => {
      const services = { web: { run: ORPHANING, log: { run: CAT } } };
      const scanner = start(t, services);
      const web = scanner.service("web");
      const orphan = await untilStarted(web);
      await web.log.untilLines(1, "lines");
      const runsv = scanner.runsvOf("web");
      // A runsvdir without --dense leaves its runsv alone at TERM.
      if (runsv !== undefined && signal === "SIGTERM") {
        scanner.runsvdir.signal("SIGSTOP"); // it would start another one
        sendSignal(runsv, signal);
      } else {
        scanner.runsvdir.signal(signal);
      }
      await scanner.untilMessage(held(orphan));
      await web.log.untilStat("down");
      if (runsv === undefined) {
        const { code } = await scanner.runsvdir.exit();
        assert.equal(code, signal === "SIGTERM" ? 0 : 111);
      }
    });
  }

  test("is known also to a runsv that has taken the log service over", async (t) => {
    const service = supervise(t, { run: ORPHANING, log: { run: CAT } });
    const orphan = await untilStarted(service);
    service.runsv.signal("SIGKILL");
    await service.runsv.exit();
    const next = service.another();
    await next.untilSupervised();
    next.control("x");
    assert.equal(await next.exitCode(), 0);
    assert.equal(next.stderr, `runsv service: ${held(orphan)}`);
  });

  test("is used again where the exit is taken back", async (t) => {
    const service = supervise(t, { run: `echo started >>trace; ${ORPHANING}`, log: { run: CAT } });
    await untilStarted(service);
    const { pid } = service.log.status();
    service.control("x");
    await service.log.untilStat("run, want exit");
    service.control("u");
    await service.untilLines(2);
    assert.deepEqual(await service.log.untilLines(2, "lines"), ["start", "start"]);
    assert.equal(service.log.status().pid, pid);
  });
});

describe("a log service that is to end", options, () => {
  const LINES = Array.from({ length: 3_000 }, (_, n) => `line ${n}`);
  const WRITES = "n=0; while [ $n -lt 3000 ]; do echo line $n; n=$((n+1)); done; echo >>trace";

  test("gets no TERM while it reads what nobody can add to, however long it takes", async (t) => {
    const service = supervise(t, { run: `${WRITES}; ${FOREVER}`, log: { run: SLOW } });
    await service.untilLines(1);
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    assert.deepEqual(service.log.lines("lines"), LINES);
    assert.deepEqual(service.log.lines(), []);
    assert.equal(service.stderr, "");
  });

  testBothWays("is bounded by log/timeout-kill, if it cannot end", {}, async (t, start) => {
    // As one that waits for room on a disk.
    const stuck = "trap '' TERM; cat >>lines; exec sleep 1000";
    const files = { "timeout-kill": SOON_MS };
    const scanner = start(t, { web: { run: FOREVER, log: { run: stuck, files } } });
    const web = scanner.service("web");
    await web.untilRunning();
    await web.log.untilRunning();
    scanner.runsvdir.signal("SIGHUP");
    await scanner.untilMessage(
      "warning: log service has not ended by itself, log service gets TERM.\n",
    );
    await web.log.untilStat("down");
  });

  testBothWays(
    "is not held up for long by a full disk, if it is svlogd",
    { skip: mounts },
    async (t, start) => {
      const logs = smallDisk(t, 65_536);
      const run = "seq 20000; echo >>trace; exec sleep 1000";
      const logger = `mkdir -p ${logs}/web; exec ${ours.bin}/svlogd ${logs}/web`;
      const scanner = start(t, { web: { run, log: { run: logger } } });
      const web = scanner.service("web");
      await web.untilRunning();
      await scanner.untilMessage("pausing: unable to write to current");
      scanner.runsvdir.signal("SIGHUP");
      await scanner.untilMessage("svlogd: warning: unable to write to current, lost");
      await web.log.untilStat("down");
    },
  );

  test("has read what was in the pipe when it gets TERM because of an orphan", async (t) => {
    const run = `${WRITES}; ${ORPHANING}`;
    const service = supervise(t, { run, log: { run: SLOW } });
    await untilStarted(service);
    service.control("x");
    await service.untilMessage("log pipe is still open");
    assert.equal(await service.exitCode(), 0);
    assert.deepEqual(service.log.lines("lines"), [...LINES, "start"]);
  });

  test("loses no line of svlogd's, whatever the orphan writes meanwhile", async (t) => {
    const orphan = "(n=0; while :; do echo orphan $n; n=$((n+1)); done) & echo $! >orphan";
    const logger = `mkdir -p main; exec ${ours.bin}/svlogd ./main`;
    const service = supervise(t, { run: `${orphan}; ${FOREVER}`, log: { run: logger } });
    const pid = await untilStarted(service);
    await service.log.untilLines(1_000, "main/current");
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    // Read to where the pipe was at TERM, with no gap in between.
    const lines = service.log.lines("main/current");
    const numbers = lines.map((line) => Number(line.split(" ")[1]));
    const first = numbers[0] ?? 0;
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => first + index),
    );
    assert.ok(lines.length > 1_000);
    if (isAlive(pid)) sendSignal(pid, "SIGKILL");
  });
});
