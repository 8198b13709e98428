/** sv start starts what a service needs, and sv shows what a service waits for. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runTool } from "../../support/run.ts";
import { type Scan, scan, testBothWays } from "../../support/scan.ts";
import { type Description, FOREVER, STUBBORN } from "../../support/service.ts";
import { asRoot, both } from "../../support/skip.ts";
import { improved, ours } from "../../support/suite.ts";
import { mask } from "../../support/sv.ts";

const DEPENDENCIES = improved("sv-needs");

const needs = (...names: readonly string[]): Description => ({
  run: FOREVER,
  down: true,
  files: Object.fromEntries(names.map((name) => [`needs/${name}`, ""])),
});

async function supervised(tree: Scan, ...names: readonly string[]): Promise<void> {
  for (const name of names) await tree.service(name).untilSupervised();
}

async function say(tree: Scan, words: readonly string[], uid?: number): Promise<string> {
  const env = { SVDIR: tree.services };
  const options = uid === undefined ? { env } : { env, uid };
  const { code, stdout, stderr } = await runTool(tree.box, ours, "sv", words, options);
  return `${mask(stdout)}${stderr}${code}`;
}

testBothWays(
  "sv start starts what a service needs, and first what that needs",
  DEPENDENCIES,
  async (t, start) => {
    const tree = start(t, {
      web: needs("db", "cache"),
      db: needs("net"),
      cache: needs("net"),
      net: needs(),
    });
    await supervised(tree, "web", "db", "cache", "net");
    assert.equal(
      await say(tree, ["-w30", "start", "web"]),
      [
        "up: net: needed by cache",
        "up: cache: needed by web",
        "up: db: needed by web",
        "ok: run: web: (pid N) Ns, normally down",
        "0",
      ].join("\n"),
    );
    for (const name of ["net", "db", "cache"]) assert.equal(tree.service(name).status().want, "up");
  },
);

testBothWays(
  "sv start leaves alone what already runs, and what a service comes after",
  DEPENDENCIES,
  async (t, start) => {
    const tree = start(t, {
      web: { ...needs("db"), files: { "needs/db": "", "after/mail": "" } },
      db: needs(),
      mail: needs(),
    });
    await supervised(tree, "web", "db", "mail");
    assert.equal(
      await say(tree, ["-w30", "start", "db"]),
      "ok: run: db: (pid N) Ns, normally down\n0",
    );
    assert.equal(
      await say(tree, ["-w30", "start", "web"]),
      "ok: run: web: (pid N) Ns, normally down\n0",
    );
    assert.equal(tree.service("mail").status().want, "down");
  },
);

for (const [title, files, reason] of [
  ["fails for good", { "restart-policy": "never" }, "ended: code 3, not started again"],
  ["is given up", { "max-death-tally": "1" }, "failed: died too often (sv start starts it again)"],
] as const) {
  testBothWays(
    `sv start fails at once if what a service needs ${title}`,
    DEPENDENCIES,
    async (t, start) => {
      const tree = start(t, {
        web: needs("app"),
        app: needs("db"),
        db: { run: "sleep 0.2; exit 3", down: true, files },
      });
      await supervised(tree, "web", "app", "db");
      const outcome = `fail: web: needs db: ${reason}\n1`;
      assert.equal(
        await say(tree, ["-w60", "start", "web"]),
        `up: db: needed by app\nup: app: needed by web\n${outcome}`,
      );
      // A failure from before does not count: db is started again, and fails again.
      assert.equal(await say(tree, ["-w60", "start", "web"]), `up: db: needed by app\n${outcome}`);
    },
  );
}

testBothWays(
  "sv start fails at once if what a service needs exits 0 and stays down",
  DEPENDENCIES,
  async (t, start) => {
    const db = { run: "exit 0", down: true, files: { "restart-policy": "never" } };
    const tree = start(t, { web: needs("db"), db });
    await supervised(tree, "web", "db");
    const reason = "needs db: ended: code 0, not started again";
    assert.equal(
      await say(tree, ["-w60", "start", "web"]),
      `up: db: needed by web\nfail: web: ${reason}\n1`,
    );
  },
);

testBothWays("sv shows which services keep a service down", DEPENDENCIES, async (t, start) => {
  const tree = start(t, { web: needs("db", "net"), db: needs(), net: needs() });
  await supervised(tree, "web", "db", "net");
  tree.service("web").control("u");
  await tree.service("web").until("want up", ({ want }) => want === "up");
  const waits = "down: web: Ns, want up, waiting for db net";
  assert.equal(await say(tree, ["status", "web"]), `${waits}\n0`);
  assert.equal(await say(tree, ["-w1", "check", "web"]), `timeout: ${waits}\n1`);
});

testBothWays(
  "sv status, sv list and sv why name the same services that a service waits for",
  DEPENDENCIES,
  async (t, start) => {
    const tree = start(t, {
      web: { ...needs("db"), files: { "needs/db": "", "after/mail": "dir=../unsupervised" } },
      db: needs(),
    });
    mkdirSync(join(tree.services, "../unsupervised"));
    await supervised(tree, "web", "db");
    tree.service("web").control("u");
    await tree.service("web").until("want up", ({ want }) => want === "up");
    for (const name of ["web", "web/."]) {
      const path = join(tree.services, name);
      const status = await say(tree, ["status", path]);
      assert.equal(status, `down: ${path}: Ns, want up, waiting for db\n0`);
      const { stdout } = await runTool(tree.box, ours, "sv", ["list", "--json", path]);
      assert.deepEqual(JSON.parse(stdout).services[0].waits_for, [{ name: "db" }]);
      assert.match(await say(tree, ["why", path]), /: waiting: waits for db,/);
    }
  },
);

testBothWays(
  "sv restart of a service that waits starts what it needs",
  DEPENDENCIES,
  async (t, start) => {
    const tree = start(t, { web: needs("db"), db: needs() });
    await supervised(tree, "web", "db");
    tree.service("web").control("u");
    assert.equal(
      await say(tree, ["-w30", "restart", "web"]),
      "up: db: needed by web\nok: run: web: (pid N) Ns, normally down\n0",
    );
  },
);

testBothWays(
  "sv shows which services keep a service from its stop",
  DEPENDENCIES,
  async (t, start) => {
    const tree = start(t, { web: { ...needs("db"), run: STUBBORN }, db: needs() });
    await supervised(tree, "web", "db");
    await say(tree, ["-w30", "start", "web"]);
    await tree.service("web").untilLines(1);
    assert.equal(
      await say(tree, ["-w1", "stop", "db"]),
      "timeout: run: db: (pid N) Ns, normally down, want down, waiting for web\n1",
    );
    tree.service("web").control("k");
    await tree.service("db").untilStat("down");
  },
);

test(
  "sv without the right to start what a service needs warns, and waits",
  both(asRoot, DEPENDENCIES),
  async (t) => {
    const tree = scan(t, { web: needs("db"), db: needs() });
    await supervised(tree, "web", "db");
    const uid = 65_534;
    const service = (name: string) => tree.service(name);
    chmodSync(tree.box.dir, 0o755);
    for (const name of ["web", "db"]) chmodSync(service(name).path("supervise"), 0o755);
    for (const name of ["control", "ok"])
      chownSync(service("web").path(`supervise/${name}`), uid, uid);
    chmodSync(service("db").path("supervise/ok"), 0o666);
    assert.equal(
      await say(tree, ["-w1", "start", "web"], uid),
      [
        "timeout: down: web: Ns, want up, waiting for db",
        "warning: db: unable to open supervise/control: access denied; needed by web",
        "1",
      ].join("\n"),
    );
  },
);
