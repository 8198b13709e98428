/**
 * A runsv that takes over from a version without dependencies, which has not handed over where the
 * other services are: the process is the same, and its current directory is the service directory.
 */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { DEPENDENCIES, dependent, orderOf } from "../../support/dependencies.ts";
import { UPGRADE } from "../../support/installation.ts";
import { type Cleanup, type Running, type Sandbox, sandbox } from "../../support/sandbox.ts";
import { makeService, ServiceDirectory } from "../../support/service.ts";
import { ours, tool } from "../../support/suite.ts";
import { eventually } from "../../support/wait.ts";

const ONCE = ["start db", "start web"];

/** The shell stays the parent. */
const TAKE_OVER = [
  `take='exec 7<. && RUNITS_HANDOVER="pid=$$ mask= home=7 pipes= kept=" exec "$0" web'`,
  '(cd "$WEB" && exec sh -c "$take" "$0")',
  "exit $?",
].join("\n");

interface Surroundings {
  /** The directories in `made/` that the entries `db` and `web` are links to. */
  readonly db: string;
  readonly web: string;
  /** The current directory of the parent, by default `/`. */
  readonly cwd?: string;
  /** Words in the command line of the parent. */
  readonly words?: readonly string[];
}

interface TakenOver {
  readonly box: Sandbox;
  readonly runsv: Running;
  readonly db: ServiceDirectory;
  readonly web: ServiceDirectory;
  readonly pid: number;
}

async function takeOver(
  t: Cleanup,
  { cwd, words = [], ...links }: Surroundings,
): Promise<TakenOver> {
  const box = sandbox(t);
  const services = join(box.dir, "services");
  mkdirSync(services);
  makeService(join(box.dir, "made", links.db), dependent("db"));
  makeService(join(box.dir, "made", links.web), dependent("web", { needs: ["db"] }));
  for (const name of ["db", "web"] as const) {
    symlinkSync(join("../made", links[name]), join(services, name));
  }
  const [db, web] = [join(services, "db"), join(services, "web")].map(
    (dir) => new ServiceDirectory(dir),
  );
  assert.ok(db !== undefined && web !== undefined);
  const program = tool(ours, "runsv");
  box.start([program, "db"], { cwd: services });
  const former = box.start([program, "web"], { cwd: services });
  await web.untilTrue("start", () => orderOf({ box }).includes("start web"));
  const { pid } = await web.untilRunning();
  former.signal("SIGKILL");
  await former.exit();
  const holds = db.path("supervise/dependants");
  for (const name of readdirSync(holds)) rmSync(join(holds, name)); // that version made none
  const runsv = box.start(["sh", "-c", TAKE_OVER, program, ...words], {
    cwd: cwd === undefined ? "/" : join(box.dir, cwd),
    env: { WEB: web.dir },
  });
  await web.untilSupervised();
  web.control("p"); // by then it has looked at db
  await web.untilStat("run, paused");
  web.control("c");
  await web.untilStat("run");
  assert.deepEqual(orderOf({ box }), ONCE);
  assert.equal(web.status().pid, pid);
  return { box, runsv, db, web, pid };
}

describe("a runsv that does not know where it was started", {
  concurrency: 2,
  ...UPGRADE,
  ...DEPENDENCIES,
}, () => {
  for (const [where, surroundings] of [
    ["the current directory of its parent", { db: "a", web: "b", cwd: "services" }],
    ["the command line of its parent", { db: "a", web: "b", cwd: ".", words: ["-P", "services"] }],
    ["its real path", { db: "db", web: "web" }],
  ] as const) {
    test(`finds the services beside it by ${where}`, async (t) => {
      const { box, db, web, runsv } = await takeOver(t, surroundings);
      db.control("d");
      await db.until("down", ({ phase, want }) => phase === "down" && want === "down");
      assert.deepEqual(orderOf({ box }), [...ONCE, "term web", "end web", "term db", "end db"]);
      db.control("u");
      await web.untilRunning();
      assert.equal(runsv.stderr(), "");
    });
  }

  for (const [what, links] of [
    ["is a link to another name", { db: "a", web: "b" }],
    ["is a link to a directory elsewhere", { db: "a", web: "web" }],
  ] as const) {
    test(`leaves its service alone if its entry ${what}`, async (t) => {
      const { box, db, web, pid, runsv } = await takeOver(t, links);
      await eventually(
        "warning",
        () =>
          /: warning: unable to find the services beside/.test(runsv.stderr()) ? true : undefined,
        () => runsv.stderr(),
      );
      db.control("d");
      await db.until("down", ({ phase, want }) => phase === "down" && want === "down");
      assert.deepEqual(orderOf({ box }), [...ONCE, "term db", "end db"]);
      assert.equal(web.status().pid, pid);
    });
  }
});
