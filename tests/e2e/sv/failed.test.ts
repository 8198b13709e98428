/**
 * sv, and a service that has failed: one that died too often and was given up, or whose log service
 * fails.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { type Description, FOREVER } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { type Supervised, supervise } from "../../support/supervise.ts";
import { say, up } from "../../support/sv.ts";

const FAILING: Description = { run: "exit 1", files: { "max-death-tally": "1\n" } };
const GIVEN_UP = "failed: died too often (sv start starts it again)";

async function givenUp(
  t: Parameters<typeof supervise>[0],
  description = FAILING,
): Promise<Supervised> {
  const service = supervise(t, description);
  await service.untilMessage("died too often");
  await service.until("down", ({ phase, want }) => phase === "down" && want === "down");
  return service;
}

describe("sv, and a service that was given up", improved("sv-failed"), () => {
  test("sv status shows that a service was given up", async (t) => {
    const service = await givenUp(t);
    const failed = "down: service: Ns, normally up, failed\n0";
    assert.equal(await say(service, ["status", "service"]), failed);
  });

  test("sv check of a service that was given up fails at once", async (t) => {
    const service = await givenUp(t);
    assert.equal(await say(service, ["-w60", "check", "service"]), `fail: service: ${GIVEN_UP}\n1`);
  });

  test("sv start fails as soon as the service is given up again", async (t) => {
    const service = await givenUp(t);
    assert.equal(await say(service, ["-w60", "start", "service"]), `fail: service: ${GIVEN_UP}\n1`);
  });

  test("a service that was given up and started again has not failed", async (t) => {
    const run = "test -e good || exit 1; exec sleep 1000";
    const service = await givenUp(t, { ...FAILING, run });
    writeFileSync(service.path("good"), "");
    assert.equal(await say(service, ["start", "service"]), "ok: run: service: (pid N) Ns\n0");
    for (const word of ["stop", "check"]) {
      assert.equal(await say(service, [word, "service"]), "ok: down: service: Ns, normally up\n0");
    }
  });

  test("sv ignores the history of a supervisor that has ended", async (t) => {
    const service = await givenUp(t);
    const history = service.text("supervise/history");
    service.runsv.signal("SIGTERM");
    await service.exitCode();
    writeFileSync(service.path("down"), "");
    const next = service.another();
    await next.untilSupervised();
    writeFileSync(next.path("supervise/history"), history);
    assert.equal(await say(next, ["status", "service"]), "down: service: Ns\n0");
    assert.equal(await say(next, ["check", "service"]), "ok: down: service: Ns\n0");
  });
});

describe("sv check, and the log service", improved("sv-check-log"), () => {
  const RUNNING = "ok: run: service: (pid N) Ns\n";

  test("sv check fails if the log service was given up", async (t) => {
    const service = await up(t, { run: FOREVER, log: FAILING });
    await service.log.untilTrue("failure", () =>
      service.log.text("supervise/history").includes("failed 1"),
    );
    await service.log.until("down", ({ phase }) => phase === "down");
    const said = await say(service, ["-w60", "check", "service"]);
    assert.equal(said, `${RUNNING}fail: service/log: ${GIVEN_UP}\n1`);
    assert.match(
      await say(service, ["status", "service"]),
      /; down: log: Ns, normally up, failed\n0$/,
    );
  });

  test("sv check times out if the log service keeps failing", async (t) => {
    const service = await up(t, { run: FOREVER, log: { run: "exit 1" } });
    await service.log.untilTrue("first end", () => service.log.has("supervise/history"));
    await service.log.until("rest", ({ phase }) => phase === "down");
    const [first, ...others] = (await say(service, ["-w0", "check", "service"])).split("\n");
    assert.equal(`${first}\n`, RUNNING);
    assert.match(others.join("\n"), /^timeout: (down|run): service\/log: .*\n1$/);
  });

  test("sv check is content if the log service runs or is stopped, and checks it once", async (t) => {
    const log = { run: FOREVER, check: "echo asked >>../asked" };
    const service = await up(t, { run: FOREVER, log });
    await service.log.untilRunning();
    assert.equal(await say(service, ["check", "service"]), `${RUNNING}0`);
    const both = await say(service, ["check", "service", "service/log"]);
    assert.match(both, /^ok: .*\nok: .*\n0$/);
    assert.equal(service.lines("asked").length, 2);
    await say(service, ["stop", "service/log"]);
    assert.equal(await say(service, ["check", "service"]), `${RUNNING}0`);
  });
});
