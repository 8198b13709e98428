/** runsvdir recognises supervisors that are already at work, also if a user owns supervise/. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Scan, scan } from "../../support/scan.ts";
import { FOREVER, makeService, ServiceDirectory } from "../../support/service.ts";
import { improved, originalInPlace } from "../../support/suite.ts";

describe("runsvdir: services that it finds at work", { concurrency: 4 }, () => {
  const restarted = async (scanner: Scan) => {
    scanner.runsvdir.signal("SIGKILL");
    await scanner.runsvdir.exit();
    scanner.startAgain();
  };
  /** A service that a user may control in the ways that people let him. */
  for (const [how, letIn] of [
    ["all of supervise/", ["-R", "nobody", "supervise"]],
    ["the fifos", ["nobody", "supervise/control", "supervise/ok"]],
  ] as const) {
    const skip = process.getuid?.() !== 0 && "takes root";
    test(`runsvdir recognises a supervisor at work also if a user owns ${how}`, {
      skip: originalInPlace || skip,
    }, async (t) => {
      const scanner = scan(t, { web: { run: FOREVER } });
      const web = new ServiceDirectory(join(scanner.box.dir, "made/web"));
      const { pid } = await web.untilRunning();
      await web.untilSupervised();
      execFileSync("chown", letIn, { cwd: web.dir });
      await restarted(scanner);
      await scanner.untilScanned("later");
      assert.equal(web.status().pid, pid);
      scanner.remove("web");
      await web.untilStat("down");
      assert.equal(scanner.stderr, "");
    });
  }

  test(
    "runsvdir leaves alone a supervisor whose supervise/ another service links to",
    improved("own-files"),
    async (t) => {
      const scanner = scan(
        t,
        { web: { run: FOREVER } },
        {
          prepare: (dir) => {
            makeService(join(dir, "made/evil"), { run: FOREVER });
            symlinkSync("../state", join(dir, "made/web/supervise"));
            mkdirSync(join(dir, "state"));
          },
        },
      );
      const web = scanner.service("web");
      const { pid } = await web.untilRunning();
      await web.untilSupervised();
      scanner.runsvdir.signal("SIGKILL");
      await scanner.runsvdir.exit();
      symlinkSync("../web/supervise", join(scanner.box.dir, "made/evil/supervise"));
      symlinkSync("../made/evil", join(scanner.services, "evil"));
      scanner.startAgain();
      await scanner.untilMessage(
        "runsv evil: fatal: unable to lock supervise/lock: temporary failure",
      );
      scanner.remove("evil");
      await scanner.untilScanned("later");
      assert.equal(web.status().pid, pid);
      assert.equal(web.status().want, "up");
    },
  );
});
