/** Whole trees: their order, their number, and their rest. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DEPENDENCIES, dependent, orderOf, untilOrder } from "../../support/dependencies.ts";
import { children, cmdline, openFiles, waitsForEver } from "../../support/procfs.ts";
import { scan, testBothWays } from "../../support/scan.ts";
import type { Description } from "../../support/service.ts";

/** `npm run order` plays a chain of 1,000 services. */
const CHAIN = Number(process.env.CHAIN ?? 30);
const CHAIN_DEADLINE_MS = 60_000 + 200 * CHAIN;

describe("a tree of services that depend on each other", {
  concurrency: 4,
  ...DEPENDENCIES,
}, () => {
  testBothWays("a stop of the tree ends dependants first", {}, async (t, start) => {
    const services = {
      a: dependent("a", { needs: ["b"], after: ["c"] }),
      b: dependent("b", { after: ["d"] }),
      c: dependent("c", { needs: ["d"] }),
      d: dependent("d"),
    };
    const tree = start(t, services, { args: ["--stop"] });
    await untilOrder(tree, "start a");
    tree.runsvdir.signal("SIGTERM");
    assert.equal((await tree.runsvdir.exit()).code, 0);
    const ends = orderOf(tree).filter((line) => line.startsWith("end"));
    for (const [first, then] of ["ab", "ac", "bd", "cd"]) {
      assert.ok(ends.indexOf(`end ${first}`) < ends.indexOf(`end ${then}`), ends.join());
    }
  });

  test("runsvdir starts supervisors layer by layer", async (t) => {
    const above = { a: "b", b: "c", c: "d", d: "e", e: "f" };
    const services = Object.entries(above).map(
      ([name, needed]) => [name, dependent(name, { needs: [needed] })] as const,
    );
    const tree = scan(t, { ...Object.fromEntries(services), f: dependent("f") });
    await untilOrder(tree, "start a");
    const started = children(tree.runsvdir.pid).map((pid) => cmdline(pid)[1]);
    assert.deepEqual(started, [..."fedcba"]);
  });

  testBothWays("a chain stops from its end", {}, async (t, start) => {
    const names = Array.from({ length: CHAIN }, (_, at) => `s${at}`);
    const describe = (name: string, at: number): readonly [string, Description] => {
      const needs = at === 0 ? [] : [names[at - 1] ?? ""];
      return [name, dependent(name, { needs, files: { down: "" } })];
    };
    const tree = start(t, Object.fromEntries(names.map(describe)));
    for (const name of names) await tree.service(name).untilSupervised();
    for (const name of names.toReversed()) tree.service(name).control("u");
    await untilOrder(tree, `start ${names.at(-1)}`, 1, CHAIN_DEADLINE_MS);
    assert.deepEqual(
      orderOf(tree),
      names.map((name) => `start ${name}`),
    );
    tree.service("s0").control("d");
    await untilOrder(tree, "end s0", 1, CHAIN_DEADLINE_MS);
    const ends = orderOf(tree).filter((line) => line.startsWith("end"));
    assert.deepEqual(
      ends,
      names.toReversed().map((name) => `end ${name}`),
    );
  });

  test("a tree whose services run makes no wake-up, and holds two descriptors for each need", async (t) => {
    const tree = scan(t, { db: dependent("db"), web: dependent("web", { needs: ["db"] }) });
    await untilOrder(tree, "start web");
    const [db, web] = [await tree.untilRunsv("db"), await tree.untilRunsv("web")];
    await tree.until("rest", () => ([db, web].every(waitsForEver) ? true : undefined));
    const heldBy = (pid: number) =>
      [...openFiles(pid).values()]
        .map(({ target }) => /supervise\/(hold|event)$/.exec(target)?.[1])
        .filter((name) => name !== undefined)
        .sort();
    assert.deepEqual(heldBy(db), ["event"], "its own");
    assert.deepEqual(heldBy(web), ["event", "event", "hold"], "its own, and those of db");
  });
});
