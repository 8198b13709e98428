/** runit as process 1: what signals and the files of a shutdown do. */
import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { describe, test } from "node:test";
import { noNamespace, Process1 } from "../support/process-one.ts";
import { originalInPlace } from "../support/suite.ts";

const skip = originalInPlace ? "has a path of its own" : noNamespace;
const sh = (text: string) => `#!/bin/sh\n${text}\n`;
const stages = {
  "etc/runit/1": sh("exit 0"),
  "etc/runit/2": sh("echo >/run/two; exec sleep 1000"),
  "etc/runit/3": sh("ls -l /run >/run/three; exit 0"),
};
const mode = (machine: Process1, name: string) => statSync(machine.path(name)).mode & 0o777;

async function booted(machine: Process1): Promise<void> {
  await machine.untilWritten("run/two", "\n");
}

describe("CONT", { skip }, () => {
  for (const [stopit, reboot] of [
    ["run/runit.stopit", "run/runit.reboot"],
    ["run/runit/stopit", "run/runit/reboot"],
    ["etc/runit/stopit", "etc/runit/reboot"],
  ] as const) {
    test(`with ${stopit} shuts down, and clears it`, async (t) => {
      const machine = new Process1(t, stages);
      await booted(machine);
      await machine.run(`mkdir -p /run/runit; >/${stopit}; chmod 100 /${stopit}; kill -CONT 1`);
      assert.equal(await machine.end(), "SIGINT");
      assert.equal(mode(machine, stopit), 0);
    });

    test(`with ${reboot} beside it reboots, and clears it after stage 3`, async (t) => {
      const machine = new Process1(t, stages);
      await booted(machine);
      const script = `mkdir -p /run/runit; for f in ${stopit} ${reboot}; do >/$f; chmod 100 /$f; done; cp -p /${reboot} /run/like`;
      await machine.run(`${script}; kill -CONT 1`);
      assert.equal(await machine.end(), "SIGHUP");
      assert.equal(mode(machine, reboot), 0);
    });
  }

  test("without a request does nothing, and a reboot left from before is cleared", async (t) => {
    const machine = new Process1(t, { ...stages, "etc/runit/reboot": sh("") });
    await booted(machine);
    assert.equal(mode(machine, "etc/runit/reboot"), 0);
    await machine.signal("SIGCONT");
    await machine.run("kill -TERM 1");
    await machine.untilSays("ignored SIGTERM");
    assert.ok(!machine.messages().some((line) => line.includes("leave stage: /etc/runit/2")));
    await machine.run("init 0");
    assert.equal(await machine.end(), "SIGINT");
  });

  test("in stage 1 is reported", async (t) => {
    const one = sh("while [ ! -e /run/go ]; do sleep 0.02; done");
    const machine = new Process1(t, { ...stages, "etc/runit/1": one });
    await machine.untilSays("enter stage: /etc/runit/1");
    await machine.signal("SIGCONT");
    await machine.untilSays("warning: signals only work in stage 2.");
    machine.write("run/go", "");
    await booted(machine);
  });
});

test("PWR shuts down without a request", { skip }, async (t) => {
  const machine = new Process1(t, stages);
  await booted(machine);
  await machine.signal("SIGPWR");
  assert.equal(await machine.end(), "SIGINT");
  assert.match(machine.read("run/three"), /total/);
});

describe("a shutdown", { skip }, () => {
  test("gives stage 2 the time in timeout-stage2, then KILL, and its services live on", async (t) => {
    const machine = new Process1(t, {
      ...stages,
      "etc/runit/2": sh(
        "trap '' TERM; setsid sleep 1001 & echo >/run/two; while :; do sleep 1; done",
      ),
      "etc/runit/3": sh("pgrep -f 'sleep 1001' >/run/three"),
      "etc/runit/timeout-stage2": "300\n",
    });
    await booted(machine);
    await machine.run("init 0");
    assert.equal(await machine.end(), "SIGINT");
    assert.ok(machine.messages().includes("warning: stage 2 not terminated, sending sigkill..."));
    assert.match(machine.read("run/three"), /^\d+\n$/);
  });

  test("gives stage 3 the time in timeout-stage3", async (t) => {
    const files = { "etc/runit/3": sh("exec sleep 1000"), "etc/runit/timeout-stage3": "300" };
    const machine = new Process1(t, { ...stages, ...files });
    await booted(machine);
    await machine.run("init 0");
    assert.equal(await machine.end(), "SIGINT");
    assert.ok(machine.messages().includes("warning: stage 3 not terminated, sending sigkill..."));
  });

  test("takes the usual time if timeout-stage2 has no number", async (t) => {
    const machine = new Process1(t, { ...stages, "etc/runit/timeout-stage2": "soon\n" });
    await booted(machine);
    await machine.run("init 0");
    await machine.untilSays("etc/runit/timeout-stage2 is not a number of milliseconds: soon");
    assert.equal(await machine.end(), "SIGINT");
  });
});

describe("INT", { skip }, () => {
  test("executes ctrlaltdel, and then looks for a request", async (t) => {
    const script = sh(
      "grep -E 'SigBlk|SigIgn' /proc/self/status >/run/mask\n>/run/runit.stopit; chmod 100 /run/runit.stopit",
    );
    const machine = new Process1(t, { ...stages, "etc/runit/ctrlaltdel": script });
    await booted(machine);
    await machine.signal("SIGINT");
    assert.equal(await machine.end(), "SIGINT");
    const messages = machine.messages();
    const at = messages.indexOf("ctrl-alt-del request...");
    assert.deepEqual(messages.slice(at, at + 4), [
      "ctrl-alt-del request...",
      "enter stage: /etc/runit/ctrlaltdel",
      "leave stage: /etc/runit/ctrlaltdel",
      "leave stage: /etc/runit/2",
    ]);
    assert.match(machine.read("run/mask"), /SigBlk:\t0+\n/);
  });

  test("while ctrlaltdel hangs, orphans are reaped and a shutdown goes on", async (t) => {
    const script = sh("echo >/run/hangs; exec sleep 1000");
    const machine = new Process1(t, { ...stages, "etc/runit/ctrlaltdel": script });
    await booted(machine);
    await machine.signal("SIGINT");
    await machine.untilWritten("run/hangs", "\n");
    const { stdout } = await machine.run(
      "sh -c 'sleep 0 & exit'; while pgrep -P 1 -r Z; do sleep 0.02; done >/dev/null; echo reaped; init 6",
    );
    assert.equal(stdout, "reaped\n");
    assert.equal(await machine.end(), "SIGHUP");
  });

  test("without ctrlaltdel does nothing", async (t) => {
    const machine = new Process1(t, { ...stages, "etc/runit/ctrlaltdel": "not executable" });
    await booted(machine);
    await machine.run("kill -INT 1; kill -USR1 1");
    await machine.untilSays("ignored SIGUSR1");
    assert.ok(!machine.messages().some((line) => line.includes("ctrl-alt-del")));
  });

  test("seven times at once reboots, although stage 1 hangs", async (t) => {
    const machine = new Process1(t, { ...stages, "etc/runit/1": sh("exec sleep 1000") });
    await machine.untilSays("enter stage: /etc/runit/1");
    for (let count = 1; count < 7; count += 1) {
      await machine.signal("SIGINT");
      await machine.untilSays("signals only work", count);
    }
    await machine.signal("SIGINT");
    assert.equal(await machine.end(), "SIGHUP");
    assert.ok(!existsSync(machine.path("run/three")));
  });
});

test("a stage has no signal blocked, CONT ignored, and stage 2 leads a session", {
  skip,
}, async (t) => {
  const show = (to: string) =>
    sh(`cat /proc/self/status >/run/${to}; cut -d' ' -f6 /proc/$$/stat >/run/session-${to}; echo $$ >/run/pid-${to}
[ ${to} = 1 ] || exec sleep 1000`);
  const machine = new Process1(t, {
    ...stages,
    "etc/runit/1": show("1"),
    "etc/runit/2": show("2"),
  });
  await machine.untilWritten("run/pid-2", "\n");
  for (const stage of ["1", "2"]) {
    const status = machine.read(`run/${stage}`);
    assert.match(status, /^SigBlk:\t0000000000000000$/m);
    assert.match(status, /^SigIgn:\t0000000000020000$/m); // CONT, 18
  }
  assert.equal(machine.read("run/session-1"), "1\n");
  assert.equal(machine.read("run/session-2"), machine.read("run/pid-2"));
});
