/** A package or an administrator removes a service directory that has been supervised. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, test } from "node:test";
import { testBothWays } from "../support/scan.ts";
import { FOREVER, type ServiceDirectory } from "../support/service.ts";
import { improved } from "../support/suite.ts";
import { supervise } from "../support/supervise.ts";

/** The files that Debian's runit-helper removes before the directory, if that is empty then. */
const RUNITS_FILES = ["control", "lock", "ok", "pid", "stat", "status", "down"];
const HELPER = "/usr/lib/runit-helper/runit-helper";
/** Ways to remove them; each gets the service directory. */
const REMOVALS = [
  {
    what: "a package",
    skip: false,
    remove: (dir: string) => {
      for (const supervise of [join(dir, "supervise"), join(dir, "log/supervise")]) {
        for (const name of RUNITS_FILES) rmSync(join(supervise, name), { force: true });
        assert.throws(() => rmdirSync(supervise), { code: "ENOTEMPTY" });
      }
    },
  },
  {
    what: "Debian's runit-helper",
    skip:
      (process.getuid?.() !== 0 && "takes root, to mount") ||
      (!existsSync(HELPER) && "Debian's runit-helper is not installed"),
    remove: (dir: string) => {
      const postrm = `mount --bind "$1" /etc/sv; exec ${HELPER} postrm remove`;
      const env = { ...process.env, NAME: basename(dir), ENABLE: "no" };
      execFileSync("unshare", ["-m", "sh", "-ec", postrm, "sh", dirname(dir)], { env });
    },
  },
] as const;
const LOGGED = { run: FOREVER, log: { run: "exec cat >>lines" } };

const stopped = async (service: ServiceDirectory): Promise<void> => {
  await service.untilRunning();
  await service.log.untilRunning();
  service.control("d");
  service.log.control("t"); // so that its history too has an entry
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

  for (const { what, skip, remove } of REMOVALS) {
    testBothWays(
      `is gone after ${what} has removed runit's files, with the supervisor at work`,
      { skip: improved("history").skip || skip },
      async (t, start) => {
        const scanner = start(t, { web: LOGGED });
        const web = scanner.service("web");
        await stopped(web);
        const made = web.dir.replace("/services/", "/made/");
        remove(made);
        const dirs = [join(made, "supervise"), join(made, "log/supervise")];
        assert.ok(dirs.every(existsSync), "what it does not know is left");
        scanner.remove("web");
        await scanner.until("removal", () => (dirs.some(existsSync) ? undefined : true));
      },
    );
  }
});
