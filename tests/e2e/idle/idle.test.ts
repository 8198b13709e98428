/**
 * Each process of an idle tree waits for an event without a timeout.
 */
import assert from "node:assert/strict";
import { symlinkSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import {
  FUTURE_S,
  idle,
  made,
  makeLayout,
  OLD_S,
  startIdle,
  untilIdle,
} from "../../support/idle.ts";
import { statusLines, waitsForEver } from "../../support/procfs.ts";
import { scan, testBothWays } from "../../support/scan.ts";
import { FOREVER, makeService, ServiceDirectory } from "../../support/service.ts";
import { unchanged } from "../../support/wait.ts";

describe("an idle tree", idle, () => {
  test("each process of an idle tree waits for ever", async (t) => {
    const log = { run: "mkdir -p main; exec svlogd main" };
    const scanner = scan(
      t,
      { web: { run: FOREVER, log }, db: { run: `echo hello; ${FOREVER}`, log } },
      { prepare: (dir) => utimesSync(join(dir, "services"), OLD_S, OLD_S) },
    );
    const pids = [scanner.runsvdir.pid];
    for (const name of ["web", "db"]) {
      const service = scanner.service(name);
      await service.untilRunning();
      await service.log.untilTrue("log directory", () => service.log.has("main/current"));
      pids.push(await scanner.untilRunsv(name), service.log.status().pid);
    }
    await scanner.until("rest of all", () => (pids.every(waitsForEver) ? true : undefined));
  });

  testBothWays("an idle tree may have files of a future time", {}, async (t, start) => {
    const prepare = (dir: string) => utimesSync(join(dir, "services"), FUTURE_S, FUTURE_S);
    const scanner = start(t, { web: { run: FOREVER } }, { prepare });
    await scanner.service("web").untilRunning();
    await untilIdle(scanner);
  });

  testBothWays("an idle tree is not woken by events beside its directory", {}, async (t, start) => {
    const scanner = await startIdle(t, start, "link/services", {
      link: "home",
      "home/services": ["web"],
    });
    const { dir } = scanner.box;
    const wakes = () => statusLines(scanner.runsvdir.pid).get("voluntary_ctxt_switches");
    // One of twenty: a mount, anywhere on the machine, does wake it.
    for (let round = 0; round < 20; round += 1) {
      const before = wakes();
      for (const busy of [dirname(dir), dir, join(dir, "home")]) {
        for (let index = 0; index < 100; index += 1) {
          const name = join(busy, `runits-noise-${process.pid}-${index}`);
          writeFileSync(name, "");
          unlinkSync(name);
        }
      }
      await unchanged(() => wakes() ?? "", 300);
      if (wakes() === before) return;
    }
    assert.fail("it woke each time");
  });

  testBothWays(
    "looks every five seconds while an entry leads nowhere, and rests when it leads somewhere",
    {},
    async (t, start) => {
      const scanner = start(
        t,
        {},
        {
          prepare: (dir) => {
            symlinkSync("../later", join(dir, "services/db"));
            makeLayout(dir, { services: ["web"] });
          },
        },
      );
      await made(scanner, "web").untilRunning();
      const later = new ServiceDirectory(join(scanner.box.dir, "later"), () => scanner.stderr);
      makeService(later.dir, { run: FOREVER });
      await later.untilRunning();
      await untilIdle(scanner);
    },
  );
});
