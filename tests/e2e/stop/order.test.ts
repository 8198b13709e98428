/** The ordered stop: services, then their log services, and runsvdir last. */
import assert from "node:assert/strict";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import { setImmediate } from "node:timers/promises";
import { AWAIT_GO } from "../../support/order.ts";
import { isAlive, isServed } from "../../support/procfs.ts";
import { runTool } from "../../support/run.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { FOREVER, makeService, ServiceDirectory, STUBBORN } from "../../support/service.ts";
import { testStopping } from "../../support/stop.ts";
import { ours } from "../../support/suite.ts";

/**
 * Says so in the common trace when it is commanded to stop, and again when it ends, after the
 * seconds.
 */
const slow = (name: string, seconds: number) =>
  [
    `trap 'echo ${name} TERM >>../../trace; sleep ${seconds}; echo ${name} down >>../../trace; exit 0' TERM`,
    "echo start >>trace; while :; do sleep 1000 & wait $!; done",
  ].join("\n");
/** The same, and it ends once the test has written a file `go`. */
const untilGo = (name: string) =>
  [
    `trap 'echo ${name} TERM >>../../trace; ${AWAIT_GO}; echo ${name} down >>../../trace; exit 0' TERM`,
    "echo start >>trace; while :; do sleep 1000 & wait $!; done",
  ].join("\n");
const letGo = (service: ServiceDirectory) => writeFileSync(service.path("go"), "");
const CAT = "cat >>lines; echo log down >>../../../trace";

describe("an ordered stop", { concurrency: 4 }, () => {
  testStopping("ends a tree without services", async (t, start) => {
    const tree = start(t, { web: { run: FOREVER, down: true } });
    await tree.service("web").untilStat("down");
    await tree.signal("SIGTERM");
    assert.deepEqual(await tree.exit(), { code: 0, signal: null });
    assert.equal(tree.stderr, "");
  });

  testStopping(
    "waits for each service and its log, and shows what it waits for",
    async (t, start) => {
      const tree = start(t, {
        web: { run: STUBBORN, files: { "timeout-kill": "2000" } },
        db: { run: untilGo("db") },
        app: {
          run: `echo hello; echo start >>trace; ${FOREVER}`,
          finish: "echo bye; echo app down >>../../trace",
          log: { run: CAT },
        },
      });
      const [web, db, app] = [tree.service("web"), tree.service("db"), tree.service("app")];
      for (const service of [web, db, app]) await service.untilLines(1);
      await tree.signal("SIGTERM");
      await tree.untilMessage("runsvdir services: stopping: waiting for db (");
      letGo(db);
      assert.equal((await tree.exit()).code, 0);
      assert.deepEqual(app.log.lines("lines"), ["hello", "bye"]);
      assert.match(tree.stderr, /^runsvdir services: stopping: waiting for db \(\d+s\)$/m);
      const lines = tree.service("..").lines();
      assert.ok(lines.indexOf("app down") < lines.indexOf("log down"), lines.join());
      assert.ok(lines.indexOf("log down") < lines.indexOf("db down"), lines.join());
      for (const service of [web, db, app]) assert.equal(service.stat(), "down");
    },
  );

  testStopping("shows that also on standard output if it has a message area", async (t, start) => {
    const log = `log: ${".".repeat(200)}`;
    const tree = start(t, { db: { run: STUBBORN } }, { log, args: ["--stop=6000"] });
    await tree.service("db").untilLines(1);
    await tree.signal("SIGTERM");
    await tree.service("db").untilStat("run, got TERM, want exit");
    await tree.signal("SIGTERM");
    assert.equal((await tree.exit()).code, 137);
    assert.match(
      tree.stdout,
      /^runsvdir services: stopping: waiting for db \(\d+s\)\n(.*\n)*.*: the time is over, killing what is left: db/,
    );
    assert.equal(tree.stderr, "");
  });

  testStopping("is not changed by further signals", async (t, start) => {
    const tree = start(t, { db: { run: untilGo("db") } });
    await tree.service("db").untilLines(1);
    await tree.signal("SIGTERM");
    await tree.scan.until("stop", () =>
      tree.service("..").lines().includes("db TERM") ? true : undefined,
    );
    await tree.signal("SIGTERM");
    await tree.untilMessage("stopping: waiting for db (");
    await tree.signal("SIGTERM", "SIGINT", "SIGHUP");
    letGo(tree.service("db"));
    assert.equal((await tree.exit()).code, 0);
    assert.deepEqual(tree.service("..").lines(), ["db TERM", "db down"]);
  });

  testStopping("kills what is left at the third INT", async (t, start) => {
    const tree = start(t, { web: { run: STUBBORN }, db: { run: STUBBORN } });
    await tree.service("web").untilLines(1);
    await tree.service("db").untilLines(1);
    const pid = await tree.pid();
    await tree.signal("SIGINT");
    await tree.service("web").untilStat("run, got TERM, want exit");
    // Three within two seconds: on a busy machine, not the first three.
    while (isAlive(pid)) {
      await setImmediate();
      if (!isServed(pid)) continue;
      try {
        sendSignal(pid, "SIGINT");
      } catch {
        break; // it has just ended
      }
    }
    assert.equal((await tree.exit()).code, 137);
    assert.match(
      tree.stderr,
      /warning: interrupted, killing what is left: db \(\d+s\), web \(\d+s\)\n/,
    );
    assert.deepEqual(tree.scan.box.processes(), []);
  });

  testStopping("kills what is left when its time is over", async (t, start) => {
    const tree = start(
      t,
      { web: { run: STUBBORN, log: { run: "exec cat >>lines" } }, db: { run: slow("db", 0) } },
      { args: ["--stop=4000"] },
    );
    await tree.service("web").untilLines(1);
    await tree.service("db").untilLines(1);
    await tree.signal("SIGTERM");
    assert.equal((await tree.exit()).code, 137);
    assert.match(tree.stderr, /warning: the time is over, killing what is left: web \(\d+s\)\n/);
    assert.deepEqual(tree.service("..").lines(), ["db TERM", "db down"]);
    assert.deepEqual(tree.scan.box.processes(), []);
  });

  testStopping("refuses to start a service meanwhile, and starts no new one", async (t, start) => {
    const tree = start(t, { web: { run: STUBBORN }, db: { run: "echo start >>trace; exit 0" } });
    const [web, db] = [tree.service("web"), tree.service("db")];
    await web.untilLines(1);
    await tree.signal("SIGTERM");
    await web.untilStat("run, got TERM, want exit");
    await db.untilTrue("end of its supervisor", () => !db.isSupervised());
    const runs = db.lines().length;
    const added = tree.scan.add("new", { run: FOREVER });
    const { code } = await runTool(tree.scan.box, ours, "sv", ["-w1", "up", web.dir]);
    assert.equal(code, 1);
    assert.equal(web.stat(), "run, got TERM, want exit");
    web.control("k");
    assert.equal((await tree.exit()).code, 0);
    assert.equal(web.lines().length, 1);
    assert.equal(db.lines().length, runs);
    assert.ok(!added.has("supervise"));
  });

  testStopping("is not held up by an orphan that keeps the log pipe open", async (t, start) => {
    const tree = start(t, {
      app: {
        run: `setsid sleep 1000 & echo hello; echo start >>trace; ${FOREVER}`,
        log: { run: "exec cat >>lines" },
      },
    });
    await tree.service("app").untilLines(1);
    await tree.signal("SIGTERM");
    assert.equal((await tree.exit()).code, 0);
    assert.match(tree.stderr, /log pipe is still open in sleep \(pid \d+\), log service gets TERM/);
    assert.deepEqual(tree.service("app").log.lines("lines"), ["hello"]);
  });

  testStopping(
    "replaces a supervisor that is killed meanwhile, which takes over",
    async (t, start) => {
      const tree = start(t, { web: { run: untilGo("web"), log: { run: "exec cat >>lines" } } });
      await tree.service("web").untilLines(1);
      await tree.signal("SIGTERM");
      await tree.service("web").untilStat("run, got TERM, want exit");
      const runsv = await tree.scan.untilRunsv("web");
      sendSignal(runsv, "SIGKILL");
      await tree.scan.untilRunsv("web", runsv);
      letGo(tree.service("web"));
      assert.equal((await tree.exit()).code, 0);
      assert.equal(tree.service("web").stat(), "down");
      assert.deepEqual(tree.service("web").lines(), ["start"]);
      assert.deepEqual(tree.service("..").lines().at(-1), "web down");
      assert.ok(!isAlive(runsv));
    },
    [{ name: "--stop", isProcess1: false, isDense: false }],
  );

  testStopping(
    "stops a runsv that was started by hand",
    async (t, start) => {
      const tree = start(t, { web: { run: slow("web", 0) } });
      const web = tree.service("web");
      await web.untilLines(1);
      const made = join(tree.scan.box.dir, "made/db");
      makeService(made, { run: slow("db", 1) });
      const runsv = tree.scan.box.start([`${ours.bin}/runsv`, made]);
      await new ServiceDirectory(made, () => runsv.stderr()).untilLines(1);
      symlinkSync("../made/db", join(tree.scan.services, "db"));
      const db = tree.service("db");
      const others = tree.scan.add("other", { run: FOREVER }); // after a scan that found the runsv
      await others.untilStat("run");
      await tree.signal("SIGTERM");
      assert.equal((await tree.exit()).code, 0);
      assert.deepEqual([web.stat(), db.stat()], ["down", "down"]);
    },
    [{ name: "--stop", isProcess1: false, isDense: false }],
  );
});
