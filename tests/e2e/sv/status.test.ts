/** sv: its output about services, and about other files. */
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { isAlive } from "../../support/procfs.ts";
import { FOREVER, STUBBORN } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { type Supervised, supervise } from "../../support/supervise.ts";
import { say, sv, up, withoutPath } from "../../support/sv.ts";

describe("sv status", { concurrency: 4 }, () => {
  test("sv status prints state, name, pid and age", async (t) => {
    const service = await up(t, { run: FOREVER });
    const { pid } = service.status();
    const { code, stdout, stderr } = await sv(service, ["status", "service"]);
    assert.match(stdout, new RegExp(`^run: service: \\(pid ${pid}\\) \\d+s\\n$`));
    assert.deepEqual([code, stderr], [0, ""]);
  });

  test("sv status prints the log service behind a semicolon", async (t) => {
    const service = await up(t, { run: FOREVER, log: { run: FOREVER } });
    await service.log.untilRunning();
    const said = await say(service, ["status", "service"]);
    assert.equal(said, "run: service: (pid N) Ns; run: log: (pid N) Ns\n0");
  });

  test("sv status prints how a state differs from the normal and the wanted one", async (t) => {
    const normallyDown = await up(t, { run: STUBBORN, down: true });
    const status = (service: Supervised) => say(service, ["status", "service"]);
    assert.equal(await status(normallyDown), "down: service: Ns\n0");
    normallyDown.control("u");
    await normallyDown.untilLines(1);
    assert.equal(await status(normallyDown), "run: service: (pid N) Ns, normally down\n0");
    normallyDown.control("pd");
    await normallyDown.untilStat("run, paused, got TERM, want down");
    assert.equal(
      await status(normallyDown),
      "run: service: (pid N) Ns, normally down, paused, want down, got TERM\n0",
    );

    const normallyUp = await up(t, { run: FOREVER });
    normallyUp.control("d");
    await normallyUp.untilStat("down");
    assert.equal(await status(normallyUp), "down: service: Ns, normally up\n0");
  });

  test("sv status shows a service that waits for its next start as down, want up", async (t) => {
    const service = supervise(t, { run: "echo start >>trace; exit 1" });
    await service.untilLines(1); // before its first start it is down as well
    await service.until("rest", ({ phase, pid }) => phase === "down" && pid === 0);
    const said = await say(service, ["status", "service"]);
    assert.equal(said, "down: service: Ns, normally up, want up\n0");
  });

  test("sv status shows that ./finish runs", async (t) => {
    const service = supervise(t, { run: "exit 1", finish: FOREVER });
    await service.until("finish", ({ phase, pid }) => phase === "finish" && pid !== 0);
    assert.equal(await say(service, ["status", "service"]), "finish: service: (pid N) Ns\n0");
  });

  test("sv status never shows a service as running if its runsv was killed", async (t) => {
    const service = await up(t, { run: FOREVER });
    const { pid } = service.status();
    service.runsv.signal("SIGKILL");
    await service.runsv.exit();
    assert.ok(isAlive(pid) && service.stat() === "run", "all but runsv still says so");
    assert.equal(await say(service, ["status", "service"]), "fail: service: runsv not running\n1");
    const start = say(service, ["start", "service"], { env: { SVWAIT: undefined } });
    assert.equal(await start, "fail: service: runsv not running\n1");
  });

  test("sv status of something that is not a service directory says why it fails", async (t) => {
    const service = await up(t, { run: FOREVER });
    mkdirSync(join(service.box.dir, "bare"));
    writeFileSync(join(service.box.dir, "file"), "");
    assert.equal(
      withoutPath(await say(service, ["status", "nowhere", "bare", "service", "file"])),
      "fail: nowhere: unable to change to service directory: file does not exist\n" +
        "warning: bare: unable to open supervise/ok: file does not exist\n" +
        "run: service: (pid N) Ns\n" +
        "fail: file: unable to change to service directory: not a directory\n3",
    );
  });

  test("sv status refuses a record of another length", async (t) => {
    const service = await up(t, { run: FOREVER });
    writeFileSync(service.path("supervise/status"), "0123456789");
    assert.equal(
      await say(service, ["status", "service"]),
      "warning: service: unable to read supervise/status: bad format\n1",
    );
  });

  test(
    "sv status refuses a record that is too long, or has an unknown state",
    improved("sv-status-format"),
    async (t) => {
      const service = await up(t, { run: FOREVER });
      const badFormat = "warning: service: unable to read supervise/status: bad format\n1";
      appendFileSync(service.path("supervise/status"), "!");
      assert.equal(await say(service, ["status", "service"]), badFormat);
      writeFileSync(service.path("supervise/status"), Buffer.alloc(20, 7));
      assert.equal(await say(service, ["status", "service"]), badFormat);
    },
  );

  test(
    "sv status does not show the main service's state as that of an unsupervised log service",
    improved("sv-log-status"),
    async (t) => {
      const service = await up(t, { run: FOREVER });
      mkdirSync(service.path("log"));
      const { code, stdout } = await sv(service, ["status", "service"]);
      assert.match(stdout, /^run: service: \(pid \d+\) \d+s; /);
      assert.doesNotMatch(stdout, /: log: \(pid/);
      assert.match(stdout, /service\/log: unable to open supervise\/ok: file does not exist/);
      assert.equal(code, 1);
    },
  );
});
