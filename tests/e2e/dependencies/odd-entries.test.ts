/** Entries of needs/ and after/ that nobody would write on purpose. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { DEPENDENCIES, dependent, orderOf, untilOrder } from "../../support/dependencies.ts";
import { runTool } from "../../support/run.ts";
import { type Scan, scan, testBothWays } from "../../support/scan.ts";
import { ours } from "../../support/suite.ts";

/** Puts entries into `web/needs`, before anything runs. */
function entries(put: (needs: string) => void): { readonly prepare: (dir: string) => void } {
  return {
    prepare: (dir) => {
      const needs = join(dir, "made/web/needs");
      mkdirSync(needs, { recursive: true });
      put(needs);
    },
  };
}

const ODD: Readonly<Record<string, (path: string) => void>> = {
  "a FIFO": (path) => execFileSync("mkfifo", [path]),
  "a link to nowhere": (path) => symlinkSync("/nowhere", path),
  "a link to itself": (path) => symlinkSync("db", path),
  "a link to a device": (path) => symlinkSync("/dev/zero", path),
  "a file of 1 GiB": (path) => {
    writeFileSync(path, "");
    truncateSync(path, 2 ** 30);
  },
  "a file of other bytes": (path) => writeFileSync(path, "\0\xff dir= restart= \n\n"),
};

const MANY = 1_000;

async function untilWaiting(tree: Scan): Promise<void> {
  const isHeld = ({ phase, want }: { phase: string; want: string }) =>
    phase === "down" && want === "up";
  await tree.service("web").until("waits", isHeld);
}

describe("odd entries", { concurrency: 4, ...DEPENDENCIES }, () => {
  for (const [what, put] of Object.entries(ODD)) {
    testBothWays(`${what} is an entry as an empty file is`, {}, async (t, start) => {
      const services = { db: dependent("db", { down: true }), web: dependent("web") };
      const tree = start(
        t,
        services,
        entries((needs) => put(join(needs, "db"))),
      );
      await untilWaiting(tree);
      const db = await tree.service("db").untilSupervised();
      db.control("u");
      await untilOrder(tree, "start web");
      db.control("d");
      await untilOrder(tree, "end db");
      assert.deepEqual(orderOf(tree), [
        "start db",
        "start web",
        "term web",
        "end web",
        "term db",
        "end db",
      ]);
    });
  }

  testBothWays("a thousand services that do not exist hold up one alone", {}, async (t, start) => {
    const names = Array.from({ length: MANY }, (_, at) => `none${at}`);
    const many = entries((needs) => {
      for (const name of names) writeFileSync(join(needs, name), "");
    });
    const tree = start(t, { db: dependent("db"), web: dependent("web") }, many);
    await untilOrder(tree, "start db");
    await untilWaiting(tree);
    const env = { SVDIR: tree.services };
    const { code, stdout } = await runTool(tree.box, ours, "sv", ["status", "web"], { env });
    assert.equal(code, 0);
    const waits = ", want up, waiting for none0 none1 none10 ";
    assert.ok(stdout.includes(waits), stdout.slice(0, 200));
    for (const name of names) rmSync(join(tree.box.dir, "made/web/needs", name));
    tree.service("web").control("u");
    await untilOrder(tree, "start web");
    tree.service("web").control("d");
    await untilOrder(tree, "end web");
  });

  testBothWays(
    "needs that cannot be read holds up the start, with one warning",
    {},
    async (t, start) => {
      const prepare = (dir: string) => {
        mkdirSync(join(dir, "made/web"), { recursive: true });
        symlinkSync("needs", join(dir, "made/web/needs"));
      };
      const tree = start(t, { web: dependent("web") }, { prepare });
      const warning = "unable to read needs or after";
      await tree.untilMessage(warning);
      await untilWaiting(tree);
      const web = tree.service("web");
      web.control("d");
      await web.until("wanted down", ({ want }) => want === "down");
      web.control("u"); // reads it again
      await untilWaiting(tree);
      rmSync(join(tree.box.dir, "made/web/needs"));
      await untilOrder(tree, "start web");
      assert.equal(tree.stderr.split(warning).length - 1, 1, tree.stderr);
    },
  );

  testBothWays("needs/ may be a file: then it means nothing", {}, async (t, start) => {
    const web = dependent("web", { files: { needs: { text: "db\n", mode: 0o644 } } });
    const tree = start(t, { db: dependent("db", { down: true }), web });
    await untilOrder(tree, "start web");
  });
});

test("entries with odd names hold up one alone, and sv start sees that they are gone", {
  ...DEPENDENCIES,
}, async (t) => {
  const names = ["a\nb", " ", "-x", "*", "%s%n", "web "];
  const tree = scan(
    t,
    { db: dependent("db"), web: dependent("web") },
    entries((needs) => {
      for (const name of names) writeFileSync(join(needs, name), "");
    }),
  );
  await untilOrder(tree, "start db");
  await untilWaiting(tree);
  const env = { SVDIR: tree.services };
  const { stdout } = await runTool(tree.box, ours, "sv", ["status", "web"], { env });
  assert.equal(stdout.trimEnd().split("\n").length, 1, stdout);
  for (const name of names) rmSync(join(tree.box.dir, "made/web/needs", name));
  const { code } = await runTool(tree.box, ours, "sv", ["-w60", "start", "web"], { env });
  assert.equal(code, 0);
  assert.deepEqual(orderOf(tree), ["start db", "start web"]);
});
