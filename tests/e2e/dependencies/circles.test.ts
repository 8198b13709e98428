/** Circles of dependencies: no start and no stop waits for ever, and a warning names the circle. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import { DEPENDENCIES, dependent, orderOf, untilOrder } from "../../support/dependencies.ts";
import { type Scan, testBothWays } from "../../support/scan.ts";

/** Far more than each service of a circle follows. */
const MANY = 30;

/** Adds an entry to a service that runs; it counts from the next takeover or start on. */
function need({ box }: Scan, name: string, other: string): void {
  const dir = join(box.dir, "made", name, "needs");
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, other), "");
}

/** Stops the services at once, so that each may wait for the others. */
async function stop(tree: Scan, ...names: readonly string[]): Promise<void> {
  for (const name of names) tree.service(name).control("d");
  for (const name of names) {
    await tree
      .service(name)
      .until("down", ({ phase, want }) => phase === "down" && want === "down");
  }
}

describe("circles of dependencies", { concurrency: 4, ...DEPENDENCIES }, () => {
  testBothWays("services that need each other do not start", {}, async (t, start) => {
    const tree = start(t, {
      db: dependent("db", { needs: ["web"] }),
      web: dependent("web", { needs: ["db"] }),
    });
    await tree.untilMessage("warning: web -> db -> web: circular");
    await tree.untilMessage("warning: db -> web -> db: circular");
    assert.deepEqual(orderOf(tree), []);
    await stop(tree, "db", "web");
  });

  testBothWays("services that come after each other start and stop", {}, async (t, start) => {
    const tree = start(t, {
      db: dependent("db", { after: ["web"] }),
      web: dependent("web", { after: ["db"] }),
    });
    await untilOrder(tree, "start db");
    await untilOrder(tree, "start web");
    await stop(tree, "db", "web");
    assert.ok(!tree.stderr.includes("unable to hold"), tree.stderr);
  });

  testBothWays("on a circle of both kinds, needs counts", {}, async (t, start) => {
    const tree = start(t, {
      db: dependent("db", { after: ["api"] }),
      web: dependent("web", { needs: ["db"] }),
      api: dependent("api", { needs: ["web"] }),
    });
    await untilOrder(tree, "start api");
    assert.deepEqual(orderOf(tree), ["start db", "start web", "start api"]);
    await stop(tree, "db", "web", "api");
    const ends = orderOf(tree).filter((line) => line.startsWith("end"));
    assert.deepEqual(ends, ["end api", "end web", "end db"]);
  });

  testBothWays("a circle of many services is found by one of them", {}, async (t, start) => {
    const names = Array.from({ length: MANY }, (_, at) => `s${at}`);
    const circle = (kind: (at: number) => "needs" | "after") => {
      const describe = (name: string, at: number) => {
        const next = names[(at + 1) % MANY] ?? "";
        return [name, dependent(name, { [kind(at)]: [next] })] as const;
      };
      return Object.fromEntries(names.map(describe));
    };
    const needs = start(
      t,
      circle(() => "needs"),
    );
    await needs.untilMessage(": circular");
    assert.deepEqual(orderOf(needs), []);
    await stop(needs, ...names);
    // The service that comes after another one has to find it.
    const both = start(
      t,
      circle((at) => (at === MANY / 2 ? "after" : "needs")),
    );
    for (const name of names) await untilOrder(both, `start ${name}`);
    await stop(both, ...names);
    const after = start(
      t,
      circle(() => "after"),
    );
    for (const name of names) await untilOrder(after, `start ${name}`);
    await stop(after, ...names);
  });

  testBothWays("a service that needs itself waits", {}, async (t, start) => {
    const tree = start(t, { web: dependent("web", { needs: ["web"] }) });
    await tree.untilMessage("warning: web -> web: circular");
    await stop(tree, "web");
  });

  testBothWays("services that need each other and run are stopped", {}, async (t, start) => {
    const tree = start(t, {
      db: dependent("db"),
      web: dependent("web", { needs: ["db"] }),
    });
    await untilOrder(tree, "start web");
    need(tree, "db", "web");
    tree.service("db").control("t"); // holds web from now on, if web is ready by then
    await untilOrder(tree, "start db", 2);
    await stop(tree, "db", "web");
  });
});
