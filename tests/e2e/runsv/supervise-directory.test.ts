/** runsv makes supervise/, with the entries and modes that other programs rely on. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, statSync } from "node:fs";
import { describe, test } from "node:test";
import { openFiles } from "../../support/procfs.ts";
import { FOREVER } from "../../support/service.ts";
import { improved, originalInPlace } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";

describe("runsv: supervise/", { concurrency: 4 }, () => {
  test("supervise/ has the entries, types and modes that its readers rely on", async (t) => {
    const service = supervise(
      t,
      { run: FOREVER },
      { via: ["sh", "-c", 'umask 022; exec "$@"', "sh"] },
    );
    await service.untilRunning();
    await service.untilSupervised();
    const entries = readdirSync(service.path("supervise"), { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    );
    const seen = entries.map((entry) => {
      const type = entry.isFIFO() ? "fifo" : entry.isFile() ? "file" : "other";
      return `${entry.name} ${type} ${service.mode(`supervise/${entry.name}`).toString(8)}`;
    });
    const additions = originalInPlace ? [] : ["adopt file 600", "event fifo 644", "hold fifo 600"];
    const wanted = [
      ...additions,
      "control fifo 600",
      "lock file 600",
      "ok fifo 600",
      "pid file 644",
      "stat file 644",
      "status file 644",
    ];
    assert.deepEqual(seen, wanted.sort());
    assert.equal(service.mode("supervise").toString(8), "700");
    assert.equal(statSync(service.path("supervise/status")).size, 20);
  });

  test("runsv holds no pid file open, whether its services run or not", async (t) => {
    const both = { run: FOREVER, log: { run: FOREVER } };
    const none = { run: FOREVER, down: true, log: { run: FOREVER, down: true } };
    for (const files of [both, none]) {
      const service = supervise(t, files);
      if (files === both) await service.untilRunning();
      else await service.untilSupervised();
      const { pid } = service.runsv;
      await service.untilTrue("pid files closed", () =>
        [...openFiles(pid).values()].every(({ target }) => !target.endsWith("/pid")),
      );
      assert.equal(service.pidFile() === "", files === none);
    }
  });

  test("supervise/ keeps modes that were given to it, across a restart of runsv", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    chmodSync(service.path("supervise"), 0o755);
    chmodSync(service.path("supervise/ok"), 0o660);
    chmodSync(service.path("supervise/control"), 0o620);
    service.control("x");
    await service.exitCode();
    const again = service.another();
    await again.untilRunning();
    assert.deepEqual(
      ["supervise", "supervise/ok", "supervise/control"].map((name) => again.mode(name)),
      [0o755, 0o660, 0o620],
    );
  });

  test("supervise/ stays with its last contents when runsv has ended", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    service.control("x");
    await service.exitCode();
    assert.equal(service.stat(), "down");
    assert.equal(service.pidFile(), "");
    assert.ok(!service.isSupervised());
    assert.ok(existsSync(service.path("supervise/ok")));
    assert.throws(() => service.control("u"), { code: "ENXIO" });
  });

  test("supervise/ok has no reader once runsv is killed", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    await service.untilSupervised();
    service.runsv.signal("SIGKILL");
    await service.runsv.exit();
    assert.ok(!service.isSupervised(), "no process that runsv started holds supervise/ok open");
    assert.throws(() => service.control("u"), { code: "ENXIO" });
  });

  test("supervise/ may be a dangling link: runsv makes the directory", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      log: { run: FOREVER, files: { supervise: { link: "log-state" } } },
      files: { supervise: { link: "state" } },
    });
    await service.untilRunning();
    await service.log.untilRunning();
    assert.ok(service.has("state/status"));
    assert.ok(service.has("log/log-state/status"));
    assert.equal(service.mode("state"), 0o700);
  });

  test("supervise/ may be a dangling link of 255 bytes, not of 256", async (t) => {
    const target = (bytes: number) => `./${"/".repeat(bytes - 7)}state`;
    const link = (bytes: number) => ({
      run: FOREVER,
      files: { supervise: { link: target(bytes) } },
    });
    await supervise(t, link(255)).untilRunning();
    const refused = supervise(t, link(256));
    assert.equal(await refused.exitCode(), 111);
    assert.equal(
      refused.stderr,
      "runsv service: fatal: unable to readlink ./supervise: name too long\n",
    );
  });

  test("a second runsv names the first", improved("lock-holder"), async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilSupervised();
    const second = service.another();
    assert.equal(await second.exitCode(), 111);
    const holder = `locked by runsv, process ${service.runsv.pid}`;
    assert.ok(second.stderr.endsWith(`temporary failure (${holder})\n`), second.stderr);
  });

  test("supervise/ belongs to one runsv: a second one fails and touches nothing", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    const second = service.another();
    assert.equal(await second.exitCode(), 111);
    assert.match(
      second.stderr,
      /^runsv service: fatal: unable to lock supervise\/lock: temporary failure/,
    );
    assert.equal(service.status().pid, pid);
    service.control("p");
    await service.untilStat("run, paused");
  });
});
