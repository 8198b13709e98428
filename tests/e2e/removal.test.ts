/** A package or an administrator removes a service directory that has been supervised. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { describe, test } from "node:test";
import { testBothWays } from "../support/scan.ts";
import { FOREVER, type ServiceDirectory } from "../support/service.ts";
import { improved } from "../support/suite.ts";
import { supervise } from "../support/supervise.ts";

/** What Debian's runit-helper removes there before it removes the directory, if that is empty. */
const RUNITS_FILES = ["control", "lock", "ok", "pid", "stat", "status", "down"];
const LOGGED = { run: FOREVER, log: { run: "exec cat >>lines" } };

const stopped = async (service: ServiceDirectory): Promise<void> => {
  await service.untilRunning();
  await service.log.untilRunning();
  service.control("d");
  service.log.control("t"); // so that its history too has something to tell
  await service.untilStat("down");
  await service.log.untilTrue("history", () => service.log.has("supervise/history"));
};
const supervises = (service: ServiceDirectory) => [
  service.path("supervise"),
  service.log.path("supervise"),
];

describe("supervise/ after an exit", { concurrency: 4 }, () => {
  test("has no file that runit does not make", async (t) => {
    const service = supervise(t, LOGGED);
    await service.untilRunning();
    await service.log.untilRunning();
    service.control("d");
    await service.untilStat("down");
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    for (const dir of supervises(service)) {
      const others = readdirSync(dir).filter((name) => !RUNITS_FILES.includes(name));
      assert.deepEqual(others, []);
    }
  });

  testBothWays(
    "is gone if a package has removed what it knows, with the supervisor at work",
    improved("history"),
    async (t, start) => {
      const scanner = start(t, { web: LOGGED });
      const web = scanner.service("web");
      await stopped(web);
      const dirs = supervises(web);
      const made = dirs.map((dir) => dir.replace("/services/", "/made/"));
      for (const dir of made) {
        for (const name of RUNITS_FILES) rmSync(`${dir}/${name}`, { force: true });
        assert.throws(() => rmdirSync(dir), { code: "ENOTEMPTY" });
      }
      scanner.remove("web");
      await scanner.until("removal", () => (made.some(existsSync) ? undefined : true));
    },
  );
});
