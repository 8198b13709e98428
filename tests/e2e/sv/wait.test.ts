/** sv wait: with the supervisors of both suites. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { waitsForEver } from "../../support/procfs.ts";
import { runTool } from "../../support/run.ts";
import type { Running } from "../../support/sandbox.ts";
import { type Scan, scan, testBothWays } from "../../support/scan.ts";
import { FOREVER, sinceMs } from "../../support/service.ts";
import { debian, improved, ours, tool } from "../../support/suite.ts";
import { eventually } from "../../support/wait.ts";

function wait(tree: Scan, ...words: readonly string[]): Running {
  return tree.box.start([tool(ours, "sv"), "wait", ...words], { env: { SVDIR: tree.services } });
}

/** Starts `sv wait`, and returns once it waits. */
async function waiting(tree: Scan, ...words: readonly string[]): Promise<Running> {
  const running = wait(tree, ...words);
  await eventually(
    "sv that waits",
    () => waitsForEver(running.pid) || undefined,
    () => running.stdout() + running.stderr(),
  );
  return running;
}

async function outcome(running: Running): Promise<string> {
  const { code } = await running.exit();
  return `${running.stdout()}${running.stderr()}${code}`;
}

function sv(tree: Scan, ...words: readonly string[]) {
  return runTool(tree.box, ours, "sv", words, { env: { SVDIR: tree.services } });
}

/** Exits as ./code says, once there is something in it. */
const EXITS = 'while [ ! -s code ]; do sleep 0.01; done; read c <code; rm code; exit "$c"';

const CRASHES = "echo >>trace; exit 7";

describe("sv wait", improved("sv-words"), () => {
  testBothWays("returns when the condition holds for all services", {}, async (t, start) => {
    const tree = start(t, { web: { run: FOREVER, down: true }, db: { run: FOREVER } });
    await tree.service("db").untilRunning();
    await tree.service("web").untilSupervised();
    const up = await waiting(tree, "up", "web", "db");
    await sv(tree, "up", "web");
    assert.equal(await outcome(up), "ok: db: running\nok: web: running, normally down\n0");
    const down = await waiting(tree, "down", "web");
    await sv(tree, "down", "web");
    assert.equal(await outcome(down), "ok: web: stopped, normally down\n0");
    const restarted = await waiting(tree, "restarted", "db");
    await sv(tree, "term", "db");
    assert.match(await outcome(restarted), /^ok: db: running.*\n0$/);
  });

  test("waits with runit's supervisor too", { skip: debian.missing ?? false }, async (t) => {
    const tree = scan(t, { web: { run: FOREVER, down: true } }, { suite: debian });
    await tree.service("web").untilSupervised();
    const up = await waiting(tree, "up", "web");
    await sv(tree, "up", "web");
    assert.equal(await outcome(up), "ok: web: running, normally down\n0");
    const down = await waiting(tree, "down", "web");
    await sv(tree, "down", "web");
    assert.equal(await outcome(down), "ok: web: stopped, normally down\n0");
    // It does not publish how a service has ended.
    const finished = await waiting(tree, "finished", "web");
    await sv(tree, "up", "web");
    await sv(tree, "stop", "web");
    assert.match(await outcome(finished), /^fail: web: .*1$/s);
  });

  testBothWays("of ready returns when a start has lasted for a second", {}, async (t, start) => {
    const tree = start(t, { web: { run: FOREVER }, crasher: { run: CRASHES } });
    await tree.service("crasher").untilLines(1);
    const crasher = wait(tree, "-w", "3", "ready", "crasher");
    assert.match(await outcome(wait(tree, "ready", "web")), /^ok: web: running\n0$/);
    assert.ok(Date.now() - sinceMs(tree.service("web").status()) >= 900);
    assert.match(await outcome(crasher), /^timeout: crasher: .*\n1$/);
  });

  test("of ready asks as much under runit's supervisor", {
    skip: debian.missing ?? false,
  }, async (t) => {
    const services = { web: { run: FOREVER }, crasher: { run: CRASHES } };
    const tree = scan(t, services, { suite: debian });
    await tree.service("crasher").untilLines(1);
    const [web, crasher] = [wait(tree, "ready", "web"), wait(tree, "-w", "3", "ready", "crasher")];
    assert.match(await outcome(web), /^ok: web: running\n0$/);
    assert.match(await outcome(crasher), /^timeout: crasher: .*\n1$/);
  });

  test("of finished and failed says when neither can come", async (t) => {
    const tree = scan(t, { job: { run: EXITS, down: true } });
    await tree.service("job").untilSupervised();
    const ends = async (code: number): Promise<string[]> => {
      await sv(tree, "-v", "once", "job");
      const waits = [await waiting(tree, "finished", "job"), await waiting(tree, "failed", "job")];
      await tree.box.start(["sh", "-c", `echo ${code} >made/job/code`]).exit();
      return Promise.all(waits.map(outcome));
    };
    const [finished = "", notFailed = ""] = await ends(0);
    assert.match(finished, /^ok: job: stopped.*\n0$/);
    assert.match(notFailed, /^fail: job: stopped.*\n1$/);
    const [notFinished = ""] = await ends(3);
    assert.match(notFinished, /^fail: job: stopped, exit 3.*\n1$/);
  });

  test("of failed returns when the service is given up", async (t) => {
    const files = { "max-death-tally": "1" };
    const tree = scan(t, { web: { run: EXITS, files } });
    await tree.service("web").untilRunning();
    const failed = await waiting(tree, "failed", "web");
    const ready = await waiting(tree, "restarted", "web");
    await tree.box.start(["sh", "-c", "echo 3 >made/web/code"]).exit();
    assert.match(await outcome(failed), /^ok: web: failed, exit 3.*\n0$/);
    assert.match(await outcome(ready), /^fail: web: failed, exit 3.*\n1$/);
  });

  test("waits for a supervisor that is yet to come, and after one that is killed", async (t) => {
    const tree = scan(t, { web: { run: FOREVER } });
    const web = tree.service("web");
    await web.untilRunning();
    tree.runsvdir.signal("SIGSTOP"); // it starts no other supervisor
    const restarted = await waiting(tree, "restarted", "web");
    await tree.box.start(["sh", "-c", `kill -9 ${await tree.untilRunsv("web")}`]).exit();
    tree.runsvdir.signal("SIGCONT"); // the next supervisor takes over the same process
    await tree.untilRunsv("web");
    await sv(tree, "-w", "60", "restart", "web");
    assert.match(await outcome(restarted), /^ok: web: running.*\n0$/);
  });

  test("gives up after -w, and is content with one of several with --any", async (t) => {
    const tree = scan(t, { web: { run: FOREVER }, db: { run: FOREVER, down: true } });
    await tree.service("web").untilRunning();
    await tree.service("db").untilSupervised();
    const late = await outcome(wait(tree, "-w", "0.1", "up", "db", "web"));
    assert.equal(late, "ok: web: running\ntimeout: db: stopped, normally down\n1");
    assert.equal(await outcome(wait(tree, "--any", "up", "db", "web")), "ok: web: running\n0");
    const missing = await outcome(wait(tree, "up", "nothing"));
    assert.match(missing, /^fail: nothing: no directory .*\/nothing\n1$/);
  });

  test("prints an object for each service with --json", async (t) => {
    const tree = scan(t, { web: { run: FOREVER } });
    await tree.service("web").untilRunning();
    const { stdout } = await sv(tree, "wait", "up", "web", "--json");
    const { condition, holds, name, summary } = JSON.parse(stdout);
    assert.deepEqual(
      { condition, holds, name, summary },
      {
        condition: "up",
        holds: true,
        name: "web",
        summary: "running",
      },
    );
  });

  test("ends by INT and TERM", async (t) => {
    const tree = scan(t, { web: { run: FOREVER } });
    await tree.service("web").untilRunning();
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const running = await waiting(tree, "down", "web");
      running.signal(signal);
      assert.deepEqual(await running.exit(), { code: null, signal });
    }
  });

  test("wants a condition, a service and a number", async (t) => {
    const tree = scan(t, {});
    for (const [words, problem] of [
      [
        ["on", "web"],
        "sv wait: on is not a condition: up, ready, down, finished, failed, restarted",
      ],
      [["up"], "sv wait: no service"],
      [["-w", "x", "up", "web"], "sv wait: not a number of seconds: x"],
    ] as const) {
      const { code, stderr } = await sv(tree, "wait", ...words);
      assert.deepEqual([code, stderr.split("\n", 1)[0]], [100, problem]);
    }
  });
});
