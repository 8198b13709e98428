/**
 * runsvdir --dense: the differences of one process that holds all supervisors. The tests of
 * runsvdir/ cover the rest.
 */
import assert from "node:assert/strict";
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { children, cmdline, isAlive, kinship, limits, openFiles } from "../support/procfs.ts";
import { untilReady } from "../support/readiness.ts";
import { runTool } from "../support/run.ts";
import { sendSignal } from "../support/sandbox.ts";
import { scanDense as scan } from "../support/scan.ts";
import { FOREVER, REPORTER, STUBBORN } from "../support/service.ts";
import { improved, ours } from "../support/suite.ts";

const LOGGED = { run: `echo hello; ${FOREVER}`, log: { run: "exec cat >>lines" } };
const options = { concurrency: 4, ...improved("dense") };

describe("runsvdir --dense: the process that holds all", options, () => {
  test("runsvdir --dense runs the services as its own children, with no runsv between", async (t) => {
    const scanner = scan(t, { web: LOGGED, db: { run: FOREVER } });
    const web = scanner.service("web");
    const daemons = [
      await web.untilRunning(),
      await web.log.untilRunning(),
      await scanner.service("db").untilRunning(),
    ];
    const pids = daemons.map(({ pid }) => pid).sort();
    assert.deepEqual(children(scanner.runsvdir.pid).sort(), pids);
    assert.match(cmdline(scanner.runsvdir.pid).join(" "), /runsvdir --dense services$/);
    assert.deepEqual(await web.log.untilLines(1, "lines"), ["hello"]);
  });

  test("runsvdir --dense takes every command of sv", async (t) => {
    const scanner = scan(t, { web: { run: REPORTER, finish: "echo finish >>trace" } });
    const web = scanner.service("web");
    const sv = (...words: readonly string[]) =>
      runTool(scanner.box, ours, "sv", ["-w60", ...words]);
    const { pid } = await web.untilRunning();
    await web.untilLines(1);
    assert.equal((await sv("hup", web.dir)).code, 0);
    await web.untilLines(2);
    assert.equal((await sv("restart", web.dir)).code, 0);
    await web.untilRunning(pid);
    await web.untilLines(5);
    assert.equal((await sv("down", web.dir)).code, 0);
    assert.equal(web.stat(), "down");
    assert.deepEqual(web.lines(), ["start", "HUP", "TERM", "finish", "start", "TERM", "finish"]);
    assert.equal((await sv("up", web.dir)).code, 0);
  });

  test("runsvdir --dense restarts a service whose supervisor was commanded to exit, with a new supervisor", async (t) => {
    const scanner = scan(t, { web: LOGGED });
    const web = scanner.service("web");
    const { pid } = await web.untilRunning();
    const logger = await web.log.untilRunning();
    await web.log.untilSupervised();
    const before = openFiles(scanner.runsvdir.pid).size;
    web.control("x");
    await web.untilRunning(pid);
    await web.log.untilRunning(logger.pid);
    await web.log.untilSupervised();
    await scanner.until("as many descriptors", () =>
      openFiles(scanner.runsvdir.pid).size === before ? true : undefined,
    );
    assert.equal(scanner.stderr, "");
  });

  test("runsvdir --dense restarts a service whose supervisor read an exit command at its start", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    const web = scanner.service("web");
    await web.untilRunning();
    // Bytes that are written while no supervisor reads stay in the FIFO as long as somebody has it
    // open.
    const fifo = openSync(join(web.dir, "supervise/control"), constants.O_RDWR);
    t.after(() => closeSync(fifo));
    // One of twenty: on a busy machine the next supervisor may be there before the test looks.
    for (let round = 0; round < 20; round++) {
      const { pid } = await web.untilRunning();
      const hasNext = () => ![0, pid].includes(web.status().pid);
      web.control("x");
      await web.untilTrue("end of its supervisor", () => !web.isSupervised() || hasNext());
      if (hasNext()) continue;
      writeSync(fifo, "x");
      await web.untilRunning(pid);
      assert.equal(scanner.stderr, "");
      return;
    }
    assert.fail("the next supervisor was there each time");
  });

  test("runsvdir --dense keeps nothing open of a service that it cannot supervise", async (t) => {
    const scanner = scan(
      t,
      { web: { run: FOREVER }, db: LOGGED },
      {
        // Found when all but `ok` has been opened.
        prepare: (dir) => {
          mkdirSync(join(dir, "made/db/log/supervise"));
          writeFileSync(join(dir, "made/db/log/supervise/control"), "");
        },
      },
    );
    await scanner.service("web").untilRunning();
    await scanner.untilMessage("runsv db: fatal: log/supervise/control exists but is not a fifo\n");
    await scanner.untilMessage("warning: runsv db exited 111, next try in 1s\n");
    const files = () =>
      [...openFiles(scanner.runsvdir.pid).values()].map(({ target }) => target).sort();
    const before = files();
    assert.ok(before.every((target) => !target.includes("db")));
    await scanner.untilMessage("warning: runsv db exited 111, next try in 2s\n");
    await scanner.until("the same files", () =>
      files().join() === before.join() ? true : undefined,
    );
    unlinkSync(join(scanner.box.dir, "made/db/log/supervise/control"));
    await scanner.service("db").log.untilRunning();
  });

  test("runsvdir --dense starts an entry that comes back after its old supervisor has exited", async (t) => {
    const scanner = scan(t, { web: { run: STUBBORN } });
    const web = scanner.service("web");
    await web.untilLines(1);
    const { pid } = await web.untilRunning();
    scanner.rename("web", ".web");
    await scanner.service(".web").untilStat("run, got TERM, want exit");
    scanner.rename(".web", "web");
    await scanner.add("db", { run: FOREVER }).untilRunning(); // so there was a scan
    assert.equal(web.status().pid, pid);
    sendSignal(pid, "SIGKILL");
    await web.untilRunning(pid);
  });

  test("with -P runs each process in a session of its own", async (t) => {
    const scanner = scan(t, { web: LOGGED }, { args: ["-P"] });
    const { pid } = await scanner.service("web").untilRunning();
    const logger = await scanner.service("web").log.untilRunning();
    // A process is published before its exec, and so before it has left the scanner's session.
    for (const each of [pid, logger.pid]) {
      await scanner.until("session of its own", () => {
        const { session, pgrp } = kinship(each) ?? {};
        return session === each && pgrp === each ? true : undefined;
      });
    }
  });

  test("with -P runs a service with kill-group, and a repeated ./check", async (t) => {
    const check = 'tr " " "\\n" </proc/self/stat | sed -n 5,6p | uniq >session; echo $$ >>session';
    const files = { "kill-group": "", "check-period": "50" };
    const scanner = scan(t, { web: { run: FOREVER, check, files } }, { args: ["-P"] });
    const web = scanner.service("web");
    await untilReady(web);
    const { pid } = await web.untilRunning();
    assert.equal(kinship(pid)?.session, pid);
    const [session, checker] = web.lines("session");
    assert.equal(session, checker);
    assert.equal(scanner.stderr, "");
  });
});

describe("runsvdir --dense: signals", options, () => {
  for (const [signal, code] of [
    ["SIGTERM", 0],
    ["SIGINT", 0],
    ["SIGHUP", 111],
  ] as const) {
    test(`given ${signal}, ends every service, its log last, and exits ${code}`, async (t) => {
      const finish = "echo finished";
      const scanner = scan(t, { web: { ...LOGGED, finish }, db: { run: FOREVER } });
      const [web, db] = [scanner.service("web"), scanner.service("db")];
      await web.log.untilLines(1, "lines");
      await web.untilRunning();
      await db.untilRunning();
      scanner.runsvdir.signal(signal);
      assert.deepEqual(await scanner.runsvdir.exit(), { code, signal: null });
      assert.deepEqual([web.stat(), web.log.stat(), db.stat()], ["down", "down", "down"]);
      assert.deepEqual(web.log.lines("lines"), ["hello", "finished"]);
      assert.deepEqual(scanner.box.processes(), []);
    });
  }

  test("runsvdir --dense waits for a service that ignores TERM, however many signals it gets", async (t) => {
    const scanner = scan(t, { web: { run: STUBBORN }, db: { run: FOREVER } });
    const [web, db] = [scanner.service("web"), scanner.service("db")];
    const { pid } = await web.untilRunning();
    await web.untilLines(1);
    await db.untilRunning();
    for (let round = 0; round < 3; round++) {
      scanner.runsvdir.signal("SIGTERM");
      await web.untilStat("run, got TERM, want exit");
      await db.untilStat("down");
    }
    assert.ok(isAlive(scanner.runsvdir.pid));
    // Nothing is started any more, and running services stay supervised.
    scanner.add("late", { run: FOREVER });
    scanner.runsvdir.signal("SIGALRM");
    web.control("k");
    assert.deepEqual(await scanner.runsvdir.exit(), { code: 0, signal: null });
    assert.ok(!isAlive(pid));
    assert.equal(scanner.service("late").has("supervise"), false);
  });

  test("runsvdir --dense waits at its end for services whose entries were removed before", async (t) => {
    const scanner = scan(t, { web: { run: STUBBORN }, db: { run: FOREVER } });
    await scanner.service("web").untilLines(1);
    const { pid } = await scanner.service("web").untilRunning();
    await scanner.service("db").untilRunning();
    scanner.rename("web", ".web");
    await scanner.service(".web").untilStat("run, got TERM, want exit");
    scanner.runsvdir.signal("SIGTERM");
    await scanner.service("db").untilStat("down");
    assert.ok(isAlive(scanner.runsvdir.pid));
    scanner.service(".web").control("k");
    assert.deepEqual(await scanner.runsvdir.exit(), { code: 0, signal: null });
    assert.ok(!isAlive(pid));
  });
});

describe("runsvdir --dense: descriptors", options, () => {
  const limited = (limit: string) => ["sh", "-c", `ulimit ${limit}; exec "$@"`, "sh"];

  test("runsvdir --dense raises its own soft limit of open files, and no service's", async (t) => {
    const names = Array.from({ length: 12 }, (_, i) => `s${i}`);
    const services = Object.fromEntries(names.map((name) => [name, LOGGED]));
    const scanner = scan(t, services, { via: limited("-Sn 64") });
    for (const name of names) {
      const { pid } = await scanner.service(name).log.untilRunning();
      await scanner.until("limit as it was", () =>
        /^Max open files +64 /m.test(limits(pid)) ? true : undefined,
      );
    }
    assert.ok(openFiles(scanner.runsvdir.pid).size > 64);
    assert.equal(scanner.stderr, "");
  });

  test("runsvdir --dense names the services that the hard limit leaves no descriptors for, and runs the others", async (t) => {
    const names = Array.from({ length: 8 }, (_, i) => `s${i}`);
    const services = Object.fromEntries(names.map((name) => [name, LOGGED]));
    const scanner = scan(t, services, { via: limited("-n 72") });
    const running = () => names.filter((name) => scanner.service(name).log.stat() === "run");
    await scanner.untilMessage("fatal: no descriptors left: the hard limit of open files is 72\n");
    await scanner.untilMessage("exited 111, next try in 1s\n");
    await scanner.until("running services", () => (running().length > 1 ? true : undefined));
    const run = running();
    const waiting = names.filter((name) => !run.includes(name));
    assert.ok(waiting.length > 0);
    const pids = run.map((name) => scanner.service(name).status().pid);
    // With the others gone there is room.
    for (const name of run) scanner.remove(name);
    await scanner.until("end of them", () => (pids.some(isAlive) ? undefined : true));
    await scanner.service(waiting[0] ?? "").log.untilRunning();
  });
});
