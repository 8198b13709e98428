/** runsvdir starts services whose entries appear, come back or change their name. */
import assert from "node:assert/strict";
import { mkdirSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { children, isAlive } from "../../support/procfs.ts";
import { sandbox } from "../../support/sandbox.ts";
import { scan, testBothWays } from "../../support/scan.ts";
import { FOREVER, makeService, ServiceDirectory } from "../../support/service.ts";
import { improved, ours } from "../../support/suite.ts";
import { soonOnce } from "../../support/wait.ts";

describe("runsvdir: entries that appear", { concurrency: 4 }, () => {
  testBothWays("runsvdir starts a service that is added", {}, async (t, scan) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    const { pid } = await scanner.service("web").untilRunning();
    await scanner.add("db", { run: FOREVER }).untilRunning();
    assert.equal(scanner.service("web").status().pid, pid);
  });

  test(
    "runsvdir starts a service that is added at once, without a signal",
    improved("scan-notices"),
    async (t) => {
      const scanner = scan(t, { web: { run: FOREVER } });
      await scanner.service("web").untilRunning();
      await soonOnce(async (round) => {
        const addedMs = performance.now();
        await scanner.add(`new-${round}`, { run: FOREVER }).untilRunning();
        return performance.now() - addedMs;
      });
    },
  );

  test("runsvdir starts a directory that appears by mkdir, before it is filled", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    await scanner.service("web").untilRunning();
    mkdirSync(join(scanner.services, "db"));
    await scanner.untilRunsv("db");
    await scanner.untilMessage("runsv db: fatal: unable to start ./run: file does not exist\n");
    makeService(join(scanner.services, "db"), { run: FOREVER });
    await scanner.service("db").untilRunning();
  });

  testBothWays("runsvdir starts a link with a passing name that keeps it", {}, async (t, scan) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    await scanner.service("web").untilRunning();
    await scanner.untilScanned("Customer");
    await scanner.untilScanned("web.new");
  });

  testBothWays("runsvdir starts a removed service anew that comes back", {}, async (t, scan) => {
    const scanner = scan(t, { web: { run: FOREVER }, db: { run: FOREVER } });
    const { pid } = await scanner.service("db").untilRunning();
    scanner.remove("db");
    await scanner.until("end of the service", () => (isAlive(pid) ? undefined : true));
    symlinkSync("../made/db", join(scanner.services, "db"));
    await scanner.service("db").untilRunning(pid);
  });

  test("runsvdir leaves a renamed service running", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    const { pid } = await scanner.service("web").untilRunning();
    const runsv = await scanner.untilRunsv("web");
    scanner.rename("web", "www");
    await scanner.untilScanned("later");
    assert.ok(isAlive(runsv));
    assert.equal(scanner.service("www").status().pid, pid);
  });

  test("runsvdir follows a link to the directory of services that is switched", async (t) => {
    const box = sandbox(t);
    for (const [set, name] of [
      ["day", "web"],
      ["night", "backup"],
    ] as const) {
      makeService(join(box.dir, set, name), { run: FOREVER });
    }
    const link = join(box.dir, "current");
    symlinkSync("day", link);
    const scanner = box.start([join(ours.bin, "runsvdir"), "current"], {
      env: { PATH: `${ours.bin}:/usr/bin:/bin` },
    });
    const service = (path: string) =>
      new ServiceDirectory(join(box.dir, path), () => scanner.stderr());
    const { pid } = await service("day/web").untilRunning();
    symlinkSync("night", `${link}.new`);
    renameSync(`${link}.new`, link);
    await service("night/backup").untilRunning();
    await service("day/web").untilTrue("end of the old service", () => !isAlive(pid));
  });

  testBothWays(
    "runsvdir follows a hundred services that come and go at once",
    {},
    async (t, scan) => {
      const names = Array.from({ length: 100 }, (_, i) => `service-${i}`);
      const scanner = scan(t, { web: { run: FOREVER } });
      const { pid } = await scanner.service("web").untilRunning();
      for (const name of names) scanner.add(name, { run: FOREVER });
      for (const name of names) await scanner.service(name).untilRunning();
      const pids = names.map((name) => scanner.service(name).status().pid);
      for (const name of names) scanner.remove(name);
      await scanner.until("end of all", () => (pids.some(isAlive) ? undefined : true));
      await scanner.until("end of all runsv", () =>
        children(scanner.runsvdir.pid).filter(isAlive).length === 1 ? true : undefined,
      );
      assert.equal(scanner.service("web").status().pid, pid);
      assert.equal(scanner.stderr, "");
    },
  );

  test("runsvdir starts more than a thousand services", improved("scan-no-limit"), async (t) => {
    const names = Array.from({ length: 1_050 }, (_, i) => `s${i}`);
    const services = Object.fromEntries(names.map((name) => [name, { run: FOREVER }]));
    const scanner = scan(t, services);
    const running = () =>
      names.filter((name) => {
        const status = scanner.service(name).statusIfThere();
        return status?.phase === "run";
      }).length;
    await scanner.until("1,050 services", () => (running() === names.length ? true : undefined));
    assert.equal(scanner.stderr, "");
  });
});
