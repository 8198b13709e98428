/** runsvdir ends the supervisors of removed entries, and restarts a supervisor that exits. */
import assert from "node:assert/strict";
import {
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { children, cmdline, isAlive } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { scan, testBothWays } from "../../support/scan.ts";
import { FOREVER, makeService } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { soonOnce } from "../../support/wait.ts";

const FUTURE_S = 4_000_000_000;

describe("runsvdir: entries that are removed, and supervisors that exit", {
  concurrency: 4,
}, () => {
  testBothWays(
    "runsvdir leaves a directory alone that is still being filled",
    improved("settle"),
    async (t, scan) => {
      const scanner = scan(t, { web: { run: FOREVER } });
      await scanner.service("web").untilRunning();
      // One of twenty: a busy machine may take longer than a directory is left alone.
      for (let round = 0; round < 20; round++) {
        const madeMs = performance.now();
        const db = scanner.service(`db-${round}`);
        makeService(db.dir, { run: "echo start >>trace; exec sleep 1000" });
        // A link needs no rest: once its service runs, the scanner has seen the directory too.
        scanner.add(`later-${round}`, { run: FOREVER });
        await scanner.service(`later-${round}`).untilRunning();
        const isSupervised = db.has("supervise");
        makeService(db.dir, { down: true });
        if (performance.now() - madeMs > 700) continue;
        assert.equal(isSupervised, false);
        await db.until("supervised service", ({ phase }) => phase === "down");
        assert.deepEqual(db.lines(), []);
        return;
      }
      assert.fail("nothing was seen within 700 ms");
    },
  );

  testBothWays(
    "runsvdir starts a directory at once whose time is in the future",
    improved("settle"),
    async (t, scan) => {
      const future = (dir: string) => utimesSync(dir, FUTURE_S, FUTURE_S);
      const scanner = scan(
        t,
        { web: { run: FOREVER } },
        { prepare: (dir) => future(join(dir, "services")) },
      );
      await scanner.service("web").untilRunning();
      const made = join(scanner.box.dir, "made/db");
      makeService(made, { run: FOREVER });
      future(made);
      renameSync(made, join(scanner.services, "db"));
      future(scanner.services);
      await scanner.service("db").untilRunning();
    },
  );

  test("runsvdir ends the runsv of a service that is removed, with its service, and no other", async (t) => {
    const scanner = scan(t, {
      web: { run: FOREVER },
      db: { run: FOREVER, finish: "echo finish >>trace" },
    });
    const web = await scanner.service("web").untilRunning();
    const { pid } = await scanner.service("db").untilRunning();
    const runsv = await scanner.untilRunsv("db");
    scanner.remove("db");
    await scanner.until("end of runsv", () => (isAlive(runsv) ? undefined : true));
    assert.ok(!isAlive(pid));
    assert.equal(readFileSync(join(scanner.box.dir, "made/db/trace"), "utf8"), "finish\n");
    assert.equal(scanner.service("web").status().pid, web.pid);
  });

  testBothWays(
    "runsvdir ends a removed service at once",
    improved("scan-notices"),
    async (t, scan) => {
      const scanner = scan(t, { web: { run: FOREVER } });
      await soonOnce(async (round) => {
        const { pid } = await scanner.add(`db-${round}`, { run: FOREVER }).untilRunning();
        const removedMs = performance.now();
        scanner.remove(`db-${round}`);
        await scanner.until("end of the service", () => (isAlive(pid) ? undefined : true));
        return performance.now() - removedMs;
      });
    },
  );

  testBothWays(
    "runsvdir starts a directory in which files come and go all the time",
    improved("settle"),
    async (t, scan) => {
      const scanner = scan(t, { web: { run: FOREVER } });
      await scanner.service("web").untilRunning();
      const db = scanner.service("db");
      makeService(db.dir, { run: FOREVER });
      const changes = setInterval(() => {
        writeFileSync(db.path("data"), "");
        unlinkSync(db.path("data"));
      }, 50);
      t.after(async () => clearInterval(changes));
      await db.untilRunning();
    },
  );

  testBothWays(
    "runsvdir starts the service that `ln -f` or a rename puts in place of a link",
    improved("passing-name"),
    async (t, scan) => {
      const scanner = scan(t, { web: { run: FOREVER } });
      const web = scanner.service("web");
      let { pid } = await web.untilRunning();
      const before = ["CuAb12Cd", "web.new"];
      for (const [index, passing] of before.entries()) {
        makeService(join(scanner.box.dir, `made/v${index}`), {
          run: `echo v${index} >>trace; ${FOREVER}`,
        });
        symlinkSync(`../made/v${index}`, join(scanner.services, passing));
        await scanner.untilScanned(`seen-${index}`);
        scanner.rename(passing, "web");
        await web.untilLines(1);
        ({ pid } = await web.untilRunning(pid));
      }
      const names = children(scanner.runsvdir.pid).map((child) => cmdline(child)[1]);
      assert.deepEqual(
        names.filter((name) => name !== undefined && before.includes(name)),
        [],
      );
      assert.equal(scanner.stderr, "");
    },
  );

  test("runsvdir restarts a runsv that was killed, and leaves the others alone", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER }, db: { run: FOREVER } });
    const db = await scanner.service("db").untilRunning();
    const { pid } = await scanner.service("web").untilRunning();
    const runsv = await scanner.untilRunsv("web");
    sendSignal(runsv, "SIGKILL");
    sendSignal(pid, "SIGKILL");
    await scanner.untilRunsv("web", runsv);
    await scanner.service("web").untilRunning(pid);
    assert.equal(scanner.service("db").status().pid, db.pid);
  });

  test("runsvdir restarts a killed runsv at once", improved("scan-notices"), async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    const service = scanner.service("web");
    await service.untilRunning();
    await soonOnce(async () => {
      const runsv = await scanner.untilRunsv("web");
      await service.untilSupervised();
      const killedMs = performance.now();
      sendSignal(runsv, "SIGKILL");
      await scanner.untilRunsv("web", runsv);
      await service.untilSupervised();
      return performance.now() - killedMs;
    });
  });

  test("runsvdir restarts a runsv that was commanded to exit", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    const { pid } = await scanner.service("web").untilRunning();
    const runsv = await scanner.untilRunsv("web");
    scanner.service("web").control("x");
    await scanner.untilRunsv("web", runsv);
    await scanner.service("web").untilRunning(pid);
  });
});
