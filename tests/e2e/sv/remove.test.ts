/** sv remove: with the supervisors of both suites. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { run as runCommand, runTool } from "../../support/run.ts";
import { type Running, sendSignal } from "../../support/sandbox.ts";
import { type Scan, scan, testBothWays } from "../../support/scan.ts";
import { FOREVER, STUBBORN } from "../../support/service.ts";
import { asRoot, both } from "../../support/skip.ts";
import { debian, improved, ours, tool } from "../../support/suite.ts";

/** Ends by TERM once there is a file `may-end`. */
const RELUCTANT =
  "trap 'while [ ! -e may-end ]; do sleep 0.01; done; exit' TERM; echo start >>trace\n" +
  "while :; do sleep 0.01; done";

function start(tree: Scan, words: readonly string[], uid?: number): Running {
  const env = { SVDIR: tree.services };
  const options = uid === undefined ? { env } : { env, uid };
  return tree.box.start([tool(ours, "sv"), "remove", ...words], options);
}

async function outcome(running: Running, tree: Scan): Promise<string> {
  const { code } = await running.exit();
  const text = `${running.stdout()}${running.stderr()}${code}`;
  return text.replaceAll(tree.box.dir, "DIR");
}

function remove(tree: Scan, ...words: readonly string[]): Promise<string> {
  return outcome(start(tree, words), tree);
}

/** Removes until it says this: a supervisor may need longer than the time that it has. */
async function eventuallyRemoves(tree: Scan, words: readonly string[], said: string) {
  for (let round = 0; round < 50 && (await remove(tree, ...words)) !== said; round++);
  assert.equal(await remove(tree, ...words), said);
}

function entries(tree: Scan): string[] {
  return readdirSync(tree.services).sort();
}

/** The process after the commands that were sent before. */
async function pidAfterUp(tree: Scan, name: string): Promise<number> {
  const env = { SVDIR: tree.services };
  await runTool(tree.box, ours, "sv", ["-v", "up", name], { env });
  return tree.service(name).status().pid;
}

describe("sv remove", improved("sv-words"), () => {
  test("warns of services that need the one that it removes", async (t) => {
    const needs = { "needs/db": "" };
    const elsewhere = { "needs/db": "dir=/elsewhere/db" };
    const tree = scan(t, {
      db: { run: FOREVER },
      app: { run: FOREVER, down: true, files: needs },
      web: { run: FOREVER, down: true, files: needs },
      other: { run: FOREVER, down: true, files: elsewhere },
    });
    for (const name of ["app", "web", "other"]) await tree.service(name).untilSupervised();
    await tree.service("db").untilRunning();
    const removed = "ok: db: removed\n";
    const warning = "sv: warning: db: app needs it, and waits until it is linked again\n";
    const both = await remove(tree, "-w", "60", "db", "web");
    assert.ok(both.includes(removed) && both.endsWith(`${warning}0`), both);
  });

  testBothWays("stops, unlinks, and ends the supervisor", {}, async (t, begin) => {
    const tree = begin(t, {
      web: { run: FOREVER, log: { run: "exec cat" } },
      db: { run: FOREVER },
    });
    for (const name of ["web", "db"]) await tree.service(name).untilRunning();
    assert.equal(await remove(tree, "web"), "ok: web: removed\n0");
    assert.deepEqual(entries(tree), ["db"]);
    const { pid } = tree.service("db").status();
    assert.equal(await remove(tree, "web"), "ok: web: not linked\n0");
    assert.equal(tree.service("db").status().pid, pid);
    assert.equal(existsSync(join(tree.box.dir, "made/web/run")), true);
  });

  test("takes patterns, and goes on with removals that were killed", async (t) => {
    const tree = scan(t, { web: { run: FOREVER }, wiki: { run: FOREVER }, db: { run: FOREVER } });
    for (const name of ["web", "wiki", "db"]) await tree.service(name).untilRunning();
    writeFileSync(join(tree.services, "words"), "no service\n");
    symlinkSync("nowhere", join(tree.services, ".wall.removed"));
    const removed = (await remove(tree, "-w", "60", "w*")).split("\n").sort();
    const lines = ["wall", "web", "wiki"].map((name) => `ok: ${name}: removed`);
    assert.deepEqual(removed, ["0", ...lines]);
    assert.deepEqual(entries(tree), ["db", "words"]);
    assert.equal(await remove(tree, "w*"), "ok: 'w*': no service matches\n0");
    assert.equal(tree.service("db").stat(), "run");
  });

  test("works with runit's supervisor too", { skip: debian.missing ?? false }, async (t) => {
    const tree = scan(t, { web: { run: FOREVER, log: { run: "exec cat" } } }, { suite: debian });
    await tree.service("web").untilRunning();
    assert.equal(await remove(tree, "web"), "ok: web: removed\n0");
    assert.deepEqual(entries(tree), []);
  });

  test("leaves the link of a service that does not stop, unless forced", async (t) => {
    const tree = scan(t, { web: { run: STUBBORN } });
    await tree.service("web").untilLines(1);
    const late = "timeout: web: it does not stop: stopping (the link stays)\n1";
    await eventuallyRemoves(tree, ["web", "-w", "0.1"], late);
    assert.deepEqual(entries(tree), ["web"]);
    const forced = await remove(tree, "web", "-w", "0.1", "--force");
    assert.equal(forced, `ok: web: unlinked, but it does not stop: stopping\n0`);
    assert.deepEqual(entries(tree), []);
  });

  test("waits as long as the service's own limits, and longer", async (t) => {
    const files = { "timeout-kill": "1" };
    const tree = scan(t, { web: { run: STUBBORN, files } });
    await tree.service("web").untilLines(1);
    assert.equal(await remove(tree, "web", "-w", "30"), "ok: web: removed\n0");
  });

  test("ends its work if it was killed while the service stopped", async (t) => {
    const tree = scan(t, { web: { run: RELUCTANT } });
    await tree.service("web").untilLines(1);
    const first = start(tree, ["web"]);
    await tree.service("web").untilStat("run, got TERM, want down");
    first.signal("SIGKILL");
    await first.exit();
    assert.deepEqual(entries(tree), [".web.removed", "web"]);
    const second = start(tree, ["web"]);
    await runCommand(tree.box, ["touch", "made/web/may-end"]);
    assert.equal(await outcome(second, tree), "ok: web: removed\n0");
    assert.deepEqual(entries(tree), []);
  });

  test("ends its work if it was killed while the supervisor ended", async (t) => {
    const tree = scan(t, { web: { run: FOREVER, down: true } });
    await tree.service("web").untilSupervised();
    const runsv = await tree.untilRunsv("web");
    tree.runsvdir.signal("SIGSTOP"); // it would end the supervisor
    sendSignal(runsv, "SIGSTOP");
    const first = start(tree, ["web"]);
    await tree.until("no link", () => !entries(tree).includes("web") || undefined);
    first.signal("SIGKILL");
    await first.exit();
    assert.deepEqual(entries(tree), [".web.removed"]);
    const second = start(tree, ["web"]);
    sendSignal(runsv, "SIGCONT");
    assert.equal(await outcome(second, tree), "ok: web: removed\n0");
    assert.deepEqual(entries(tree), []);
    tree.runsvdir.signal("SIGCONT");
  });

  test("ends its work if it was killed last", async (t) => {
    const tree = scan(t, { db: { run: FOREVER } });
    const { pid } = await tree.service("db").untilRunning();
    // A link to a service that has another name by now leads to a supervisor that stays.
    for (const target of ["nowhere", "../made/db"]) {
      symlinkSync(target, join(tree.services, ".web.removed"));
      const text = target === "nowhere" ? "removed" : "not linked";
      assert.equal(await remove(tree, "web"), `ok: web: ${text}\n0`);
      assert.deepEqual(entries(tree), ["db"]);
    }
    assert.equal(await pidAfterUp(tree, "db"), pid);
  });

  test("removes links alone", async (t) => {
    const tree = scan(t, { web: { run: FOREVER } });
    await tree.service("web").untilRunning();
    mkdirSync(join(tree.services, "dir"));
    symlinkSync("nowhere", join(tree.services, "gone"));
    assert.equal(
      await remove(tree, "dir", "gone", "../made/web"),
      "fail: dir: DIR/services/dir is not a link (sv remove removes nothing else)\n" +
        "ok: gone: removed\n" +
        "fail: ../made/web: not the name of a service in DIR/services\n2",
    );
    assert.deepEqual(entries(tree), ["dir", "web"]);
    assert.equal(tree.service("web").stat(), "run");
  });

  test("does not stop a service that has another name too", async (t) => {
    const tree = scan(t, { web: { run: FOREVER } });
    const { pid } = await tree.service("web").untilRunning();
    symlinkSync("../made/web", join(tree.services, "other"));
    const left = "ok: other: unlinked; web is the same directory, and is left alone\n0";
    assert.equal(await remove(tree, "other"), left);
    assert.equal(await pidAfterUp(tree, "web"), pid);
  });

  test(
    "stops nothing for a user who may not remove",
    both(improved("sv-words"), asRoot),
    async (t) => {
      const tree = scan(t, { web: { run: FOREVER } });
      const { pid } = await tree.service("web").untilRunning();
      await runCommand(tree.box, ["sh", "-c", "chmod 755 .; chown -R 65534 made/web/supervise"]);
      const refused =
        "fail: web: unable to remove the link DIR/services/web: access denied " +
        "(this user may not write to DIR/services: run as root)\n1";
      assert.equal(await outcome(start(tree, ["web"], 65_534), tree), refused);
      assert.equal(await pidAfterUp(tree, "web"), pid);
    },
  );
});
