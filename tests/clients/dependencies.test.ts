/** Debian's sv on services that depend on each other: its words and codes for waits new to it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { dependent, orderOf, release, untilOrder } from "../support/dependencies.ts";
import { run } from "../support/run.ts";
import { type Scan, scan } from "../support/scan.ts";
import { debian, originalInPlace, tool } from "../support/suite.ts";

const SKIP = { skip: (originalInPlace ? "ours only" : debian.missing) ?? false };

/** The output without pids and times, and the exit code. */
async function sv(tree: Scan, ...words: readonly string[]): Promise<string> {
  const env = { SVDIR: tree.services };
  const { stdout, code } = await run(tree.box, [tool(debian, "sv"), ...words], { env });
  return `${stdout
    .replace(/\d+s/g, "Ns")
    .replace(/pid \d+/g, "pid")
    .trim()} (${code})`;
}

test("Debian's sv waits for a start that waits, and for a stop that waits", SKIP, async (t) => {
  const tree = scan(t, {
    db: dependent("db", { down: true }),
    web: dependent("web", { needs: ["db"], isSlow: true }),
  });
  for (const name of ["db", "web"]) await tree.service(name).untilSupervised();
  assert.equal(await sv(tree, "status", "web"), "down: web: Ns, normally up, want up (0)");
  assert.equal(
    await sv(tree, "-w1", "start", "web"),
    "timeout: down: web: Ns, normally up, want up (1)",
  );
  assert.equal(await sv(tree, "start", "db"), "ok: run: db: (pid) Ns, normally down (0)");
  assert.equal(await sv(tree, "-w60", "start", "web"), "ok: run: web: (pid) Ns (0)");
  await untilOrder(tree, "start web");

  assert.equal(
    await sv(tree, "-w1", "stop", "db"),
    "timeout: run: db: (pid) Ns, normally down, want down (1)",
  );
  assert.equal(await sv(tree, "status", "web"), "run: web: (pid) Ns, got TERM (0)");
  release(tree, "web");
  assert.equal(await sv(tree, "-w60", "stop", "db"), "ok: down: db: Ns (0)");
  assert.equal(await sv(tree, "status", "web"), "down: web: Ns, normally up, want up (0)");
  assert.deepEqual(orderOf(tree), [
    ...["start db", "start web"],
    ...["term web", "end web", "term db", "end db"],
  ]);
});

test("force-stop of Debian's sv ends the wait for dependants", SKIP, async (t) => {
  const tree = scan(t, {
    db: dependent("db"),
    web: dependent("web", { needs: ["db"], isSlow: true }),
  });
  await untilOrder(tree, "start web");
  assert.equal(await sv(tree, "-w1", "force-stop", "db"), "kill: run: db: (pid) Ns, want down (1)");
  await untilOrder(tree, "end db");
  assert.equal(await sv(tree, "-w60", "stop", "db"), "ok: down: db: Ns, normally up (0)");
  release(tree, "web");
});
