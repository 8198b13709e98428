/** runsvdir acts on TERM, HUP and ALRM. */
import assert from "node:assert/strict";
import { statSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { isAlive } from "../../support/procfs.ts";
import { scan, testBothWays } from "../../support/scan.ts";
import { FOREVER, makeService, STUBBORN } from "../../support/service.ts";
import { improved, originalInPlace } from "../../support/suite.ts";
import { soonOnce } from "../../support/wait.ts";

describe("runsvdir: signals", { concurrency: 4 }, () => {
  test("runsvdir exits 0 at TERM and leaves its runsv processes at work", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    const { pid } = await scanner.service("web").untilRunning();
    const runsv = await scanner.untilRunsv("web");
    scanner.runsvdir.signal("SIGTERM");
    assert.deepEqual(await scanner.runsvdir.exit(), { code: 0, signal: null });
    assert.ok(isAlive(runsv));
    scanner.service("web").control("t");
    await scanner.service("web").untilRunning(pid);
  });

  test("runsvdir ends its runsv processes at HUP and exits 111", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER }, db: { run: FOREVER } });
    const names = ["web", "db"];
    const pids: number[] = [];
    for (const name of names) {
      pids.push((await scanner.service(name).untilRunning()).pid, await scanner.untilRunsv(name));
    }
    scanner.runsvdir.signal("SIGHUP");
    assert.deepEqual(await scanner.runsvdir.exit(), { code: 111, signal: null });
    await scanner.until("end of all", () => (pids.some(isAlive) ? undefined : true));
    assert.equal(scanner.service("web").stat(), "down");
  });

  test("runsvdir does not wait at HUP for a service that does not end", async (t) => {
    const scanner = scan(t, { web: { run: STUBBORN } });
    await scanner.service("web").untilLines(1);
    scanner.runsvdir.signal("SIGHUP");
    assert.equal((await scanner.runsvdir.exit()).code, 111);
    await scanner.service("web").untilStat("run, got TERM, want exit");
  });

  test(
    "runsvdir obeys TERM and HUP at once, whenever they come",
    improved("scan-signals-at-once"),
    async (t) => {
      for (const [signal, code] of [
        ["SIGTERM", 0],
        ["SIGHUP", 111],
      ] as const) {
        await soonOnce(async () => {
          const scanner = scan(t, { web: { run: FOREVER } });
          await scanner.service("web").untilRunning();
          const sentMs = performance.now();
          scanner.runsvdir.signal(signal);
          assert.equal((await scanner.runsvdir.exit()).code, code);
          return performance.now() - sentMs;
        });
      }
    },
  );

  testBothWays("runsvdir looks at its directory at ALRM", {}, async (t, scan) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    await scanner.service("web").untilRunning();
    await scanner.untilScanned("later");
    const stamp = statSync(scanner.services);
    // A change that the directory's time does not show.
    makeService(join(scanner.box.dir, "made/late"), { run: FOREVER });
    symlinkSync("../made/late", join(scanner.services, "late"));
    utimesSync(scanner.services, stamp.atime, stamp.mtime);
    scanner.runsvdir.signal("SIGALRM");
    await scanner.service("late").untilRunning();
    assert.ok(isAlive(scanner.runsvdir.pid));
  });

  test("runsvdir that is killed leaves its services at work, and the next one restarts them once they end", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    const service = scanner.service("web");
    const { pid } = await service.untilRunning();
    await service.untilSupervised();
    scanner.runsvdir.signal("SIGKILL");
    await scanner.runsvdir.exit();
    scanner.startAgain();
    if (originalInPlace) {
      const locked = "runsv web: fatal: unable to lock supervise/lock: temporary failure\n";
      await scanner.untilMessage(locked);
    }
    assert.equal(service.status().pid, pid);
    service.control("x");
    await service.untilRunning(pid);
    await scanner.untilRunsv("web");
  });
});
