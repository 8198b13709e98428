/** sv: commands that do not wait by themselves. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FOREVER, REPORTER } from "../../support/service.ts";
import { say, sv, up } from "../../support/sv.ts";

describe("sv's short commands", { concurrency: 4 }, () => {
  const SIGNALS = [
    ["hup", "HUP"],
    ["alarm", "ALRM"],
    ["interrupt", "INT"],
    ["quit", "QUIT"],
    ["1", "USR1"],
    ["2", "USR2"],
    ["term", "TERM"],
    ["reload", "HUP"],
  ] as const;
  for (const [command, signal] of SIGNALS) {
    test(`${command} sends ${signal}`, async (t) => {
      const service = await up(t, { run: REPORTER });
      await service.untilLines(1);
      assert.equal((await sv(service, [command, "service"])).code, 0);
      assert.equal((await service.untilLines(2))[1], signal);
    });
  }

  test("short commands print nothing without -v", async (t) => {
    const service = await up(t, { run: FOREVER });
    for (const command of ["pause", "cont", "hup", "down", "up", "once"]) {
      assert.equal(await say(service, [command, "service"]), "0", command);
    }
  });

  test("short commands wait with -v, and print the outcome", async (t) => {
    const service = await up(t, { run: FOREVER });
    assert.equal(
      await say(service, ["-v", "pause", "service"]),
      "ok: run: service: (pid N) Ns, paused\n0",
    );
    assert.equal(await say(service, ["-v", "cont", "service"]), "ok: run: service: (pid N) Ns\n0");
    assert.equal(
      await say(service, ["-v", "down", "service"]),
      "ok: down: service: Ns, normally up\n0",
    );
    assert.equal(await say(service, ["-v", "up", "service"]), "ok: run: service: (pid N) Ns\n0");
    assert.equal(
      await say(service, ["-v", "once", "service"]),
      "ok: run: service: (pid N) Ns, want down\n0",
    );
    assert.equal(
      await say(service, ["-v", "exit", "service"]),
      "ok: service: runsv not running\n0",
    );
  });

  test("exit is content if runsv does not run", async (t) => {
    const service = await up(t, { run: FOREVER });
    service.control("x");
    await service.exitCode();
    assert.equal(await say(service, ["exit", "service"]), "ok: service: runsv not running\n0");
    assert.equal(await say(service, ["up", "service"]), "fail: service: runsv not running\n1");
  });
});
