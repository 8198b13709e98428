/** kill-group: runsv signals the process group of ./run, and leaves nothing of it behind. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { describe, test } from "node:test";
import { family, KILL_GROUP, living, untilFamily } from "../../support/family.ts";
import { NEVER_MS, SOON_MS, sv } from "../../support/limit-files.ts";
import { isAlive, kinship, statusLines } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { FOREVER, STUBBORN } from "../../support/service.ts";
import { asRoot } from "../../support/skip.ts";
import { debian } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";
import { unchanged } from "../../support/wait.ts";

const SOON = { "timeout-kill": SOON_MS };
const NEVER = { "timeout-kill": NEVER_MS };

describe("runsv: kill-group", { concurrency: 3, ...KILL_GROUP }, () => {
  test("./run leads a session of its own, and ./finish does not", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      finish: "exec sleep 1000",
      files: { "kill-group": { text: "", mode: 0o644 } },
    });
    const { pid } = await service.untilRunning();
    assert.deepEqual([kinship(pid)?.pgrp, kinship(pid)?.session], [pid, pid]);
    sendSignal(pid, "SIGKILL");
    const finish = await service.until("finish", (now) => now.phase === "finish" && now.pid !== 0);
    assert.equal(kinship(finish.pid)?.session, kinship(service.runsv.pid)?.session);
    rmSync(service.path("kill-group"));
    sendSignal(finish.pid, "SIGKILL");
    const next = await service.untilRunning(pid);
    assert.notEqual(kinship(next.pid)?.pgrp, next.pid, "the file counts at each start");
  });

  for (const byte of ["d", "x", "t"]) {
    test(`the whole group is gone after '${byte}', before ./finish, but for a process that has left it`, async (t) => {
      const { finish, ...description } = family(SOON);
      // A zombie has ended.
      const listing = "ps -o stat= $(cat run.pids child.pids stubborn.pids) | grep -v Z >>seen";
      const service = supervise(t, { ...description, finish: `${listing}; echo end >>ends` });
      const members = await untilFamily(service);
      service.control(byte);
      await service.untilLines(1, "ends");
      assert.deepEqual(living(members), ["apart"], "the last is the limit in runsv(8)");
      assert.deepEqual(service.lines("seen"), []);
      if (byte === "x") assert.equal(await service.exitCode(), 0);
      if (byte === "d") await service.untilStat("down");
      if (byte === "t") await untilFamily(service, 2);
    });
  }

  test("what a crash leaves is gone before the next start", async (t) => {
    const service = supervise(t, family(SOON));
    const first = await untilFamily(service);
    sendSignal(first.run, "SIGKILL");
    const second = await untilFamily(service, 2);
    assert.deepEqual(living(first), ["apart"]);
    assert.equal(living(second).length, 4);
    assert.deepEqual(service.lines("ends"), ["-1 9"], "./finish gets the exit of ./run");
  });

  test("what is left gets TERM at once, and a process that heeds it no KILL", async (t) => {
    const service = supervise(t, {
      run: `sh -c 'trap "echo TERM >>trace; exit" TERM; echo ready >>trace; while :; do sleep 0.05; done' & ${FOREVER}`,
      files: { "kill-group": { text: "", mode: 0o644 }, ...NEVER },
    });
    await service.untilLines(1);
    const { pid } = await service.untilRunning();
    sendSignal(pid, "SIGKILL");
    await service.untilRunning(pid);
    assert.deepEqual(service.lines().slice(0, 2), ["ready", "TERM"]);
  });

  test("without timeout-kill the rest gets KILL after five seconds; until then the service shows TERM", async (t) => {
    const service = supervise(t, family());
    const members = await untilFamily(service);
    sendSignal(members.run, "SIGKILL");
    const status = await service.untilStat("run, got TERM");
    assert.equal(status.pid, members.run, "by which sv why finds the group");
    await service.untilTrue("end of the child", () => !isAlive(members.child));
    assert.deepEqual(living(members), ["stubborn", "apart"]);
    assert.equal(service.has("ends"), false);
    await untilFamily(service, 2);
    assert.deepEqual(living(members), ["apart"]);
  });

  test("'k' kills the group, also what ./run has left", async (t) => {
    const service = supervise(t, family(NEVER));
    const members = await untilFamily(service);
    service.control("k");
    const second = await untilFamily(service, 2);
    assert.deepEqual(living(members), ["apart"]);
    sendSignal(second.run, "SIGTERM");
    await service.untilStat("run, got TERM");
    service.control("dk");
    await service.untilStat("down");
    assert.deepEqual(living(second), ["apart"]);
  });

  test("timeout-kill kills the group of a ./run that ignores TERM", async (t) => {
    const service = supervise(t, family(SOON, STUBBORN));
    const members = await untilFamily(service);
    await service.untilLines(1);
    service.control("d");
    await service.untilStat("down");
    assert.deepEqual(living(members), ["apart"]);
  });

  for (const [what, name] of [
    ["gets its TERM", "child"],
    ["that ignores TERM gets KILL", "stubborn"],
  ] as const) {
    test(`a stopped process of the group ${what}`, async (t) => {
      const service = supervise(t, family(SOON, "wait"));
      const members = await untilFamily(service);
      sendSignal(members[name], "SIGSTOP");
      await service.untilTrue("stop", () => kinship(members[name])?.state === "T");
      service.control("d");
      await service.untilStat("down");
      assert.deepEqual(living(members), ["apart"]);
    });
  }

  test("a stopped process that ./run has left, and that ignores TERM, gets KILL", async (t) => {
    const service = supervise(t, family(SOON));
    const members = await untilFamily(service);
    sendSignal(members.stubborn, "SIGSTOP");
    await service.untilTrue("stop", () => kinship(members.stubborn)?.state === "T");
    sendSignal(members.run, "SIGKILL");
    await untilFamily(service, 2);
    assert.deepEqual(living(members), ["apart"]);
  });

  test("other signals go to ./run alone", async (t) => {
    const service = supervise(t, {
      run: [
        "sh -c 'trap \"echo child >>trace\" HUP; echo ready >>trace; while :; do sleep 0.05; done' &",
        'trap "echo run >>trace" HUP; echo ready >>trace; while :; do sleep 0.05; done',
      ].join("\n"),
      files: { "kill-group": { text: "", mode: 0o644 } },
    });
    await service.untilLines(2);
    service.control("h");
    await service.untilLines(3);
    await unchanged(() => service.tell(), 300);
    assert.equal(service.lines().at(-1), "run");
    assert.equal(service.lines().length, 3);
  });

  test("the stop signal of down-signal goes to the group, and TERM to what is left", async (t) => {
    const service = supervise(t, {
      run: [
        'sh -c \'trap "echo USR1 >>trace" USR1; trap "echo TERM >>trace; exit" TERM; echo ready >>trace; while :; do sleep 0.05; done\' &',
        `echo ready >>trace; ${FOREVER}`,
      ].join("\n"),
      files: {
        "kill-group": { text: "", mode: 0o644 },
        "down-signal": { text: "USR1\n", mode: 0o644 },
      },
    });
    await service.untilLines(2);
    service.control("d");
    await service.untilStat("down");
    assert.deepEqual(service.lines().slice(2).sort(), ["TERM", "USR1"]);
  });

  test("commands are obeyed while the rest of the group ends", async (t) => {
    const service = supervise(t, family(NEVER));
    const members = await untilFamily(service);
    sendSignal(members.run, "SIGKILL");
    await service.untilStat("run, got TERM");
    service.control("d");
    await service.untilStat("run, got TERM, want down");
    service.control("u");
    await service.untilStat("run, got TERM");
    sendSignal(members.stubborn, "SIGKILL");
    await untilFamily(service, 2);
  });

  test("sv start waits for the next ./run while the rest of the last one ends", async (t) => {
    const service = supervise(t, family({ "timeout-kill": "1000\n" }));
    const members = await untilFamily(service);
    sendSignal(members.run, "SIGKILL");
    await service.untilStat("run, got TERM");
    const { stdout } = await sv(service, "-w", "60", "start");
    assert.match(stdout, /^ok: run: .*: \(pid \d+\) /);
    assert.ok(!stdout.includes(`(pid ${members.run})`), stdout);
    assert.deepEqual(living(members), ["apart"]);
  });

  test("a zombie is not waited for", async (t) => {
    const service = supervise(t, {
      run: [
        // The parent of the zombie leaves the group, and never reaps it.
        'perl -e \'if (!fork) { exit } setpgrp; open F, ">>apart"; print F "$$\\n"; close F; sleep 1000\' &',
        FOREVER,
      ].join("\n"),
      files: { "kill-group": { text: "", mode: 0o644 }, ...NEVER },
    });
    await service.untilLines(1, "apart");
    const { pid } = await service.untilRunning();
    sendSignal(pid, "SIGKILL");
    await service.untilRunning(pid);
  });

  test("the group ends also without /proc, which would show its processes", asRoot, async (t) => {
    const script = 'mount -t tmpfs none /proc\nexec "$@"';
    const via = ["unshare", "--mount", "sh", "-ec", script, "sh"];
    const service = supervise(t, family(SOON), { via });
    const members = await untilFamily(service);
    sendSignal(members.run, "SIGKILL");
    await untilFamily(service, 2);
    assert.deepEqual(living(members), ["apart"]);
  });

  test("./run may create a session itself, with chpst -P", async (t) => {
    const service = supervise(t, {
      run: `exec chpst -P ${FOREVER.replace("exec ", "")}`,
      files: { "kill-group": { text: "", mode: 0o644 } },
    });
    const { pid } = await service.untilRunning();
    await service.untilTrue("exec", () => statusLines(pid).get("Name") === "sleep");
    service.control("t");
    await service.untilRunning(pid);
  });
});

test("kill-group means nothing to runit", { skip: debian.missing ?? false }, async (t) => {
  const service = supervise(t, family(), { suite: debian });
  const members = await untilFamily(service);
  service.control("d");
  await service.untilStat("down");
  assert.deepEqual(living(members), ["child", "stubborn", "apart"]);
});
