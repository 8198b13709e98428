/** The stop of a service that others depend on. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe } from "node:test";
import {
  DEPENDENCIES,
  dependent,
  orderOf,
  REPORT_READY,
  release,
  removeEntry,
  untilOrder,
} from "../../support/dependencies.ts";
import type { Cleanup } from "../../support/sandbox.ts";
import { type Scan, type scan, testBothWays } from "../../support/scan.ts";
import { FOREVER, STUBBORN } from "../../support/service.ts";

const PAIR = { db: dependent("db"), web: dependent("web", { needs: ["db"] }) };
const SLOW = { db: dependent("db"), web: dependent("web", { needs: ["db"], isSlow: true }) };

async function up(t: Cleanup, start: typeof scan, services: typeof PAIR): Promise<Scan> {
  const tree = start(t, services);
  await untilOrder(tree, "start web");
  return tree;
}

/** The order from the second start of db on. */
const ONCE = ["start db", "start web"];

describe("a stop waits for dependants", { concurrency: 4, ...DEPENDENCIES }, () => {
  testBothWays(
    "a stop ends what needs the service first, and a start brings both back",
    {},
    async (t, start) => {
      const tree = await up(t, start, PAIR);
      tree.service("db").control("d");
      await untilOrder(tree, "end db");
      await tree
        .service("web")
        .until("waits", ({ phase, want }) => phase === "down" && want === "up");
      assert.deepEqual(readdirSync(tree.service("db").path("supervise/dependants")), []);
      tree.service("db").control("u");
      await untilOrder(tree, "start web", 2);
      const ends = ["term web", "end web", "term db", "end db"];
      assert.deepEqual(orderOf(tree), [...ONCE, ...ends, ...ONCE]);
    },
  );

  testBothWays(
    "along a chain, none starts while the one that it needs is about to stop",
    {},
    async (t, start) => {
      // Ready by its age: no record of readiness shows that the process has ended.
      const run = FOREVER;
      const tree = start(t, {
        db: { run },
        job: { run, files: { "needs/db": "" } },
        web: { run, files: { "needs/job": "" } },
      });
      const db = tree.service("db");
      const web = tree.service("web");
      const pids = new Set<number>();
      for (let round = 0; round < 4; round++) {
        await web.until("next start", ({ pid }) => pid !== 0 && !pids.has(pid));
        pids.add(web.status().pid);
        db.control("d");
        await db.until("down", ({ phase }) => phase === "down");
        assert.equal(web.status().phase, "down", `round ${round}`);
        db.control("u");
      }
    },
  );

  testBothWays("a start takes back a stop that waits", {}, async (t, start) => {
    const tree = await up(t, start, SLOW);
    const db = tree.service("db");
    db.control("d");
    await untilOrder(tree, "term web");
    await db.untilTrue("recorded", () => db.text("supervise/stopping") === "d\n");
    assert.deepEqual(readdirSync(db.path("supervise/dependants")), ["web"]);
    db.control("u");
    await db.untilTrue("taken back", () => !db.has("supervise/stopping"));
    release(tree, "web");
    await untilOrder(tree, "start web", 2);
    assert.deepEqual(orderOf(tree), [...ONCE, "term web", "end web", "start web"]);
  });

  testBothWays(
    "a restart and a crash leave dependants as they are, but for those that say restart",
    {},
    async (t, start) => {
      const tree = start(t, {
        db: dependent("db"),
        api: dependent("api", { needs: ["db restart"] }),
        web: dependent("web", { needs: ["db"] }),
      });
      await untilOrder(tree, "start web");
      await untilOrder(tree, "start api");
      const { pid } = await tree.service("web").untilRunning();
      tree.service("db").control("t");
      await untilOrder(tree, "start api", 2);
      tree.service("db").control("k");
      await untilOrder(tree, "start api", 3);
      const seen = orderOf(tree);
      assert.ok(seen.lastIndexOf("term api") > seen.lastIndexOf("start db"));
      assert.equal(tree.service("web").status().pid, pid);
    },
  );

  testBothWays("KILL ends the wait, and a second one kills", {}, async (t, start) => {
    const tree = await up(t, start, {
      db: { ...dependent("db"), run: `echo start db >>../order; ${REPORT_READY}; ${STUBBORN}` },
      web: dependent("web", { needs: ["db"], isSlow: true }),
    });
    const db = tree.service("db");
    db.control("d");
    await untilOrder(tree, "term web");
    db.control("k");
    await db.until("TERM", ({ termSent }) => termSent);
    db.control("k");
    await db.until("down", ({ phase }) => phase === "down");
    assert.ok(!orderOf(tree).includes("end web"));
    release(tree, "web");
    await untilOrder(tree, "end web");
  });

  testBothWays("timeout-dependants bounds the wait", {}, async (t, start) => {
    const tree = await up(t, start, {
      db: dependent("db", { files: { "timeout-dependants": "100\n" } }),
      web: dependent("web", { needs: ["db"], isSlow: true }),
    });
    tree.service("db").control("d");
    await untilOrder(tree, "end db");
    assert.deepEqual(orderOf(tree), [...ONCE, "term web", "term db", "end db"]);
    await tree.untilMessage("dependants have not ended in time, stopping");
    release(tree, "web");
    await untilOrder(tree, "end web");
  });

  testBothWays(
    "a service stops before one that it needs is removed, and waits for its return",
    {},
    async (t, start) => {
      const tree = await up(t, start, PAIR);
      tree.remove("db");
      await untilOrder(tree, "end db");
      assert.deepEqual(orderOf(tree), [...ONCE, "term web", "end web", "term db", "end db"]);
    },
  );

  testBothWays("a service that was started once does not return", {}, async (t, start) => {
    const tree = start(t, {
      db: dependent("db"),
      web: dependent("web", { needs: ["db"], down: true }),
    });
    const web = await tree.service("web").untilSupervised();
    web.control("o");
    await untilOrder(tree, "start web");
    tree.service("db").control("d");
    await untilOrder(tree, "end db");
    await web.until("down", ({ phase, want }) => phase === "down" && want === "down");
  });

  testBothWays(
    "a stop does not wait for a service that comes after, unless that stops too",
    {},
    async (t, start) => {
      const tree = await up(t, start, {
        db: dependent("db"),
        web: dependent("web", { after: ["db"], isSlow: true }),
      });
      const [db, web] = [tree.service("db"), tree.service("web")];
      db.control("d");
      await untilOrder(tree, "end db");
      db.control("u");
      await untilOrder(tree, "start db", 2);
      await db.untilTrue("held again", () =>
        readdirSync(db.path("supervise/dependants")).includes("web"),
      );
      web.control("d");
      await untilOrder(tree, "term web");
      db.control("d");
      await db.untilTrue("waits", () => db.has("supervise/stopping"));
      release(tree, "web");
      await untilOrder(tree, "end db", 2);
      assert.deepEqual(orderOf(tree).slice(-4), ["term web", "end web", "term db", "end db"]);
    },
  );

  testBothWays("an edit counts from the next start on", {}, async (t, start) => {
    const tree = await up(t, start, PAIR);
    removeEntry(tree, "web/needs/db");
    const web = tree.service("web");
    web.control("t");
    await untilOrder(tree, "start web", 2);
    tree.service("db").control("d");
    await untilOrder(tree, "end db");
    assert.deepEqual(orderOf(tree).slice(-2), ["term db", "end db"]);
  });
});
