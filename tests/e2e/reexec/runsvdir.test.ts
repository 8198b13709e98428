/** runsvdir and its supervisors execute a replaced executable on USR2, and no service stops. */
import assert from "node:assert/strict";
import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { whileHeld } from "../../support/held.ts";
import {
  COUNTING,
  Installation,
  isReplaced,
  UPGRADE,
  untilReexecuted,
  untilSupervisedAnew,
} from "../../support/installation.ts";
import {
  cmdline,
  environ,
  executable,
  isAlive,
  kinship,
  limits,
  openFiles,
  STATUS_LINES,
  statusLines,
} from "../../support/procfs.ts";
import { type Cleanup, sendSignal } from "../../support/sandbox.ts";
import { type Scan, type ScanOptions, scan } from "../../support/scan.ts";
import { type Description, ENDING, FOREVER, ServiceDirectory } from "../../support/service.ts";
import { ours } from "../../support/suite.ts";
import { unchanged } from "../../support/wait.ts";

const QUIET_MS = 300;

for (const [mode, args] of [
  ["runsvdir", []],
  ["runsvdir -P", ["-P"]],
  ["runsvdir --dense", ["--dense"]],
] as const) {
  const isDense = mode.includes("dense");

  /** A tree, and the pids of all that supervises it. */
  const begin = async (
    t: Cleanup,
    services: Readonly<Record<string, Description>>,
    options: ScanOptions = {},
  ): Promise<{ installation: Installation; tree: Scan; supervisors: readonly number[] }> => {
    const installation = new Installation(t);
    const tree = scan(t, services, { ...options, suite: installation.suite, args });
    const supervisors = [tree.runsvdir.pid];
    for (const name of Object.keys(services)) {
      await tree.service(name).untilRunning();
      await tree.service(name).untilSupervised();
      if (!isDense) supervisors.push(await tree.untilRunsv(name));
    }
    return { installation, tree, supervisors };
  };

  describe(`${mode}: USR2`, { concurrency: 4, ...UPGRADE }, () => {
    test("runsvdir re-execs with the whole tree, and stops no service", async (t) => {
      const { installation, tree, supervisors } = await begin(t, { one: ENDING, two: ENDING });
      const services = ["one", "two"].map((name) => tree.service(name));
      for (const service of services) await service.untilLines(1);
      const before = services.map((service) => service.status());
      installation.replace();
      tree.runsvdir.signal("SIGUSR2");
      for (const service of services) {
        await untilReexecuted(service, supervisors);
        await untilSupervisedAnew(service, installation);
      }
      assert.deepEqual(
        services.map((service) => service.status()),
        before,
      );
      for (const [index, service] of services.entries()) {
        const pid = before[index]?.pid ?? 0;
        assert.ok(supervisors.includes(kinship(pid)?.ppid ?? 0), "still its supervisor's child");
        service.control("t");
        assert.deepEqual(await service.untilLines(1, "ends"), ["7 0"]);
        await service.untilRunning(pid);
      }
      tree.add("three", { run: FOREVER });
      await tree.service("three").untilRunning();
      const removed = new ServiceDirectory(join(tree.box.dir, "made/one"));
      tree.remove("one");
      await removed.untilStat("down");
      assert.equal(tree.stderr, "");
      if (!isDense) assert.deepEqual(cmdline(supervisors[2] ?? 0), ["runsv", "two"]);
    });

    test("USR2 does not end the supervision of a removed service that is still ending", async (t) => {
      const run = "trap '' TERM; echo >>trace; until [ -e go ]; do sleep 0.01; done";
      const services = { web: { run, finish: "echo >>finished" }, db: { run: FOREVER } };
      const { installation, tree } = await begin(t, services);
      const removed = new ServiceDirectory(join(tree.box.dir, "made/web"));
      await removed.untilLines(1);
      tree.remove("web");
      await removed.untilStat("run, got TERM, want exit");
      const asked = join(tree.box.dir, "asked");
      installation.wrap(asked);
      tree.runsvdir.signal("SIGUSR2");
      await tree.service("db").untilTrue("question", () => existsSync(asked));
      await unchanged(() => `${executable(tree.runsvdir.pid)}`, QUIET_MS);
      writeFileSync(removed.path("go"), "");
      await removed.untilLines(1, "finished");
      await tree.service("db").untilTrue("new executable", () => !isReplaced(tree.runsvdir.pid));
      await tree.service("db").untilSupervised();
    });

    if (!isDense) {
      test("a supervisor whose directory was moved away before USR2 is stopped", async (t) => {
        const { installation, tree } = await begin(t, {
          web: { run: FOREVER },
          db: { run: FOREVER },
        });
        const { pid } = tree.service("web").status();
        await whileHeld(tree.runsvdir.pid, () => {
          renameSync(join(tree.box.dir, "made/web"), join(tree.box.dir, "made/away"));
          installation.replace();
          tree.runsvdir.signal("SIGUSR2");
        });
        await tree.until("end of web", () => (isAlive(pid) ? undefined : true));
        assert.equal(tree.service("db").stat(), "run");
      });
    }

    test("no line is lost, however often USR2 comes", async (t) => {
      // Writes its input so far, at TERM too.
      const log = { run: `exec ${join(ours.bin, "svlogd")} .` };
      const { installation, tree, supervisors } = await begin(t, { web: { run: COUNTING, log } });
      const service = tree.service("web");
      const { pid } = service.status();
      for (let round = 0; round < 8; round++) {
        installation.replace();
        tree.runsvdir.signal("SIGUSR2");
        await untilReexecuted(service, supervisors);
        const { pid: logger } = await service.log.untilRunning();
        await untilSupervisedAnew(service.log, installation);
        service.log.control("t");
        await service.log.untilRunning(logger);
      }
      writeFileSync(service.path("enough"), "");
      await service.untilTrue("last line", () => service.log.lines("current").includes("end"));
      const lines = service.log.lines("current").slice(0, -1);
      assert.deepEqual(
        lines,
        lines.map((_, index) => `${index}`),
      );
      assert.ok(lines.length > 100, `${lines.length} lines`);
      assert.equal(service.status().pid, pid);
    });

    if (!isDense) {
      test("runsvdir keeps supervisors whose supervise/ was removed, or whose entry was renamed", async (t) => {
        const run = `echo start >>trace; ${FOREVER}`;
        const { installation, tree, supervisors } = await begin(t, { web: { run }, db: { run } });
        const pids = ["web", "db"].map((name) => tree.service(name).status().pid);
        const [, web = 0, db = 0] = supervisors;
        for (const name of ["web", "db"]) await tree.service(name).untilLines(1);
        rmSync(tree.service("web").path("supervise"), { recursive: true });
        await whileHeld(tree.runsvdir.pid, () => {
          tree.rename("db", "cache");
          installation.replace();
          tree.runsvdir.signal("SIGUSR2");
        });
        await tree.until("new executable", () =>
          isReplaced(tree.runsvdir.pid) ? undefined : true,
        );
        await tree.untilScanned("other");
        for (const [index, name] of ["web", "cache"].entries()) {
          assert.deepEqual(tree.service(name).lines(), ["start"]);
          assert.ok(isAlive(pids[index] ?? 0));
        }
        sendSignal(db, "SIGKILL");
        await tree.untilMessage("runsv cache was killed by signal 9, started again\n");
        tree.remove("web");
        await tree.until("end of web", () => (isAlive(web) ? undefined : true));
        assert.ok(!isAlive(pids[0] ?? 0));
      });
    }

    test("USR2 changes no part of the state that a service is started in", async (t) => {
      const env = { GREETING: "hello" };
      const via = ["sh", "-c", 'ulimit -Sn 512; trap "" QUIT; exec "$@"', "sh"];
      const services = { web: { run: FOREVER, log: { run: FOREVER } } };
      const { installation, tree, supervisors } = await begin(t, services, { env, via });
      const service = tree.service("web");
      const portrait = async (before: number) => {
        const { pid } = await service.untilRunning(before);
        await service.untilTrue("exec", () => cmdline(pid)[0] === "sleep");
        const status = statusLines(pid);
        const told = STATUS_LINES.map((line) => `${line} ${status.get(line)}`);
        const files = [...openFiles(pid)];
        return { pid, told, files, limits: limits(pid), environ: environ(pid) };
      };
      const { pid, ...first } = await portrait(0);
      installation.replace();
      tree.runsvdir.signal("SIGUSR2");
      await untilReexecuted(service, supervisors);
      await untilSupervisedAnew(service, installation);
      service.control("t");
      const { pid: _, ...second } = await portrait(pid);
      assert.deepEqual(second, first);
    });

    test("runsvdir keeps the message area across a re-exec", async (t) => {
      const run = "while :; do until [ -e say ]; do sleep 0.01; done; rm say; echo hello >&2; done";
      const log = `log: ${".".repeat(60)}`;
      const { installation, tree, supervisors } = await begin(t, { web: { run } }, { log });
      const service = tree.service("web");
      const { pid } = service.status();
      const area = () => cmdline(tree.runsvdir.pid).at(-1) ?? "";
      writeFileSync(service.path("say"), "");
      await tree.until("first message", () => (area().endsWith("hello\n") ? true : undefined));
      installation.replace();
      tree.runsvdir.signal("SIGUSR2");
      await untilReexecuted(service, supervisors);
      await untilSupervisedAnew(service, installation);
      writeFileSync(service.path("say"), "");
      await tree.until("second message", () =>
        area().split("hello\n").length > 2 ? true : undefined,
      );
      assert.ok(area().startsWith("log: ...") && area().length === log.length, area());
      assert.equal(service.status().pid, pid);
    });

    test("runsvdir does not re-exec an executable that does not work", async (t) => {
      const { installation, tree } = await begin(t, { web: { run: FOREVER } });
      const service = tree.service("web");
      const { pid } = service.status();
      for (const code of [0, 1]) {
        installation.spoil(`#!/bin/sh\nexit ${code}\n`);
        tree.runsvdir.signal("SIGUSR2");
        const problem = code === 0 ? "does not say that it can take over" : `exited ${code}`;
        await tree.untilMessage(`${problem}\n`);
      }
      assert.equal(service.status().pid, pid);
      service.control("t");
      await service.untilRunning(pid);
    });
  });
}

describe("runsvdir --stop: USR2", UPGRADE, () => {
  test("a removed service that is still ending is waited for", async (t) => {
    const run = "trap '' TERM; echo >>trace; until [ -e go ]; do sleep 0.01; done";
    const installation = new Installation(t);
    const { suite } = installation;
    const tree = scan(t, { web: { run }, db: { run: FOREVER } }, { suite, args: ["--stop"] });
    for (const name of ["web", "db"]) await tree.service(name).untilRunning();
    const removed = new ServiceDirectory(join(tree.box.dir, "made/web"));
    await removed.untilLines(1);
    tree.remove("web");
    await removed.untilStat("run, got TERM, want exit");
    installation.replace();
    tree.runsvdir.signal("SIGUSR2");
    await tree.until("new executable", () => (isReplaced(tree.runsvdir.pid) ? undefined : true));
    await tree.service("db").untilSupervised();
    const { pid } = removed.status();
    tree.runsvdir.signal("SIGTERM");
    await tree.service("db").untilStat("down");
    await unchanged(() => `${isAlive(tree.runsvdir.pid)}`, QUIET_MS);
    assert.ok(isAlive(tree.runsvdir.pid));
    writeFileSync(removed.path("go"), "");
    assert.equal((await tree.runsvdir.exit()).code, 0);
    assert.ok(!isAlive(pid));
  });
});
