/**
 * A service whose supervise/ belongs to another user, or which that user has prepared: it delays
 * the services that need it, and does nothing else to them.
 */
import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { describe, test } from "node:test";
import { DEPENDENCIES, dependent } from "../../support/dependencies.ts";
import {
  type Cleanup,
  type Running,
  type Sandbox,
  sandbox,
  sendSignal,
} from "../../support/sandbox.ts";
import { makeService, ServiceDirectory } from "../../support/service.ts";
import { ours, tool } from "../../support/suite.ts";
import { eventually } from "../../support/wait.ts";

const NOBODY = 65_534;
const AS_ROOT = process.getuid?.() === 0 ? DEPENDENCIES : { skip: "needs root" };
const UNHELD = "warning: unable to hold db: it may be stopped before this service";

/** Makes a link; a relative target is one in the sandbox. */
function leadTo(target: string): (path: string, dir: string) => void {
  return (path, dir) => symlinkSync(resolve(dir, target), path);
}

interface Pair {
  readonly box: Sandbox;
  readonly db: ServiceDirectory;
  readonly web: ServiceDirectory;
}

/** Root's db, which is up; and web, which needs it and has no supervisor yet. */
async function pair(t: Cleanup): Promise<Pair> {
  const box = sandbox(t);
  chmodSync(box.dir, 0o755);
  const [db, web] = ["db", "web"].map((name) => new ServiceDirectory(join(box.dir, name)));
  assert.ok(db !== undefined && web !== undefined);
  makeService(db.dir, dependent("db"));
  makeService(web.dir, dependent("web", { needs: ["db"] }));
  box.start([tool(ours, "runsv"), "db"]);
  await db.untilRunning();
  await db.untilSupervised();
  await db.untilTrue("ready", () => db.text("supervise/ready").includes("\n"));
  return { box, db, web };
}

const start = ({ box }: Pair, uid?: number): Running =>
  box.start([tool(ours, "runsv"), "web"], uid === undefined ? {} : { uid });

async function untilWarned(runsv: Running, text: string): Promise<void> {
  const said = () => (runsv.stderr().includes(text) ? true : undefined);
  await eventually("warning", said, () => runsv.stderr());
}

describe("a service that another user controls", { concurrency: 4, ...AS_ROOT }, () => {
  test("nobody holds a service in whose supervise/ a user may make links", async (t) => {
    const of = await pair(t);
    chownSync(of.db.path("supervise"), NOBODY, NOBODY);
    const runsv = start(of);
    await of.web.untilRunning();
    await untilWarned(runsv, UNHELD);
    assert.ok(!of.db.has("supervise/dependants"));
    of.db.control("d");
    await of.db.until("down", ({ phase }) => phase === "down");
    await of.web.until("stopped", ({ phase }) => phase === "down");
  });

  test("a stop that is over before it is seen stops a service without a hold", async (t) => {
    const of = await pair(t);
    chownSync(of.db.path("supervise"), NOBODY, NOBODY);
    const runsv = start(of);
    await of.web.untilRunning();
    await untilWarned(runsv, UNHELD);
    sendSignal(runsv.pid, "SIGSTOP");
    of.db.control("d");
    await of.db.until("down", ({ phase }) => phase === "down");
    sendSignal(runsv.pid, "SIGCONT");
    await of.web.until("stopped", ({ phase }) => phase === "down");
  });

  for (const [what, name, use] of [
    ["a hold that leads to another service's", "hold", leadTo("other/supervise/hold")],
    ["a hold that is a file", "hold", (path: string) => writeFileSync(path, "")],
    ["a hold that is a terminal", "hold", leadTo("/dev/ptmx")],
    ["an event that leads to a control", "event", leadTo("other/supervise/control")],
    ["dependants that lead elsewhere", "dependants", leadTo("other/supervise")],
  ] as const) {
    test(`${what} is not used, and keeps neither a start nor a stop`, async (t) => {
      const of = await pair(t);
      const other = new ServiceDirectory(join(of.box.dir, "other"));
      makeService(other.dir, dependent("other"));
      of.box.start([tool(ours, "runsv"), "other"]);
      const { pid } = await other.untilRunning();
      await other.untilSupervised();
      const path = of.db.path(`supervise/${name}`);
      rmSync(path, { force: true });
      use(path, of.box.dir);
      start(of);
      await of.web.untilRunning();
      of.db.control("d");
      await of.db.until("down", ({ phase }) => phase === "down");
      of.web.control("x");
      await of.web.untilTrue("exit", () => !of.web.isSupervised());
      const made = readdirSync(other.path("supervise"));
      assert.ok(!(made.includes("web") || made.includes("dependants")), made.join());
      assert.equal(other.status().pid, pid);
      assert.equal(other.status().want, "up");
    });
  }

  test("a record of a stop keeps dependants down, whatever it leads to", async (t) => {
    const of = await pair(t);
    symlinkSync("/dev/zero", of.db.path("supervise/stopping"));
    start(of);
    await of.web.until("waits", ({ phase, want }) => phase === "down" && want === "up");
    rmSync(of.db.path("supervise/stopping"));
    of.db.control("t");
    await of.web.untilRunning();
  });

  test("links to anything in dependants/ do not keep a stop", async (t) => {
    const { box, db } = await pair(t);
    const dependants = db.path("supervise/dependants");
    mkdirSync(dependants);
    const fifo = join(box.dir, "fifo");
    for (const [name, target] of [
      ["nowhere", "/nonexistent"],
      ["device", "/dev/zero"],
      ["round", "round"],
      ["self", "."],
      ["odd \xff\n", fifo],
    ] as const) {
      symlinkSync(target, join(dependants, name));
    }
    writeFileSync(join(dependants, "file"), "");
    db.control("d");
    await db.until("down", ({ phase }) => phase === "down");
  });

  test("a user's service waits if its supervisor may not look, and says what helps", async (t) => {
    const of = await pair(t);
    chownSync(of.web.dir, NOBODY, NOBODY);
    const runsv = start(of, NOBODY);
    await of.web.until("waits", ({ phase, want }) => phase === "down" && want === "up");
    const remedy = "run as root, or let your group: sv grant :GROUP db";
    await untilWarned(
      runsv,
      `warning: unable to read the status of db: access denied (${remedy})\n`,
    );
  });

  test("a user's service starts by the status alone if he may read that", async (t) => {
    const of = await pair(t);
    chownSync(of.web.dir, NOBODY, NOBODY);
    for (const [name, mode] of [
      ["supervise", 0o710],
      ["supervise/ok", 0o620],
    ] as const) {
      chownSync(of.db.path(name), 0, NOBODY);
      chmodSync(of.db.path(name), mode);
    }
    const runsv = start(of, NOBODY);
    await of.web.untilRunning();
    await untilWarned(runsv, UNHELD);
    of.db.control("d");
    await of.web.until("stopped", ({ phase }) => phase === "down");
  });
});

test("names may have any bytes", DEPENDENCIES, async (t) => {
  const box = sandbox(t);
  const name = Buffer.concat([Buffer.from(`${box.dir}/`), Buffer.from([0xff, 0x20, 0x0a, 0x2a])]);
  makeService(join(box.dir, "web"), dependent("web"));
  mkdirSync(join(box.dir, "web/needs"));
  const entry = Buffer.concat([Buffer.from(`${box.dir}/web/needs/`), name.subarray(-4)]);
  writeFileSync(entry, "");
  const db = new ServiceDirectory(join(box.dir, "db"));
  makeService(db.dir, dependent("db"));
  const web = new ServiceDirectory(join(box.dir, "web"));
  box.start([tool(ours, "runsv"), "web"]);
  await web.until("waits", ({ phase, want }) => phase === "down" && want === "up");
  box.start([tool(ours, "runsv"), "db"]);
  await db.untilRunning();
  renameSync(db.dir, name);
  await web.untilRunning();
});

for (const dir of [".", "..", "./", "../web"]) {
  test(`runsv ${dir} finds the services beside its directory`, DEPENDENCIES, async (t) => {
    const box = sandbox(t);
    const [db, web] = ["db", "web"].map((name) => new ServiceDirectory(join(box.dir, name)));
    assert.ok(db !== undefined && web !== undefined);
    makeService(db.dir, dependent("db"));
    makeService(web.dir, dependent("web", { needs: ["db"] }));
    mkdirSync(web.path("below"));
    const cwd = dir === ".." ? web.path("below") : web.dir;
    box.start([tool(ours, "runsv"), dir], { cwd });
    await web.until("waits", ({ phase, want }) => phase === "down" && want === "up");
    box.start([tool(ours, "runsv"), "db"]);
    await web.untilRunning();
  });
}

test("after waits no more than a while for a service without a supervisor", {
  ...DEPENDENCIES,
}, async (t) => {
  const box = sandbox(t);
  const web = new ServiceDirectory(join(box.dir, "web"));
  makeService(join(box.dir, "db"), dependent("db"));
  makeService(web.dir, dependent("web", { after: ["db"] }));
  box.start([tool(ours, "runsv"), "web"]);
  await web.until("waits", ({ phase, want }) => phase === "down" && want === "up");
  await web.untilRunning();
});
