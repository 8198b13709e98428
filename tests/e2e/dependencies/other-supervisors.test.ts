/** A needed service that runit's runsv supervises, and supervisors that were started by hand. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DEPENDENCIES, dependent } from "../../support/dependencies.ts";
import { sandbox } from "../../support/sandbox.ts";
import { makeService, ServiceDirectory } from "../../support/service.ts";
import { both } from "../../support/skip.ts";
import { debian, ours, tool } from "../../support/suite.ts";
import { eventually } from "../../support/wait.ts";

const BOTH = both({ skip: debian.missing ?? false }, DEPENDENCIES);

test(
  "a service waits for one that runit's runsv supervises, and does without a hold",
  BOTH,
  async (t) => {
    const box = sandbox(t);
    makeService(join(box.dir, "db"), dependent("db", { down: true }));
    makeService(join(box.dir, "web"), dependent("web", { needs: ["db"] }));
    const [db, web] = [join(box.dir, "db"), join(box.dir, "web")].map(
      (dir) => new ServiceDirectory(dir),
    );
    assert.ok(db !== undefined && web !== undefined);
    box.start([tool(debian, "runsv"), "db"]);
    const runsv = box.start([tool(ours, "runsv"), "web"]);
    await db.untilSupervised();
    await web.until("waits", ({ phase, want }) => phase === "down" && want === "up");
    db.control("u");
    await web.untilRunning();
    const warning = "warning: unable to hold db: it may be stopped before this service";
    await eventually(
      "warning",
      () => (runsv.stderr().includes(warning) ? true : undefined),
      () => runsv.stderr(),
    );
    for (const name of ["hold", "dependants"]) {
      assert.ok(!existsSync(join(db.dir, "supervise", name)), name);
    }
    web.control("x");
    assert.equal((await runsv.exit()).code, 0);
    db.control("x");
  },
);
