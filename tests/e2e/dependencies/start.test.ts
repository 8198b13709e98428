/** The start of a service with `needs` or `after`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { DEPENDENCIES, dependent, orderOf, untilOrder } from "../../support/dependencies.ts";
import { type Scan, scan, testBothWays } from "../../support/scan.ts";
import { ServiceDirectory } from "../../support/service.ts";

async function untilHeld(tree: Scan, name: string): Promise<void> {
  const service = await tree.service(name).untilSupervised();
  await service.until("waits", ({ phase, want }) => phase === "down" && want === "up");
}

describe("a start waits for other services", { concurrency: 4, ...DEPENDENCIES }, () => {
  testBothWays("services start in the order of needs", {}, async (t, start) => {
    const tree = start(t, {
      a: dependent("a", { needs: ["b"] }),
      b: dependent("b", { needs: ["c"] }),
      c: dependent("c"),
    });
    await untilOrder(tree, "start a");
    assert.deepEqual(orderOf(tree), ["start c", "start b", "start a"]);
  });

  testBothWays(
    "needs waits for a service that is down, and is down meanwhile",
    {},
    async (t, start) => {
      const tree = start(t, {
        db: dependent("db", { down: true }),
        web: dependent("web", { needs: ["db"] }),
      });
      await untilHeld(tree, "web");
      await tree.service("db").untilSupervised();
      tree.service("db").control("u");
      await untilOrder(tree, "start web");
      assert.deepEqual(orderOf(tree), ["start db", "start web"]);
    },
  );

  testBothWays(
    "needs waits for a service that does not exist until it does",
    {},
    async (t, start) => {
      const tree = start(t, { web: dependent("web", { needs: ["db"] }) });
      await untilHeld(tree, "web");
      tree.add("db", dependent("db"));
      await untilOrder(tree, "start web");
      assert.deepEqual(orderOf(tree), ["start db", "start web"]);
    },
  );

  testBothWays("a stop ends the wait for a start", {}, async (t, start) => {
    const tree = start(t, {
      db: dependent("db", { down: true }),
      web: dependent("web", { needs: ["db"] }),
    });
    await untilHeld(tree, "web");
    tree.service("web").control("d");
    await tree.service("web").until("want down", ({ want }) => want === "down");
    tree.service("db").control("u");
    await tree.service("db").untilRunning();
    // Without its link, no supervisor follows this one.
    const web = new ServiceDirectory(join(tree.box.dir, "made/web"));
    tree.remove("web");
    await web.untilTrue("exit", () => !web.isSupervised());
    assert.deepEqual(orderOf(tree).includes("start web"), false);
  });

  testBothWays("after waits for a service that starts", {}, async (t, start) => {
    const tree = start(t, { db: dependent("db"), web: dependent("web", { after: ["db"] }) });
    await untilOrder(tree, "start web");
    assert.deepEqual(orderOf(tree), ["start db", "start web"]);
  });

  testBothWays(
    "after does not wait for a service that is down or missing",
    {},
    async (t, start) => {
      const tree = start(t, {
        db: dependent("db", { down: true }),
        web: dependent("web", { after: ["db", "nothing"] }),
      });
      await untilOrder(tree, "start web");
      assert.deepEqual(orderOf(tree), ["start web"]);
    },
  );

  test("names that begin with a dot are no entries; a directory is one", async (t) => {
    const files = { "needs/.hidden": "", "needs/db": { directory: true } as const };
    const tree = scan(t, { db: dependent("db"), web: dependent("web", { files }) });
    await untilOrder(tree, "start web");
    assert.deepEqual(orderOf(tree), ["start db", "start web"]);
  });

  test("an entry may name a service of another scanned directory", async (t) => {
    const other = scan(t, { db: dependent("db", { down: true }) });
    const dir = `${other.services}/db`;
    const tree = scan(t, { web: dependent("web", { needs: [`store dir=${dir}`] }) });
    await untilHeld(tree, "web");
    await other.service("db").untilSupervised();
    other.service("db").control("u");
    await untilOrder(tree, "start web");
    other.service("db").control("d");
    await untilOrder(tree, "end web");
    await other.service("db").until("down", ({ phase }) => phase === "down");
    await tree.service("web").untilStat("down");
  });
});
