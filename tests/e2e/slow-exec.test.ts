/**
 * An exec that the kernel holds up: here by a lease on the script, elsewhere because a file server
 * is gone or a scanner looks at the file first. It holds up its own service and no other, and
 * neither commands nor the end of supervision.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hold, untilAsked } from "../support/lease.ts";
import { runTool } from "../support/run.ts";
import { type Cleanup, type Running, sendSignal } from "../support/sandbox.ts";
import { type Scan, type scan, scanDense, testBothWays } from "../support/scan.ts";
import { FOREVER, type ServiceDirectory } from "../support/service.ts";
import { improved, originalInPlace, ours } from "../support/suite.ts";
import { supervise } from "../support/supervise.ts";

const onLinux = { skip: process.platform !== "linux" && "no leases" };
/** Neither text for a shell nor a program. */
const NO_PROGRAM = { text: "hello\n", mode: 0o755 };

/**
 * A scanner with a service `web` whose script `held` cannot be executed, and one that waits for it.
 */
async function withHeld(
  t: Cleanup,
  start: typeof scan,
  held: string,
  description: Parameters<typeof scan>[1][string],
): Promise<{ scanner: Scan; web: ServiceDirectory; holder: Running }> {
  const scanner = start(t, { web: { down: true, ...description }, db: { run: FOREVER } });
  const web = scanner.service("web");
  await scanner.service("db").untilRunning();
  await web.untilSupervised();
  const holder = await hold(scanner.box, web.path(held));
  return { scanner, web, holder };
}

testBothWays(
  "an exec that is held up delays neither other services, nor commands, nor the end",
  onLinux,
  async (t, start) => {
    const { scanner, web, holder } = await withHeld(t, start, "run", { run: FOREVER });
    const sv = (...words: readonly string[]) =>
      runTool(scanner.box, ours, "sv", ["-w60", ...words]);
    web.control("u");
    await untilAsked(holder);
    const db = scanner.service("db");
    const { pid } = db.status();
    assert.equal((await sv("restart", db.dir)).code, 0);
    assert.notEqual(db.status().pid, pid);
    await web.untilStat("run");
    assert.equal((await sv("down", web.dir)).code, 0);
    assert.equal(web.stat(), "down");
    web.control("u");
    await web.untilStat("run");
    scanner.runsvdir.signal("SIGHUP");
    assert.deepEqual(await scanner.runsvdir.exit(), { code: 111, signal: null });
    await scanner.until("end of all", () =>
      scanner.box.processes().every((each) => each === holder.pid) ? true : undefined,
    );
    assert.equal(scanner.stderr, "");
  },
);

testBothWays("an exec that was held up is done in the end", onLinux, async (t, start) => {
  const run = { run: FOREVER, finish: "echo finish >>trace" };
  const { scanner, web, holder } = await withHeld(t, start, "run", run);
  web.control("u");
  const { pid } = await web.untilStat("run");
  sendSignal(holder.pid, "SIGKILL");
  assert.equal((await web.untilRunning()).pid, pid);
  const finish = await hold(scanner.box, web.path("finish"));
  web.control("d");
  await untilAsked(finish);
  await web.untilTrue("finish", () => web.stat().startsWith("finish"));
  sendSignal(finish.pid, "SIGKILL");
  await web.untilStat("down");
  assert.deepEqual(web.lines(), ["finish"]);
  assert.equal(scanner.stderr, "");
});

testBothWays("an exec that fails after it was held up is reported", onLinux, async (t, start) => {
  const { scanner, web, holder } = await withHeld(t, start, "run", { run: NO_PROGRAM });
  web.control("o");
  await web.untilStat("run, want down");
  assert.equal(scanner.stderr, "");
  sendSignal(holder.pid, "SIGKILL");
  await web.untilStat("down");
  await web.untilTrue("the reason", () => scanner.stderr !== ""); // it comes through a pipe
  assert.equal(scanner.stderr, "runsv web: fatal: unable to start ./run: exec format error\n");
});

testBothWays(
  "a log service whose exec is held up does not keep its service",
  onLinux,
  async (t, start) => {
    const log = { run: "exec cat >lines", down: true };
    const { web, holder } = await withHeld(t, start, "log/run", {
      run: `echo hi; ${FOREVER}`,
      log,
    });
    web.log.control("u");
    await untilAsked(holder);
    web.control("u");
    await web.untilRunning();
    sendSignal(holder.pid, "SIGKILL");
    assert.deepEqual(await web.log.untilLines(1, "lines"), ["hi"]);
  },
);

test("a control script whose exec is held up does not keep its service down", {
  ...onLinux,
  ...improved("control-scripts-async"),
}, async (t) => {
  const service = supervise(t, { run: FOREVER, control: { h: "exit 0" } });
  const { pid } = await service.untilRunning();
  const holder = await hold(service.box, service.path("control/h"));
  service.control("h");
  await untilAsked(holder);
  sendSignal(pid, "SIGKILL");
  await service.untilRunning(pid);
  service.control("d"); // which waits for the script
  sendSignal(holder.pid, "SIGKILL");
  await service.untilStat("down");
});

test("a process whose exec is held up is taken over", {
  ...onLinux,
  ...improved("dense"),
}, async (t) => {
  const { scanner, web, holder } = await withHeld(t, scanDense, "run", { run: FOREVER });
  web.control("u");
  const { pid } = await web.untilStat("run");
  await untilAsked(holder);
  sendSignal(scanner.runsvdir.pid, "SIGKILL");
  await scanner.runsvdir.exit();
  scanner.startAgain();
  await web.untilSupervised();
  assert.equal(web.status().pid, pid);
  sendSignal(holder.pid, "SIGKILL");
  assert.equal((await web.untilRunning()).pid, pid);
});

test("sv does not wait longer for a check whose exec is held up", {
  skip: originalInPlace && "it waits for the check",
}, async (t) => {
  const service = supervise(t, { run: FOREVER, check: "exit 0" });
  await service.untilRunning();
  await hold(service.box, service.path("check"));
  const { code, stdout } = await runTool(service.box, ours, "sv", ["-w1", "check", service.dir]);
  assert.equal(code, 1);
  assert.match(stdout, /^timeout: /);
});
