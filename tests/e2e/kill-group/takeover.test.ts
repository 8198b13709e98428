/** kill-group while supervisors come and go: KILL, USR2, and both modes of runsvdir. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { family, KILL_GROUP, living, untilFamily } from "../../support/family.ts";
import { Installation, untilReexecuted } from "../../support/installation.ts";
import { NEVER_MS, SOON_MS } from "../../support/limit-files.ts";
import { isAlive } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { testBothWays } from "../../support/scan.ts";
import { supervise } from "../../support/supervise.ts";
import { kill, replace } from "../../support/takeover.ts";

const SOON = { "timeout-kill": SOON_MS };
const NEVER = { "timeout-kill": NEVER_MS };

describe("kill-group: in the place of a runsv that was killed", {
  concurrency: 3,
  ...KILL_GROUP,
}, () => {
  test("a new runsv stops the whole group", async (t) => {
    const service = supervise(t, family(SOON));
    const members = await untilFamily(service);
    const next = await replace(await service.untilSupervised());
    next.control("d");
    await next.untilStat("down");
    assert.deepEqual(living(members), ["apart"]);
  });

  test("a new runsv ends what a ./run has left that exited meanwhile", async (t) => {
    const service = supervise(t, family(SOON));
    const members = await untilFamily(service);
    await kill(await service.untilSupervised());
    sendSignal(members.run, "SIGKILL");
    await service.untilTrue("end of ./run", () => !isAlive(members.run));
    assert.deepEqual(living(members), ["child", "stubborn", "apart"]);
    const next = service.another();
    await untilFamily(next, 2);
    assert.deepEqual(living(members), ["apart"]);
  });

  test("a new runsv goes on ending the rest, and ./finish gets the exit that its predecessor saw", async (t) => {
    const service = supervise(t, family(NEVER));
    const members = await untilFamily(service);
    await service.untilSupervised();
    sendSignal(members.run, "SIGUSR1");
    await service.untilStat("run, got TERM");
    const next = await replace(service);
    assert.equal(next.stat(), "run, got TERM");
    next.control("k");
    await untilFamily(next, 2);
    assert.deepEqual(living(members), ["apart"]);
    assert.deepEqual(next.lines("ends"), ["-1 10"]);
    assert.match(next.text("supervise/history"), /^endings 1\n/m);
  });

  test("a new runsv leaves a service down whose restart policy excludes the exit that its predecessor saw", async (t) => {
    const service = supervise(t, family({ ...NEVER, "restart-policy": "!USR1\n" }));
    const members = await untilFamily(service);
    await service.untilSupervised();
    sendSignal(members.run, "SIGUSR1");
    await service.untilStat("run, got TERM");
    const next = await replace(service);
    next.control("k");
    await next.until("end", ({ phase, want }) => phase === "down" && want === "down");
    assert.deepEqual(living(members), ["apart"]);
  });

  test("a runsv that is to re-exec first ends the rest of the group", async (t) => {
    const installation = new Installation(t);
    const service = supervise(t, family(NEVER), { suite: installation.suite });
    const members = await untilFamily(service);
    await service.untilSupervised();
    sendSignal(members.run, "SIGUSR1");
    await service.untilStat("run, got TERM");
    installation.replace();
    service.runsv.signal("SIGUSR2");
    sendSignal(members.stubborn, "SIGKILL");
    await untilReexecuted(service, [service.runsv.pid]);
    const second = await untilFamily(service, 2);
    assert.deepEqual(service.lines("ends"), ["-1 10"]);
    service.control("dk");
    await service.untilStat("down");
    assert.deepEqual(living(second), ["apart"]);
  });
});

testBothWays("a tree that stops leaves nothing of a group", KILL_GROUP, async (t, start) => {
  const tree = start(t, { web: family(SOON) });
  const web = tree.service("web");
  const members = await untilFamily(web);
  tree.runsvdir.signal("SIGHUP");
  await tree.runsvdir.exit();
  await web.untilTrue("end of the supervisor", () => !web.isSupervised());
  assert.deepEqual(living(members), ["apart"]);
});

testBothWays("a crash leaves nothing of a group, below runsvdir", KILL_GROUP, async (t, start) => {
  const web = start(t, { web: family(SOON) }).service("web");
  const members = await untilFamily(web);
  sendSignal(members.run, "SIGKILL");
  await untilFamily(web, 2);
  assert.deepEqual(living(members), ["apart"]);
});
